import CLab
import Glibc

extension Lab {
    /// Ends a lab by name: systemd is asked to power off, after its deadline it is killed, and
    /// everything of it is removed.
    /// - Throws: `.badName`, `.noSuchLab`, `.notRoot`, `.endTooSlow`
    public static func down(
        _ name: String, in directory: String = LabPlan.defaultStateDirectory
    ) async throws(LabError) {
        guard LabPlan.isName(name) else { throw .badName(name) }
        guard geteuid() == 0 else { throw .notRoot }
        let lab = try find(name, in: directory)
        try await lab.end()
    }

    /// Ends the lab. One that is gone already is no error.
    /// - Throws: `.endTooSlow`
    public func end() async throws(LabError) {
        try await onOwnThread { (_) throws(LabError) in
            askForEnd()
            if !isGone(within: patience + .seconds(5)) {
                // Its pid 1 has the keeper's death for its own.
                signalKeeper(SIGKILL)
                guard isGone(within: .seconds(5)) else { throw .endTooSlow(name: name) }
            }
            registry.sweep()
        }
    }

    private func askForEnd() {
        if let deathWatch { deathWatch.say(LAB_WORD_END) } else { signalKeeper(SIGTERM) }
    }

    private func isGone(within limit: Duration) -> Bool {
        if let deathWatch { return deathWatch.waitForEnd(within: limit) }
        let deadline = ContinuousClock.now + limit
        while isHeld {
            guard ContinuousClock.now < deadline else { return false }
            poll(nil, 0, 10)
        }
        return true
    }

    /// Until the lock is free; the record goes a moment before it.
    private var isHeld: Bool {
        registry.isHeld(name) && registry.record(of: name).map { $0.pid == pid } ?? true
    }

    /// The lock is looked at after the process was taken hold of: the pid is then surely its keeper's.
    private func signalKeeper(_ signal: CInt) {
        guard let record = registry.record(of: name), record.pid == pid else { return }
        guard let keeper = try? OpenFile(processOf: record.keeper) else { return }
        if isUp { _ = lab_pidfd_send_signal(keeper.number, signal) }
    }
}
