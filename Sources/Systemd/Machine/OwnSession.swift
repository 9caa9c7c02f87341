import Glibc
import Linux
import SystemdBus
public import Trials

extension CriticalUnits.Session {
    /// What carries this process: read from its ancestors, since sudo takes the environment away
    /// and logind moves a session out of the service that made it.
    public static var own: CriticalUnits.Session {
        var session = CriticalUnits.Session()
        var process = getpid()
        // The kernel's own limit of nesting is far lower than a loop that never ends.
        for _ in 0..<64 where process > 0 {
            for line in KernelFile.text("/proc/\(process)/cgroup").lines {
                session.units.formUnion(units(inControlGroup: line))
            }
            let environment = KernelFile.text("/proc/\(process)/environ")
            if environment.split(separator: "\0").contains(where: {
                $0.hasPrefix("SSH_CONNECTION=")
            }) {
                session.isRemote = true
            }
            process = parent(of: process)
        }
        session.terminal = ownTerminal
        return session
    }

    /// The services of a line such as `0::/user.slice/user-0.slice/user@0.service/app.slice/x.service`.
    static func units(inControlGroup line: Substring) -> [String] {
        line.split(separator: "/").map(String.init).filter { $0.hasSuffix(".service") }
    }

    /// The fourth field of proc_pid_stat(5); the second may hold blanks and brackets.
    private static func parent(of process: Int32) -> Int32 {
        let text = KernelFile.text("/proc/\(process)/stat")
        guard let end = text.lastIndex(of: ")") else { return 0 }
        let fields = text[end...].split(separator: " ")
        return fields.count > 2 ? Int32(fields[2]) ?? 0 : 0
    }

    private static var ownTerminal: String? {
        for descriptor: Int32 in 0...2 {
            var name = [CChar](repeating: 0, count: 256)
            guard ttyname_r(descriptor, &name, name.count) == 0 else { continue }
            let bytes = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            let path = String(decoding: bytes, as: UTF8.self)
            return path.hasPrefix("/dev/") ? String(path.dropFirst(5)) : nil
        }
        return nil
    }
}

extension Service {
    /// All its names, its own and its aliases.
    public var names: Set<String> { Set(reading.strings("Names") + [unit]) }

    /// What is under way with it, such as `activating`, or nil: who takes a unit then would put
    /// back what nobody wanted.
    public var unrest: String? {
        let state = reading.string("ActiveState")
        if ["activating", "deactivating", "reloading", "refreshing", "maintenance"].contains(state)
        {
            return state
        }
        let job = reading["Job"]?.fields?.first?.uint32 ?? 0
        return job == 0 ? nil : "about to change: a job of it is queued"
    }

    /// Stops it as its own settings have it.
    package func stop() async throws(ExperimentError) {
        let job = try await experiment { () async throws(BusError) in
            try await machine.stop(
                unit, with: blueprint.sockets.map(\.unit),
                deadline: blueprint.stopDeadline + .seconds(10))
        }
        guard job == .done else {
            throw ExperimentError("\(unit) does not stop (\(job.rawValue))")
        }
    }

    /// Whether it runs, or ran to its end and counts as up.
    public var isActive: Bool { reading.string("ActiveState") == "active" }

    /// Whether it is meant to run and does not: it failed, or is about to be started again after
    /// that, perhaps for ever.
    public var isFailing: Bool { Machine.isFailing(reading.properties) }
}

extension Machine {
    /// Systemd 254 and later tell apart whether the next start is queued already.
    static func isFailing(_ properties: [String: BusValue]) -> Bool {
        properties["ActiveState"]?.string == "failed"
            || properties["SubState"]?.string?.hasPrefix("auto-restart") == true
    }
}
