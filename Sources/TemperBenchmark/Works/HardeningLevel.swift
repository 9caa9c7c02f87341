import TemperKit
import Trials

/// How a service of `works` is hardened.
enum HardeningLevel: String, CaseIterable, Sendable, Codable {
    /// With its weak probe, and nothing else said.
    case byDefault = "default"
    /// With its weak probe, everything that passes.
    case strictest
    /// With no probe but what others see of it.
    case footprint

    /// The session with what this level asks for beside the plan.
    func asked(of session: HardenSession) -> HardenSession {
        var session = session
        switch self {
        case .byDefault: break
        case .strictest: session.options.isStrictest = true
        case .footprint: session.plan.probes = [.footprint]
        }
        return session
    }
}
