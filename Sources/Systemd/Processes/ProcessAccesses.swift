import Foundation
import Linux
import Trials

/// What the processes of a control group use, read from /proc.
struct ProcessAccesses {
    /// Process ids in our own numbering.
    let processes: [Int32]
    /// How the users of their machine are numbered here.
    var users = UserShift(first: 0)

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
            // Of a program that was run, the kernel no longer tells the path once it runs.
            if let program = try? FileManager.default.destinationOfSymbolicLink(
                atPath: "/proc/\(process)/exe"), !program.hasSuffix(" (deleted)")
            {
                found.insert(.runs(program))
            }
            if hasWritableCode(process) { found.insert(.writableCode) }
        }
        guard let any = processes.first else { return found }
        for kind in SocketTable.Kind.allCases {
            for row in SocketTable(kind, of: any).rows where sockets.contains(row.inode) {
                found.insert(
                    .listens(
                        transport: kind.transport, family: kind.family, port: row.port,
                        isLoopback: row.isLoopback))
            }
        }
        return found
    }

    /// The files of any place that a process has open for writing, by the paths that it knows.
    static func filesOpenForWriting(by process: Int32) -> [String] {
        var sockets: Set<String> = []
        return ProcessAccesses(processes: [process]).openFiles(of: process, sockets: &sockets)
            .compactMap { if case .writes(let path) = $0 { path } else { nil } }
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
            if let socket = SocketTable.socket(target) {
                sockets.insert(socket)
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
            .map(users.inside)
    }

    private func hasWritableCode(_ process: Int32) -> Bool {
        KernelFile.text("/proc/\(process)/maps").lines.contains { line in
            let fields = line.split(separator: " ", maxSplits: 2)
            return fields.count > 1 && fields[1].hasPrefix("rwx")
        }
    }
}

extension Machine {
    /// The processes of a unit's control group, in our own numbering.
    func processes(inControlGroup path: String) -> [Int32] {
        guard !path.isEmpty, let group = tree.controlGroup(path) else { return [] }
        return (group.text(of: "cgroup.procs") ?? "").lines.compactMap { Int32($0) }
    }
}
