import Bisection

/// A list of restrictions with the rates at which they break; what `catalogue_*.json` holds.
struct SimulatedCatalogue: Codable, Sendable {
    var items: [Entry]
    var families: [Family]

    struct Entry: Codable, Sendable {
        var name: String
        var fam: Int
        var weight: Int
        /// The probability of breaking a service that needs the family.
        var s: Double
        /// The probability of breaking one that does not.
        var c: Double
        var pred: [Int]
    }

    struct Family: Codable, Sendable {
        var name: String
        var pi: Double
    }
}

// MARK: - The built-in ones

extension SimulatedCatalogue {
    /// 128 restrictions; half of the systems' typical needs, or all of them for a hard service.
    static let typical = SimulatedCatalogue(parsing: rates)

    static var hard: SimulatedCatalogue {
        var result = typical
        for index in result.families.indices { result.families[index].pi *= 2 }
        return result
    }

    /// The same without capabilities: 87 restrictions.
    static var small: SimulatedCatalogue { typical.filtered { !$0.name.hasPrefix("CAP_") } }

    /// System calls one by one instead of in groups: 482 restrictions. The calls of a group are a
    /// family of their own, needed as often as the group broke.
    static var large: SimulatedCatalogue {
        var items: [Entry] = []
        var families = typical.families
        var position: [Int: Int] = [:]
        for (index, entry) in typical.items.enumerated() {
            guard let count = systemCalls[entry.name] else {
                position[index] = items.count
                items.append(entry)
                continue
            }
            families.append(Family(name: entry.name, pi: families[entry.fam].pi * entry.s))
            items += (0..<count).map {
                Entry(
                    name: "\(entry.name):\($0)", fam: families.count - 1, weight: 1, s: 0.22,
                    c: 0.0012, pred: [])
            }
        }
        for index in items.indices {
            items[index].pred = items[index].pred.compactMap { position[$0] }
        }
        return SimulatedCatalogue(items: items, families: families)
    }

    private func filtered(by isKept: (Entry) -> Bool) -> SimulatedCatalogue {
        let kept = items.indices.filter { isKept(items[$0]) }
        var position: [Int: Int] = [:]
        for (index, item) in kept.enumerated() { position[item] = index }
        return SimulatedCatalogue(
            items: kept.map { index in
                var entry = items[index]
                entry.pred = entry.pred.compactMap { position[$0] }
                return entry
            }, families: families)
    }

    private init(parsing table: String) {
        items = []
        families = []
        var position: [Substring: Int] = [:]
        for line in table.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words[0] == "family" {
                families.append(Family(name: String(words[1]), pi: Double(words[2])!))
                continue
            }
            position[words[0]] = items.count
            items.append(
                Entry(
                    name: String(words[0]), fam: families.count - 1, weight: Int(words[1])!,
                    s: Double(words[2])!, c: Double(words[3])!,
                    pred: words.dropFirst(5).map { position[$0]! }))
        }
    }
}
