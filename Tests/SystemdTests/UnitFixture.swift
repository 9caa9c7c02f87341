import Fixtures
import Foundation
import Hardening
import Lab
import SystemdBus
import Testing

@testable import Systemd

/// Unit files in a lab, and what its systemd makes of them.
struct UnitFixture: Sendable {
    let lab: Lab
    let machine: Machine
    private let began = Date()
    private let before: Set<String>
    private var directory: String { lab.rootPath + UnitFixture.directory }
    private static let directory = "/run/systemd/system"

    init(_ shared: SharedLab) {
        (lab, machine) = (shared.lab, shared.machine)
        before = Set(UnitFixture.files(in: lab.rootPath + UnitFixture.directory))
    }

    private static func files(in directory: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    }

    /// Takes away what was written, so that the next one finds the lab as it was.
    func clear() async throws {
        for file in UnitFixture.files(in: directory) where !before.contains(file) {
            try FileManager.default.removeItem(atPath: "\(directory)/\(file)")
        }
        _ = try await lab.run(["systemctl", "reset-failed"])
        try await reload()
        _ = try await lab.run(["journalctl", "--sync"])
    }

    /// Writes `name` with this text, and drop-ins of it by their file names.
    func write(_ name: String, _ text: String, dropIns: [String: String] = [:]) throws {
        try FileManager.default.createDirectory(
            atPath: "\(directory)/\(name).d", withIntermediateDirectories: true)
        try text.write(toFile: "\(directory)/\(name)", atomically: false, encoding: .utf8)
        for (file, text) in dropIns {
            try text.write(
                toFile: "\(directory)/\(name).d/\(file)", atomically: false, encoding: .utf8)
        }
    }

    /// Makes systemd see what was written.
    func reload() async throws { try await machine.manager("Reload") }

    /// The sandbox of a unit as its properties read, loading it where it is not loaded.
    func sandbox(of unit: String) async throws -> Sandbox {
        let path = Machine.path(ofUnit: unit)
        let general = try await machine.properties(of: path, Machine.unitInterface)
        let state = general["LoadState"]?.string ?? ""
        guard state == "loaded" else { throw Trouble("\(unit) is \(state)") }
        let service = try await machine.properties(of: path, Machine.serviceInterface)
        return Sandbox(properties: general.merging(service) { $1 })
    }

    /// The file name of the drop-ins that are tested.
    static let dropIn = "zz-temper.conf"

    /// What systemd wrote into the journal about lines of the tested drop-ins since there is this fixture,
    /// such as `.../x.service.d/zz-temper.conf:3: Unknown key name ...`.
    func complaints() async throws -> [String] {
        _ = try await lab.run(["journalctl", "--sync"])
        let output = try await lab.run([
            "journalctl", "--no-pager", "-o", "cat", "_PID=1",
            "--since=@\(String(format: "%.6f", began.timeIntervalSince1970))",
        ])
        guard output.status == 0 else { throw Trouble("journalctl: \(output.stderr)") }
        return output.stdout.split(separator: "\n").map(String.init).filter {
            $0.contains(UnitFixture.dropIn)
        }
    }

    struct Trouble: Error, CustomStringConvertible {
        let description: String
        init(_ description: String) { self.description = description }
    }
}

/// Suites that share a lab of each release; one test after the other has it.
@Suite(.serialized, .timeLimit(.minutes(5))) enum AgainstSystemd {}

/// The shared lab of a release, with its units and its dialect. What the units of one test leave is
/// taken away after it; where that is not known, nobody else gets that lab.
func withUnitFixture<Result: Sendable>(
    _ release: Release, _ body: @Sendable (UnitFixture, Dialect) async throws -> Result
) async throws -> Result {
    do {
        let fixture = UnitFixture(try await SharedLab.of(release))
        let result = try await body(fixture, try await Dialect(of: fixture.machine))
        try await fixture.clear()
        return result
    } catch {
        await SharedLab.discard(release)
        throw error
    }
}
