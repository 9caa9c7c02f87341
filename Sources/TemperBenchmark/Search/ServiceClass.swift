import Bisection
import Foundation

/// Simulated services of one kind.
struct ServiceClass: Sendable {
    let name: String
    let catalogue: SimulatedCatalogue
    let instances: [Instance]

    /// From which the answers of the first service are drawn; the next ones have the next seeds.
    let firstSeed: UInt64

    /// The bits that it takes to name the interacting pairs.
    let pairBits: Double

    private init(
        name: String, catalogue: SimulatedCatalogue, instances: [Instance], firstSeed: UInt64
    ) {
        self.name = name
        self.catalogue = catalogue
        self.instances = instances
        self.firstSeed = firstSeed
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
    /// The same services from the same seed.
    static func drawn(seed: UInt64) -> [ServiceClass] {
        [
            drawn("T60", SimulatedCatalogue.small, .none, count: 200, seed),
            drawn("T110", .typical, .none, count: 400, seed),
            drawn("H110", .hard, .none, count: 200, seed),
            drawn("T450", .large, .none, count: 60, seed),
            drawn("T110+P1", .typical, .pairs(1), count: 100, seed),
            drawn("T110+P3", .typical, .pairs(3), count: 100, seed),
            drawn("T110+S6", .typical, .hub, count: 100, seed),
        ]
    }

    private static func drawn(
        _ name: String, _ catalogue: SimulatedCatalogue, _ interactions: Interactions, count: Int,
        _ seed: UInt64
    ) -> ServiceClass {
        let firstSeed = seed << 32
        let instances = (0..<UInt64(count)).map {
            Instance.draw(from: catalogue, interactions, seed: firstSeed + $0)
        }
        return ServiceClass(
            name: name, catalogue: catalogue, instances: instances, firstSeed: firstSeed)
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
    static func load(from directory: String, seed: UInt64) throws -> [ServiceClass] {
        let folder = URL(fileURLWithPath: directory, isDirectory: true)
        let names = try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
        return try names.filter { $0.hasSuffix(".json") && !$0.hasPrefix("catalogue_") }.map {
            let file = try decode(File.self, from: folder.appending(path: $0))
            let catalogue = try decode(
                SimulatedCatalogue.self,
                from: folder.appending(path: "catalogue_\(file.catalogue).json"))
            try catalogue.check()
            return ServiceClass(
                name: file.cls, catalogue: catalogue, instances: file.instances,
                firstSeed: seed << 32)
        }
    }

    private static func decode<Value: Decodable>(_: Value.Type, from file: URL) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(contentsOf: file))
    }
}
