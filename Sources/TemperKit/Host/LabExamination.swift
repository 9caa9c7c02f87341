public import Hardening
import Lab
import Systemd
import Trials

/// Measures what a tree's systemd enforces, in a lab of its own, so that no campaign is disturbed.
public struct LabExamination: Sendable {
    /// The tree; `/` for this machine's own.
    let root: String
    /// Whether the lab is caged, where a manager can enforce less.
    let isCaged: Bool
    let stateDirectory: String

    /// - Parameters:
    ///   - root: the tree that the lab is made of; `/` for this machine's own.
    ///   - isCaged: whether the lab is to be caged, as for what is not trusted.
    ///   - stateDirectory: where the result is kept for later campaigns.
    public init(root: String, isCaged: Bool = false, stateDirectory: String) {
        self.root = root
        self.isCaged = isCaged
        self.stateDirectory = stateDirectory
    }

    /// Measures, whatever is on record. It takes some seconds.
    public func measure() async throws(TemperError) -> (
        facts: MachineFacts, enforcement: Enforcement
    ) {
        try await TemperError.ofWork {
            try StateDirectory.prepare(stateDirectory)
            return try await measureInLab()
        }
    }

    /// What was recorded of this machine, or is measured now and recorded.
    func enforcement(of facts: MachineFacts) async throws -> Enforcement {
        if let known = record(of: facts).load() { return known }
        return try await measureInLab().enforcement
    }

    private func measureInLab() async throws -> (facts: MachineFacts, enforcement: Enforcement) {
        var plan = LabPlan()
        plan.root = root
        plan.isCaged = isCaged
        plan.network = .none
        return try await withHost(.lab(plan)) { host in
            // Else /sys is read-only for every service, whatever is asked of systemd. Only now:
            // what runs at boot could write there by the tree's own tmpfiles.d(5). Where it cannot
            // be done, /sys counts as read-only, which it is in a lab.
            _ = try? await host.lab?.run(["mount", "-o", "remount,bind,rw", "/sys"])
            let facts = try await MachineFacts(of: host.system)
            let enforcement = try await host.system.examined(facts)
            record(of: facts).save(enforcement)
            return (facts, enforcement)
        }
    }

    private func record(of facts: MachineFacts) -> EnforcementRecord {
        EnforcementRecord(
            facts: facts, root: root, place: isCaged ? .cage : .lab,
            stateDirectory: stateDirectory)
    }
}

extension Machine {
    fileprivate func examined(_ facts: MachineFacts) async throws -> Enforcement {
        try await Examination(of: self, dialect: try await Dialect(of: self), facts: facts)
            .enforcement()
    }
}

extension Bench {
    /// What the manager enforces; of a user's that is not measured.
    ///
    /// - Parameter stateDirectory: where what was measured before is found.
    func enforcement(_ stateDirectory: String) async throws -> Enforcement {
        let machine = service.machine
        if machine.user != nil { return .unmeasured }
        progress.step("finding out what this systemd enforces")
        let facts = try await MachineFacts(of: machine)
        if !host.isLive {
            return try await LabExamination(
                root: host.tree, isCaged: host.lab?.isCaged ?? false,
                stateDirectory: stateDirectory
            ).enforcement(of: facts)
        }
        let record = EnforcementRecord(
            facts: facts, root: host.tree, place: .machine, stateDirectory: stateDirectory)
        if let known = record.load() { return known }
        let enforcement = try await withTie(on: machine) { try await $0.examined(facts) }
        record.save(enforcement)
        return enforcement
    }

    /// Runs `body` with a machine on which nothing that is started outlives this process.
    private func withTie<Result>(
        on machine: Machine, _ body: (Machine) async throws -> Result
    ) async throws -> Result {
        var tied = machine
        let tie = try await StandIn.taking(nil, on: machine, atMost: .seconds(600))
        tied.standIn = tie
        do {
            let result = try await body(tied)
            await tie.leave(machine)
            return result
        } catch {
            await tie.leave(machine)
            throw error
        }
    }
}
