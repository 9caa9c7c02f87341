import Hardening
import Synchronization
import Systemd
import Trials

extension HardenSession {
    /// Another identity to try, with its files given to it for as long as it holds.
    func identity(
        _ agenda: Agenda, named name: String, _ ownership: Ownership, on machine: Machine
    ) -> Identity {
        let change = OwnershipChange()
        return Identity(
            name: name, agenda: agenda,
            prepare: { () throws(ExperimentError) in
                let done = try machine.apply(ownership)
                change.undo.withLock { $0 = done }
            }, undo: { change.undo.withLock { $0?.run() } })
    }
}

/// Shared by making a change and taking it back.
private final class OwnershipChange: Sendable {
    let undo = Mutex<OwnershipUndo?>(nil)
}

extension Usage {
    /// What would have to change hands for the service to run as the user that it becomes anyway;
    /// nil where it becomes nobody, or the user wants it as it is.
    func ownership(keep: Set<String>) -> Ownership? {
        guard let user, keep.isDisjoint(with: ["User", "User=\(user)"]) else { return nil }
        return Ownership(user: user, written: written, files: files)
    }
}
