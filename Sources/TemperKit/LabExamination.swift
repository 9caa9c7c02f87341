package import Hardening
import Lab
import Systemd
import SystemdBus
import Trials

/// Measures what a tree's systemd enforces, in a lab of its own, so that no campaign is disturbed.
package struct LabExamination {
    let root: String
    let stateDirectory: String

    package init(root: String, stateDirectory: String) {
        self.root = root
        self.stateDirectory = stateDirectory
    }

    /// What was recorded of this machine, or is measured now and recorded.
    func enforcement(of facts: MachineFacts) async throws -> Enforcement {
        let record = record(of: facts)
        if let known = record.load() { return known }
        return try await measure().enforcement
    }

    /// Measures, whatever is on record.
    package func measure() async throws -> (facts: MachineFacts, enforcement: Enforcement) {
        var plan = LabPlan()
        plan.root = root
        let lab = try await labFailures { [plan] () async throws(LabError) in
            try await Lab.boot(plan)
        }
        do {
            // Else /sys is read-only for every service, whatever is asked of systemd. Only now:
            // what runs at boot could write there by the tree's own tmpfiles.d(5). Where it cannot
            // be done, /sys counts as read-only, which it is in a lab.
            _ = try? await lab.run(["mount", "-o", "remount,bind,rw", "/sys"])
            let result = try await measure(in: lab)
            try? await lab.end()
            return result
        } catch {
            try? await lab.end()
            throw error
        }
    }

    private func measure(
        in lab: Lab
    ) async throws -> (facts: MachineFacts, enforcement: Enforcement) {
        let bus: Bus
        do { bus = try await Bus.connect(to: .address(lab.busAddress)) } catch {
            throw TemperError.experiment(error.description)
        }
        let machine = Machine(
            bus: bus, root: lab.rootPath, network: lab.networkNamespace, isDisposable: true)
        let facts = try await MachineFacts(of: machine)
        let enforcement = try await Examination(
            of: machine, dialect: try await Dialect(of: machine), facts: facts
        ).enforcement()
        record(of: facts).save(enforcement)
        return (facts, enforcement)
    }

    private func record(of facts: MachineFacts) -> EnforcementRecord {
        EnforcementRecord(
            facts: facts, root: root, isDisposable: true, stateDirectory: stateDirectory)
    }
}
