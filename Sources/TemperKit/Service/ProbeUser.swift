import Systemd
import Trials

/// As whom probe commands run: the user that the command line or the plan names, else the one who
/// called sudo, where the service's machine has that user; nil for whoever the manager is, and
/// where there is no command.
func probeUser(
    _ plan: Plan, on machine: Machine, _ progress: any ProgressListener
) throws(TemperError) -> String? {
    if let name = plan.probeUser { return try named(name, on: machine, progress) }
    let hasCommands = plan.probes.contains { if case .command = $0 { true } else { false } }
    guard hasCommands, machine.user == nil, let id = Caller.behindSudo,
        let name = machine.userName(id)
    else { return nil }
    progress.step("probe commands run as \(name), who called sudo; --probe-user says otherwise")
    return name
}

private func named(
    _ name: String, on machine: Machine, _ progress: any ProgressListener
) throws(TemperError) -> String? {
    if let owner = machine.user {
        if name == owner.name || name == "\(owner.id)" { return nil }
        throw .usage(
            "--probe-user \(name): the manager of \(owner.name) starts nothing as somebody else")
    }
    do {
        let account = try machine.account(name)
        progress.step("probe commands run as \(account.name)")
        return account.id == 0 ? nil : account.name
    } catch {
        throw .usage("--probe-user \(name): \(error.description)")
    }
}
