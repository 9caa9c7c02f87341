import SystemdBus
import Trials

extension Machine {
    /// How the commands of these properties (`ExecStopPostEx`, ...) ended that ran since the last
    /// start of the unit: signature `a(sasasttttuii)`, of which the last three are the pid, and how
    /// it ended as in `siginfo_t` (org.freedesktop.systemd1(5)). systemd forgets them at a start.
    func helpers(
        of path: String, _ properties: [String]
    ) async throws(BusError) -> [HelperExit] {
        let readings = await withTaskGroup { group in
            for (place, name) in properties.enumerated() {
                group.addTask { (place, await value(name, path, Machine.serviceInterface)) }
            }
            return await group.reduce(into: [Int: Result<BusValue, BusError>]()) {
                $0[$1.0] = $1.1
            }
        }
        var exits: [HelperExit] = []
        for (place, name) in properties.enumerated() {
            exits += HelperExit.all(of: name, try readings[place]?.get().elements ?? [])
        }
        return exits
    }
}

extension HelperExit {
    fileprivate static func all(of property: String, _ commands: [BusValue]) -> [HelperExit] {
        commands.enumerated().compactMap { index, command in
            guard let fields = command.fields, fields.count == 10,
                let pid = fields[7].uint32, pid != 0, let code = fields[8].int32, code != 0,
                let status = fields[9].int32
            else { return nil }
            return HelperExit(
                directive: property.hasSuffix("Ex") ? String(property.dropLast(2)) : property,
                position: index + 1, program: fields[0].string ?? "", code: code, status: status)
        }
    }
}

extension Blueprint {
    /// The properties with the commands beside the main process. Those of a oneshot are all of one
    /// kind, and systemd tells of the last only.
    var helperProperties: [String] {
        let isOneshot = facts.startedAs == .oneshot
        return properties.map(\.0).filter { name in
            name.hasPrefix("Exec") && name.hasSuffix("Ex") && name != "ExecConditionEx"
                && (name != "ExecStartEx" || isOneshot)
        }
    }
}
