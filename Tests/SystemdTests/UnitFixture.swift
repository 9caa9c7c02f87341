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
    private var directory: String { lab.rootPath + "/run/systemd/system" }

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

    /// What systemd wrote into the journal about lines of the tested drop-ins since the boot,
    /// such as `.../x.service.d/zz-temper.conf:3: Unknown key name ...`.
    func complaints() async throws -> [String] {
        _ = try await lab.run(["journalctl", "--sync"])
        let output = try await lab.run(["journalctl", "--no-pager", "-o", "cat", "_PID=1"])
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

/// Everything that starts a lab is a part of this suite, so that one lab runs at a time and the
/// measured times are not those of a crowd.
@Suite(.serialized, .timeLimit(.minutes(5))) enum AgainstSystemd {}

/// A booted lab of a release, with its units and its dialect.
func withUnitFixture<Result: Sendable>(
    _ release: Release, _ body: @Sendable (UnitFixture, Dialect) async throws -> Result
) async throws -> Result {
    try await withLab(release) { lab, machine in
        try await body(UnitFixture(lab: lab, machine: machine), try await Dialect(of: machine))
    }
}
