import CLab
import Glibc

/// What a lab is connected with.
public enum LabNetwork: String, Sendable, Codable, CaseIterable {
    /// Nothing: it has only loopback.
    case none
    /// A neighbour on a network of their own, to which every address of the internet belongs. It
    /// takes connections and datagrams for any of them and any port, and answers only as a name
    /// server, which gives every name an address. Nothing of it reaches the machine's network.
    case world
    /// The machine's own network, by `pasta`: what the lab's services send goes out.
    case host

    /// What a lab has unless another one is asked for.
    public static let standard = LabNetwork.world
}

extension LabNetwork {
    /// The name server that the lab's `/etc/resolv.conf` names; nil where the tree's own file stays.
    var nameServer: String? {
        switch self {
        case .none: nil
        case .world: LAB_NEIGHBOUR_4
        case .host: Pasta.nameServer
        }
    }

    /// Addresses in a lab that are no other machine's: they stand for a name server of the machine,
    /// and for whatever a name may lead to. Four or sixteen bytes each, in the network's order.
    public var standIns: [[UInt8]] {
        let addresses: [String] =
            switch self {
            case .none: []
            case .world: [LAB_NEIGHBOUR_4, LAB_ANSWER_4, LAB_ANSWER_6]
            case .host: [Pasta.nameServer]
            }
        return addresses.map { address in
            let isSix = address.contains(":")
            var bytes = [UInt8](repeating: 0, count: isSix ? 16 : 4)
            inet_pton(isSix ? AF_INET6 : AF_INET, address, &bytes)
            return bytes
        }
    }

    var inC: lab_network {
        switch self {
        case .none: LAB_NETWORK_NONE
        case .world: LAB_NETWORK_WORLD
        case .host: LAB_NETWORK_HOST
        }
    }
}
