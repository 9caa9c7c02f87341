public import Fixtures
import Lab
public import SystemdBus

/// A real systemd in a lab, thrown away with this object.
public struct DisposableSystemd: Sendable {
    private let lab: Lab

    public var address: BusAddress { lab.bus }
    public var root: String { lab.rootPath }

    /// One for all tests that leave it as they found it.
    public static let shared = Task { try await DisposableSystemd.boot() }

    /// Returns when systemd answers.
    public static func boot(_ release: Release = .trixie) async throws -> DisposableSystemd {
        var plan = LabPlan()
        plan.root = release.root
        return DisposableSystemd(lab: try await Lab.boot(plan))
    }

    public func end() async { try? await lab.end() }
}
