#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What is written down about a lab that is up, for who finds it later.
struct LabRecord: Codable, Equatable, Sendable {
    var name: String
    /// As seen from the pid namespace the lab was started in.
    var keeper: Int32
    var pid: Int32
    var root: String
    /// nil in the record of a lab that an older version made: those had none.
    var network: LabNetwork?
    /// Seconds since 1970.
    var since: Int
    /// Seconds the keeper gives systemd to power off.
    var patience: Double
}

extension LabRecord {
    init?(text: String) {
        guard let record = try? JSONDecoder().decode(LabRecord.self, from: Data(text.utf8)) else {
            return nil
        }
        self = record
    }

    var text: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Strings and finite numbers: there is nothing to refuse.
        guard let data = try? encoder.encode(self) else { return "{}" }
        return String(decoding: data, as: UTF8.self) + "\n"
    }
}
