import Hardening
import Trials

extension HardeningResult.BusPeer {
    /// By their names; nil for none.
    static func all(in uses: Set<BusUse>) -> [Self]? {
        var peers: [String: Self] = [:]
        for use in uses {
            switch use {
            case .calls(let method, let name): peers[name, default: Self(name)].calls.append(method)
            case .owns(let name): peers[name, default: Self(name)].owns = true
            case .hears(let name): peers[name, default: Self(name)].hears = true
            }
        }
        for name in peers.keys { peers[name]?.calls.sort() }
        return peers.isEmpty ? nil : peers.values.sorted { $0.name < $1.name }
    }

    private init(_ name: String) { self.init(name: name, calls: [], owns: false, hears: false) }
}

extension HardeningResult {
    /// What the service needs of a bus that stays open to it.
    var busSection: [Section] {
        guard let bus, !accepted.contains(Catalogue.closedBus) else { return [] }
        return Document.section(
            Phrase("The system bus stays open; what it does there", .strong),
            bus.map { peer in
                let does =
                    [
                        peer.owns ? "owns the name" : nil, peer.hears ? "hears the signals" : nil,
                    ].compactMap(\.self) + (peer.calls.isEmpty ? [] : ["calls"])
                return Entry(
                    lead: "\(code: peer.name)", note: "\(does.joined(separator: ", "))",
                    details: peer.calls.isEmpty
                        ? [] : [.init(.none, .code(peer.calls, separator: ", "))])
            })
    }
}
