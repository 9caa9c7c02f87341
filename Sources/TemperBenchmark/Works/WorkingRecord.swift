import Foundation
import Reports
import TemperKit

/// What is known so far, a file for each step of each service: a run that was cut off goes on from
/// there.
struct WorkingRecord: Sendable {
    /// Of one release.
    let directory: String

    /// What came of a check; `failure` is nil where it held.
    struct Answer: Codable, Sendable {
        let name: String
        let command: String
        let failure: String?
    }

    /// Whether these checks, as they are now, were answered.
    static func areOf(_ service: WorkingService, _ answers: [Answer]) -> Bool {
        answers.map(\.name) == service.checks.map(\.name)
            && answers.map(\.command) == service.checks.map(\.command)
    }

    init(directory: String) throws {
        self.directory = directory
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
    }

    func result(of service: WorkingService, _ level: HardeningLevel) -> HardeningResult? {
        read(path(service, level.rawValue, "json"))
    }

    /// - Parameter level: nil for the service as it is.
    func answers(of service: WorkingService, _ level: HardeningLevel?) -> [Answer]? {
        read(path(service, level?.rawValue ?? "unhardened", "checks.json"))
    }

    /// What was found to break checks: the line of the drop-in for each.
    func causes(of service: WorkingService, _ level: HardeningLevel) -> [String: String]? {
        read(path(service, level.rawValue, "causes.json"))
    }

    func keep(_ result: HardeningResult, of service: WorkingService, _ level: HardeningLevel) throws
    {
        try write(JSON.page(result), path(service, level.rawValue, "json"))
    }

    func keep(_ answers: [Answer], of service: WorkingService, _ level: HardeningLevel?) throws {
        try write(
            JSON.page(answers), path(service, level?.rawValue ?? "unhardened", "checks.json"))
    }

    func keep(
        _ causes: [String: String], of service: WorkingService, _ level: HardeningLevel
    ) throws {
        try write(JSON.page(causes), path(service, level.rawValue, "causes.json"))
    }

    /// Forgets what is known of a service.
    /// - Parameter checks: of its checks only; what it was hardened to stays.
    func forget(_ service: WorkingService, onlyChecks checks: Bool) throws {
        for file in try FileManager.default.contentsOfDirectory(atPath: directory)
        where file.hasPrefix(service.name + ".")
            && (!checks || file.hasSuffix(".checks.json") || file.hasSuffix(".causes.json"))
        {
            try FileManager.default.removeItem(atPath: "\(directory)/\(file)")
        }
    }

    private func path(_ service: WorkingService, _ step: String, _ kind: String) -> String {
        "\(directory)/\(service.name).\(step).\(kind)"
    }

    private func read<Value: Decodable>(_ path: String) -> Value? {
        FileManager.default.contents(atPath: path).flatMap {
            try? JSONDecoder().decode(Value.self, from: $0)
        }
    }

    private func write(_ text: String, _ path: String) throws {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }
}
