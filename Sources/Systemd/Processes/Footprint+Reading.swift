import Foundation
import Hardening
import Linux
import SystemdBus
import Trials

extension Machine {
    /// What others on this machine can see of these processes, whose ids are in our own numbering.
    ///
    /// A socket in a network of the service's own is not seen by them: it counts where the
    /// manager's network has it. A path counts where the same file is there for both, which a
    /// private /tmp is not.
    ///
    /// - Parameter pidFile: the unit's `PIDFile=`; empty for none.
    func footprint(of processes: [Int32], pidFile: String) -> Footprint {
        let sockets = Set(processes.flatMap { ProcessAccesses.sockets(of: $0) })
        var listeners: Set<String> = []
        for kind in SocketTable.Kind.allCases {
            for row in SocketTable(kind, of: managerProcess).rows
            where sockets.contains(row.inode) {
                listeners.insert("\(kind.transport) \(row.text)")
            }
        }
        var found: [String: Footprint.Access] = [:]
        // What a socket unit handed it is bound where the manager bound it.
        let handed = sockets.intersection(ProcessAccesses.sockets(of: managerProcess))
        for socket in UnixSocket.awaiting(sockets, of: managerProcess) {
            if socket.name.hasPrefix("@") { listeners.insert("unix \(socket.name)") }
            if socket.name.hasPrefix("/"), handed.contains(socket.inode) {
                found[socket.name] = access(to: socket.name, of: managerProcess)
            }
        }
        // Their tables are one for all who share a network.
        for residents in Dictionary(grouping: processes, by: Machine.network(of:)).values {
            for socket in UnixSocket.awaiting(sockets.subtracting(handed), of: residents[0])
            where socket.name.hasPrefix("/") && found[socket.name] == nil {
                found[socket.name] =
                    residents.lazy.compactMap {
                        access(to: socket.name, of: $0)
                    }.first
            }
        }
        return Footprint(
            listeners: listeners, sockets: found, labels: Set(processes.compactMap(Machine.label)),
            files: files(of: processes, pidFile: pidFile)
        ).underAnyName(of: hostName)
    }

    /// What the machine is called; nil where it has no name of its own.
    private var hostName: String? {
        // Without comments, as hostname(5) has it.
        let lines = (text(ofFile: "/etc/hostname") ?? "").split(separator: "\n")
        return lines.first { !$0.hasPrefix("#") }.map(String.init)
    }

    /// What these processes keep for others to read.
    private func files(
        of processes: [Int32], pidFile: String
    ) -> [String: Footprint.Access] {
        var found: [String: Footprint.Access] = [:]
        for process in processes {
            let logs = ProcessAccesses.filesOpenForWriting(by: process).filter {
                Places.isBelow($0, "/var/log")
            }
            let kept = logs + (pidFile.isEmpty ? [] : [Places.resolved(pidFile)])
            for path in kept where found[path] == nil {
                found[path] = access(to: path, of: process)
            }
        }
        return found
    }

    /// The names on the bus whose owners run in the unit with this object path; nil where the bus
    /// does not tell.
    func names(ownedBy unit: String) async -> Set<String>? {
        guard let names = try? await bus.wellKnownNames() else { return nil }
        var found: Set<String> = []
        for name in names {
            guard let process = try? await bus.process(owning: name),
                let owner = try? await manager("GetUnitByPID", .uint32(process)).first?.string
            else { continue }
            if owner == unit { found.insert(name) }
        }
        return found
    }

    /// The process whose view of the machine is everybody's: its manager, in our own numbering.
    var managerProcess: Int32 {
        root.split(separator: "/").lazy.compactMap { Int32($0) }.first ?? 1
    }

    /// The network namespace of a process: `net:[4026531840]`; nil for one that is gone.
    private static func network(of process: Int32) -> String? {
        try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/ns/net")
    }

    /// Who may use a file that a process has under this path; nil where others have none or another.
    private func access(to path: String, of process: Int32) -> Footprint.Access? {
        guard let seen = tree.status(of: path, followingLink: true),
            let its = try? RootedDirectory("/proc/\(process)/root"),
            let own = its.status(of: path, followingLink: true),
            seen.device == own.device, seen.inode == own.inode
        else { return nil }
        return Footprint.Access(user: seen.user, group: seen.group, mode: seen.mode)
    }

    /// nil where no security module labels processes.
    private static func label(of process: Int32) -> String? {
        // SELinux ends it with a zero byte, others with a line's end or with nothing.
        let text = KernelFile.text("/proc/\(process)/attr/current")
        let label = text.prefix { $0 != "\0" && !$0.isNewline }
        return label.isEmpty ? nil : String(label)
    }
}

/// A unix socket of a network namespace that has a name, and on which others are awaited.
struct UnixSocket {
    /// A path, or what stands for an abstract name: `@name`.
    let name: String
    let inode: String

    /// Those of `sockets`, by their inode numbers, that connections or datagrams are sent to, as
    /// /proc/net/unix has them: flags 0x10000 for one that listens; of type 2, a datagram socket.
    static func awaiting(_ sockets: Set<String>, of process: Int32) -> [UnixSocket] {
        KernelFile.text("/proc/\(process)/net/unix").lines.dropFirst().compactMap { line in
            let fields = line.split(separator: " ", maxSplits: 7)
            guard fields.count == 8, sockets.contains(String(fields[6])),
                fields[3] == "00010000" || fields[4] == "0002"
            else { return nil }
            return UnixSocket(
                name: KernelRequest.plain(String(fields[7])), inode: String(fields[6]))
        }
    }
}

extension ProcessAccesses {
    /// The inode numbers of the sockets that a process has open.
    ///
    /// - Parameter lowest: of the descriptors that count.
    static func sockets(of process: Int32, from lowest: Int = 0) -> [String] {
        let directory = "/proc/\(process)/fd"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return names.filter { Int($0) ?? 0 >= lowest }.compactMap { name in
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(directory)/\(name)"))
                .flatMap(SocketTable.socket)
        }
    }
}
