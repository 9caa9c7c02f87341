import Hardening

/// What was taken as keys of a Quadlet, where the service is a container that Podman runs: see
/// ``ContainerCounterpart``. What has no key is named.
public struct QuadletKeys: Sendable {
    public let text: String

    public init(_ export: UnitExport) {
        var keys: [String] = []
        var names: [ContainerCounterpart: [String]] = [:]
        for setting in export.settings {
            let counterpart = ContainerCounterpart(of: setting)
            if case .keys(let lines) = counterpart {
                keys += lines
            } else {
                names[counterpart, default: []].append(setting.name + "=")
            }
        }
        var lines = export.heading()
        lines.append("# It was tried as a service and not in a container: try it there.")
        for (counterpart, note) in QuadletKeys.notes {
            guard let names = names[counterpart] else { continue }
            lines += ["# \(note)", "#   \(names.joined(separator: " "))"]
        }
        text = (lines + ["[Container]"] + keys).joined(separator: "\n") + "\n"
    }

    private static let notes: [(ContainerCounterpart, String)] = [
        (.always, "Podman does for every container what these do:"),
        (.callFilter, "These filter system calls; a profile for SeccompProfile= can:"),
        (
            .none,
            "These have no key that comes to the same; see UserNS=, GroupAdd=, AddDevice=, Volume=:"
        ),
    ]
}
