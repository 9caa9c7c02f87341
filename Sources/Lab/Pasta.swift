import CLab
import Glibc

/// How the machine's network is brought to a lab: `pasta` of the package passt, which needs neither
/// rules nor interfaces on the machine.
struct Pasta: Equatable, Sendable {
    /// Its path.
    let program: String
    /// An empty directory on the host.
    let stage: String

    /// Stands for the name servers of the machine, wherever those listen. RFC 5737 keeps it free.
    static let nameServer = "203.0.113.53"

    /// Where it finds the lab's network namespace, in a mount namespace of its own.
    var network: String { "\(stage)/network" }

    /// Ports of the lab are not opened on the machine, and the machine's not in the lab. It stays
    /// root because the namespace is root's; it gives up what it does not need by itself.
    var command: [String] {
        [
            program, "--quiet", "--runas", "0:0", "--config-net", "--ns-ifname", LAB_INTERFACE,
            "--dns-forward", Self.nameServer, "--no-map-gw", "--tcp-ports", "none", "--udp-ports",
            "none", "--tcp-ns", "none", "--udp-ns", "none", "--netns", network,
        ]
    }

    /// The first of the directories in `path` that has one, such as `PATH`.
    /// - Throws: `.noPasta`
    static func find(stage: String, path: String) throws(LabError) -> Pasta {
        let places = path.split(separator: ":").map { "\($0)/pasta" }
        guard let program = places.first(where: { access($0, X_OK) == 0 }) else { throw .noPasta }
        return Pasta(program: program, stage: stage)
    }
}
