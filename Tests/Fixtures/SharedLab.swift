public import Lab
import Synchronization
public import Systemd
import SystemdBus

/// A lab of a release that tests of one target share; the first that asks boots it. It is for tests
/// that leave it as they found it and either have units of their own or run one after the other.
///
/// It ends with the process of the tests, as every lab does, however that ends.
public struct SharedLab: Sendable {
    public let lab: Lab
    public let machine: Machine

    private static let labs = Mutex<[Release: Task<SharedLab, any Error>]>([:])

    public static func of(_ release: Release) async throws -> SharedLab {
        try await labs.withLock { labs in
            if let lab = labs[release] { return lab }
            let lab = Task { try await SharedLab.boot(release) }
            labs[release] = lab
            return lab
        }.value
    }

    /// Ends the lab of a release that may not be as it was; who asks next has a fresh one.
    public static func discard(_ release: Release) async {
        let shared = labs.withLock { $0.removeValue(forKey: release) }
        guard let shared = try? await shared?.value else { return }
        await shared.machine.bus.close()
        try? await shared.lab.end()
    }

    private static func boot(_ release: Release) async throws -> SharedLab {
        var plan = LabPlan()
        plan.root = release.root
        let lab = try await Lab.boot(plan)
        let bus = try await Bus.connect(to: lab.bus)
        return SharedLab(
            lab: lab,
            machine: Machine(
                bus: bus, root: lab.rootPath, network: lab.networkNamespace, isDisposable: true))
    }
}
