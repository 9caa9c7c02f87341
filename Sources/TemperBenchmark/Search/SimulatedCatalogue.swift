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
    static var small: SimulatedCatalogue {
        var result = typical
        result.replaceItems { $0.name.hasPrefix("CAP_") ? [] : [$0] }
        return result
    }

    /// System calls one by one instead of in groups: 482 restrictions. The calls of a group are a
    /// family of their own, needed as often as the group broke.
    static var large: SimulatedCatalogue {
        var result = typical
        var families = typical.families
        result.replaceItems { entry in
            guard let count = systemCalls[entry.name] else { return [entry] }
            families.append(Family(name: entry.name, pi: families[entry.fam].pi * entry.s))
            return (0..<count).map {
                Entry(
                    name: "\(entry.name):\($0)", fam: families.count - 1, weight: 1, s: 0.22,
                    c: 0.0012, pred: [])
            }
        }
        result.families = families
        return result
    }

    /// Each by others; nothing requires one that is not among them any more.
    private mutating func replaceItems(by others: (Entry) -> [Entry]) {
        var replaced: [Entry] = []
        var position: [Int: Int] = [:]
        for (index, entry) in items.enumerated() {
            let new = others(entry)
            if new.first?.name == entry.name { position[index] = replaced.count }
            replaced += new
        }
        for index in replaced.indices {
            replaced[index].pred = replaced[index].pred.compactMap { position[$0] }
        }
        items = replaced
    }

    private init(parsing table: String) {
        items = []
        families = []
        var position: [Substring: Int] = [:]
        for line in table.split(separator: "\n") {
            var words = line.split(separator: " ")
            switch words[0] {
            case "family":
                families.append(Family(name: String(words[1]), pi: Double(words[2])!))
                continue
            case "alone":
                families.append(Family(name: String(words[2]), pi: Double(words[1])!))
                words.removeFirst(2)
            default: break
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
