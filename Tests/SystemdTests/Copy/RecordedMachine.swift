import Foundation
import Systemd
import SystemdBus
import Testing

/// What one live systemd answered: a bare unit of each type, and services of Debian with the
/// copies that were started of them. Only what differs from the bare unit is kept of an original,
/// and only what differs from its original is kept of a copy.
struct RecordedMachine {
    static let versions = [252, 257, 262]

    let version: Int
    private let record: Record

    init(systemd version: Int) throws {
        self.version = version
        record = try #require(Self.records[version]).get()
    }

    /// Read once: a record has thousands of values.
    private static let records = Dictionary(
        uniqueKeysWithValues: versions.map { version in
            (version, Result { try read(version) })
        })

    private static func read(_ version: Int) throws -> Record {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Recorded/systemd-\(version).json")
        return try JSONDecoder().decode(Record.self, from: Data(contentsOf: file))
    }

    var services: [String] { record.services.keys.sorted() }

    /// The bare unit of `Type=exec` or of another type.
    func bare(_ type: String = "exec") -> UnitReading {
        UnitReading(properties: record.bare.merging(record.bareOfType[type] ?? [:]))
    }

    func original(_ service: String) -> UnitReading {
        let recorded = record.services[service]
        return UnitReading(
            properties: record.bare.merging(recorded?.original ?? [:]),
            files: (recorded?.files ?? []).map { UnitFile(path: $0.path, text: $0.text) })
    }

    func copy(_ service: String) -> UnitReading {
        UnitReading(
            properties: original(service).properties.merging(
                (record.services[service]?.copy ?? [:]).mapValues(\.value)
            ) { $1 })
    }

    func blueprint(_ service: String) throws -> Blueprint {
        let original = original(service)
        let type = ServiceType(rawValue: original["Type"]?.string ?? "")
        return try Blueprint(
            of: original, against: bare(type?.ofCopy.rawValue ?? ""), systemd: version)
    }

    private struct Record: Decodable, Sendable {
        let bare: [String: RecordedValue]
        let bareOfType: [String: [String: RecordedValue]]
        let services: [String: Service]
    }

    private struct Service: Decodable, Sendable {
        let original: [String: RecordedValue]
        let copy: [String: RecordedValue]
        let files: [File]
    }

    private struct File: Decodable, Sendable {
        let path: String
        let text: String
    }
}

extension [String: RecordedValue] {
    fileprivate func merging(_ other: Self) -> [String: BusValue] {
        merging(other) { $1 }.mapValues(\.value)
    }
}
