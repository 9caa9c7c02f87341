import Lab
import Systemd
import SystemdBus
import Trials

/// Which manager a service belongs to.
package enum ManagerChoice: Hashable, Sendable {
    case system
    /// The manager of the user with this name; nil for the machine's only ordinary user.
    case user(String?)
}

/// From a booted lab to a machine that is ready for the service.
extension HardenSession {
    /// The lab as its system manager sees it.
    private func system(in lab: Lab) async throws(Failure) -> Machine {
        do {
            let bus = try await Bus.connect(to: .address(lab.busAddress))
            return Machine(
                bus: bus, root: lab.rootPath, network: lab.networkNamespace, isDisposable: true)
        } catch {
            throw .experiment(error.description)
        }
    }

    /// The manager that the service belongs to. A user's own is started first.
    func machine(in lab: Lab) async throws -> Machine {
        let system = try await system(in: lab)
        guard case .user(let name) = manager else { return system }
        progress.step("starting the manager of \(name ?? "the user")")
        return try await system.manager(of: try system.account(name))
    }

    /// Runs the plan's `Prepare=` commands as root, each to its end. Labs only: they change the
    /// machine.
    func prepare(_ plan: Plan, in lab: Lab) async throws {
        if plan.preparations.isEmpty { return }
        progress.step("preparing the lab")
        let system = try await system(in: lab)
        for command in plan.preparations {
            let outcome = await CommandProbe(command: command, on: system)
                .check(deadline: .seconds(60))
            switch outcome {
            case .healthy: continue
            case .unhealthy(let why), .cannotTell(let why):
                throw Failure.experiment(
                    "the lab cannot be prepared: Prepare=\(command): \(why); `temper lab up` and "
                        + "`temper lab exec` let you try it by hand")
            }
        }
    }
}
