import Foundation
import Glibc
import Hardening
import Linux
public import Trials

extension ProductionUsage {
    /// Looks at the processes of a unit on the machine that we are on.
    ///
    /// - Parameter user: whose manager runs it; nil for the machine's.
    /// - Returns: nil where it does not run.
    public init?(of unit: String, user: UserAccount? = nil) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        let processes = names.compactMap { Int32($0) }.filter { process in
            KernelFile.text("/proc/\(process)/cgroup").lines.contains { line in
                let path = line.split(separator: ":", maxSplits: 2).last ?? ""
                return Self.isControlGroup(String(path), of: unit, user?.id)
            }
        }
        if processes.isEmpty { return nil }
        self.init(of: processes.sorted())
    }

    /// Whether a control group is that of the machine's own unit and not of a container's: only
    /// slices are above it (systemd.slice(5)), and for a user's the user's manager.
    static func isControlGroup(_ path: String, of unit: String, _ user: UInt32?) -> Bool {
        let parts = path.split(separator: "/").map(String.init)
        guard let place = parts.firstIndex(of: unit) else { return false }
        let above = parts[..<place].filter { !$0.hasSuffix(".slice") }
        return above == (user.map { ["user@\($0).service"] } ?? [])
    }

    /// - Parameter processes: their ids in our own numbering.
    init(of processes: [Int32]) {
        self.init(accesses: ProcessAccesses(processes: processes).accesses)
        for process in processes {
            for family in Self.families(of: process) {
                accesses.insert(.opensSocket(family: family))
            }
            for capability in Self.capabilities(of: process) {
                accesses.insert(.uses(capability: capability))
            }
            if Self.isRealtime(process) { isRealtime = true }
        }
        for type in NamespaceType.bits.map(\.name) {
            let own = processes.compactMap { process in
                try? FileManager.default.destinationOfSymbolicLink(
                    atPath: "/proc/\(process)/ns/\(type)")
            }
            if Set(own).count > 1 { namespaces.insert(type) }
        }
    }

    /// Of the sockets that it has open, but for those that it was handed as its standard streams:
    /// what it writes there goes to the journal.
    private static func families(of process: Int32) -> Set<String> {
        let sockets = Set(ProcessAccesses.sockets(of: process, from: 3))
        let tables = [
            ("unix", "AF_UNIX", 6), ("netlink", "AF_NETLINK", 9), ("packet", "AF_PACKET", 8),
        ]
        return Set(
            tables.filter { table, _, column in
                KernelFile.text("/proc/\(process)/net/\(table)").lines.dropFirst().contains {
                    line in
                    let fields = line.split(separator: " ")
                    return fields.count > column && sockets.contains(String(fields[column]))
                }
            }.map(\.1))
    }

    /// What a process that is not root holds on to: root has all by being root.
    private static func capabilities(of process: Int32) -> [String] {
        let status = KernelFile.text("/proc/\(process)/status").lines
        func fields(_ name: String) -> [Substring] {
            status.first { $0.hasPrefix(name) }?.split(whereSeparator: \.isWhitespace) ?? []
        }
        guard let user = fields("Uid:").dropFirst(2).first, user != "0",
            let mask = fields("CapEff:").last.flatMap({ UInt64($0, radix: 16) })
        else { return [] }
        return Capability.names(in: mask)
    }

    /// By its scheduling policy, field 41 of /proc/PID/stat (proc_pid_stat(5)): SCHED_FIFO, SCHED_RR
    /// or SCHED_DEADLINE.
    private static func isRealtime(_ process: Int32) -> Bool {
        let text = KernelFile.text("/proc/\(process)/stat")
        // The second field may have anything in it but is closed by the last ")".
        let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
        return fields.count > 39 && ["1", "2", "6"].contains(fields[39])
    }
}
