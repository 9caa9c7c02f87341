import Foundation
import Linux
import Trials

/// What the processes of a control group use, read from /proc.
struct ProcessAccesses {
    /// Process ids in our own numbering.
    let processes: [Int32]

    var accesses: Set<ObservedAccess> {
        var found: Set<ObservedAccess> = []
        var sockets: Set<String> = []
        for process in processes {
            found.formUnion(openFiles(of: process, sockets: &sockets))
            if let user = effectiveUser(of: process) { found.insert(.user(user)) }
            if let directory = try? FileManager.default.destinationOfSymbolicLink(
                atPath: "/proc/\(process)/cwd"), directory != "/"
            {
                found.insert(.worksIn(directory))
            }
            if hasWritableCode(process) { found.insert(.writableCode) }
        }
        guard let any = processes.first else { return found }
        for (table, family) in [
            ("tcp", "AF_INET"), ("udp", "AF_INET"), ("tcp6", "AF_INET6"), ("udp6", "AF_INET6"),
        ] {
            found.formUnion(
                listeners(KernelFile.text("/proc/\(any)/net/\(table)"), table, family, sockets))
        }
        return found
    }

    private func openFiles(of process: Int32, sockets: inout Set<String>) -> Set<ObservedAccess> {
        let directory = "/proc/\(process)/fd"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        var found: Set<ObservedAccess> = []
        for name in names {
            guard
                let target = try? FileManager.default.destinationOfSymbolicLink(
                    atPath: "\(directory)/\(name)")
            else { continue }
            if target.hasPrefix("socket:[") {
                sockets.insert(String(target.dropFirst(8).dropLast()))
            } else if target.hasPrefix("/dev/") {
                if !Places.isPseudoDevice(target) { found.insert(.device(target)) }
            } else if target.hasPrefix("/"), isWritable(process, name) {
                found.insert(.writes(target))
            }
        }
        return found
    }

    /// Whether a descriptor is open for writing: the access mode in the octal flags of fdinfo.
    private func isWritable(_ process: Int32, _ descriptor: String) -> Bool {
        let text = KernelFile.text("/proc/\(process)/fdinfo/\(descriptor)")
        let flags = text.lines.first { $0.hasPrefix("flags:") }
        let number = flags?.split(whereSeparator: \.isWhitespace).last.flatMap { Int($0, radix: 8) }
        return (number ?? 0) & 3 != 0
    }

    private func effectiveUser(of process: Int32) -> UInt32? {
        let line = KernelFile.text("/proc/\(process)/status").lines
            .first { $0.hasPrefix("Uid:") }
        return line?.split(whereSeparator: \.isWhitespace).dropFirst(2).first.flatMap { UInt32($0) }
    }

    private func hasWritableCode(_ process: Int32) -> Bool {
        KernelFile.text("/proc/\(process)/maps").lines.contains { line in
            let fields = line.split(separator: " ", maxSplits: 2)
            return fields.count > 1 && fields[1].hasPrefix("rwx")
        }
    }

    /// The bound sockets of a table in /proc/net that belong to `sockets`, by their inode: TCP in
    /// state LISTEN (0A), UDP without a peer (07).
    private func listeners(
        _ table: String, _ name: String, _ family: String, _ sockets: Set<String>
    ) -> Set<ObservedAccess> {
        let state = name.hasPrefix("tcp") ? "0A" : "07"
        var found: Set<ObservedAccess> = []
        for line in table.lines.dropFirst() {
            let fields = line.split(separator: " ")
            guard fields.count > 9, fields[3] == state, sockets.contains(String(fields[9])),
                let colon = fields[1].lastIndex(of: ":"),
                let port = UInt16(fields[1][fields[1].index(after: colon)...], radix: 16)
            else { continue }
            let address = fields[1][..<colon]
            found.insert(
                .listens(
                    transport: String(name.prefix(3)), family: family, port: port,
                    isLoopback: isLoopback(String(address))))
        }
        return found
    }

    /// Addresses stand in the machine's byte order, four bytes at a time (x86-64 and arm64 are
    /// little-endian): 127.x.y.z ends in 7F, ::1 in 01000000.
    private func isLoopback(_ address: String) -> Bool {
        address.count == 8
            ? address.hasSuffix("7F") : address == "00000000000000000000000001000000"
    }
}

extension Machine {
    /// The processes of a unit's control group, in our own numbering.
    func processes(inControlGroup path: String) -> [Int32] {
        guard !path.isEmpty, let directory = directory(ofControlGroup: path) else { return [] }
        return KernelFile.text(directory + "/cgroup.procs").lines.compactMap { Int32($0) }
    }

    /// Where a control group is, as seen from here, in whichever hierarchy systemd uses.
    func directory(ofControlGroup path: String) -> String? {
        ["/sys/fs/cgroup", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/systemd"]
            .map { "\(root)\($0)\(path)" }
            .first { FileManager.default.fileExists(atPath: $0 + "/cgroup.procs") }
    }
}
