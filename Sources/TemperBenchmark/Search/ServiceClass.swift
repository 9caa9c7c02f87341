import Bisection
import Foundation

/// Simulated services of one kind.
struct ServiceClass: Sendable {
    let name: String
    let catalogue: Catalogue
    let instances: [Instance]

    /// The bits that it takes to name the interacting pairs.
    let pairBits: Double

    private init(name: String, catalogue: Catalogue, instances: [Instance]) {
        self.name = name
        self.catalogue = catalogue
        self.instances = instances
        let count = Double(catalogue.items.count)
        let pairs = instances.first?.pairs.count ?? 0
        if name.hasSuffix("S6") {
            // A hub among all items, and which six of the twenty-odd groups are its partners.
            let groups = Double(catalogue.items.count { $0.name.hasPrefix("@") })
            pairBits = log2(count) + Self.log2Choose(groups, pairs)
        } else {
            pairBits = Self.log2Choose(count * (count - 1) / 2, pairs)
        }
    }

    private static func log2Choose(_ count: Double, _ picked: Int) -> Double {
        (0..<picked).reduce(0) { $0 + log2((count - Double($1)) / Double($1 + 1)) }
    }
}

// MARK: - Drawn here

extension ServiceClass {
    static let builtIn: [ServiceClass] = [
        drawn("T60", Catalogue.small, .none, count: 200),
        drawn("T110", .typical, .none, count: 400),
        drawn("H110", .hard, .none, count: 200),
        drawn("T450", .large, .none, count: 60),
        drawn("T110+P1", .typical, .pairs(1), count: 100),
        drawn("T110+P3", .typical, .pairs(3), count: 100),
        drawn("T110+S6", .typical, .hub, count: 100),
    ]

    private static func drawn(
        _ name: String, _ catalogue: Catalogue, _ interactions: Interactions, count: Int
    ) -> ServiceClass {
        let instances = (0..<UInt64(count)).map {
            Instance.draw(from: catalogue, interactions, seed: $0)
        }
        return ServiceClass(name: name, catalogue: catalogue, instances: instances)
    }
}

// MARK: - Read from files

extension ServiceClass {
    private struct File: Decodable {
        let cls: String
        let catalogue: String
        let instances: [Instance]
    }

    /// All class files of a directory, in the order of their names.
    static func load(from directory: String) throws -> [ServiceClass] {
        let folder = URL(fileURLWithPath: directory, isDirectory: true)
        let names = try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
        return try names.filter { $0.hasSuffix(".json") && !$0.hasPrefix("catalogue_") }.map {
            let file = try decode(File.self, from: folder.appending(path: $0))
            let catalogue = try decode(
                Catalogue.self, from: folder.appending(path: "catalogue_\(file.catalogue).json"))
            try catalogue.check()
            return ServiceClass(
                name: file.cls, catalogue: catalogue, instances: file.instances)
        }
    }

    private static func decode<Value: Decodable>(_: Value.Type, from file: URL) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(contentsOf: file))
    }
}
