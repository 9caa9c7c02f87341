import Hardening
import Lab
import Systemd
import Trials

/// From a campaign's outcome to a drop-in that was tried on the real unit.
extension HardenSession {
    func dropIn(_ outcome: Outcome, _ service: Service, _ agenda: Agenda) -> String {
        if outcome.accepted.restrictions.isEmpty { return "" }
        let refused = Dictionary(grouping: outcome.refused) {
            Catalogue.standard[$0.restriction]?.directive ?? ""
        }
        let reasons = refused.mapValues { group in
            let names = group.map { $0.restriction.split(separator: "=", maxSplits: 1).last ?? "" }
            return "Refused: \(names.joined(separator: " "))."
        }
        return DropIn(
            from: agenda.sandbox, taking: outcome.accepted, in: .standard, dialect: agenda.dialect,
            header: [
                "\(unit), hardened by temper \(Temper.version) for systemd \(service.systemdVersion).",
                "Exposure \(outcome.before) before, \(outcome.after) with this drop-in; "
                    + "\(outcome.trials.count) trials.",
            ], reasons: reasons
        ).text
    }

    /// The real unit, in the lab, with the drop-in installed: it must pass the same course, and
    /// its properties must be those of the result.
    func verify(
        _ dropIn: String, _ outcome: Outcome, _ service: Service, _ agenda: Agenda,
        _ course: Course
    ) async throws -> Bool {
        if dropIn.isEmpty || outcome.ending == .interrupted { return false }
        progress.step("trying the drop-in on the real \(unit) in the lab")
        let expected = agenda.sandbox.tightened(
            by: outcome.accepted, in: .standard, dialect: agenda.dialect)
        let differences = try await service.install(dropIn: dropIn, expecting: expected)
        if let first = differences.first {
            throw Failure.experiment(
                "the drop-in does not do what the trials did: \(first); please report this")
        }
        let course = Course(
            service: service.real, probes: course.probes, canReload: service.canReload,
            settle: course.settle)
        let trial = try await course.run(
            Course.Order(
                number: outcome.trials.count + 1, purpose: "the real unit with the drop-in",
                profile: outcome.accepted, cadence: options.cadence.beforeBaseline, began: now(),
                usualEnd: outcome.trials.first?.end))
        guard trial.verdict.isPass else {
            throw Failure.experiment(
                "the copy passed under this configuration and the real unit does not: "
                    + trial.because)
        }
        return true
    }

    /// What happens where the service never ran before: what it makes on its first start may need
    /// more than the result allows. nil when all is well there too.
    func firstStartProblem(
        _ dropIn: String, _ plan: Plan, _ outcome: Outcome
    ) async throws -> String? {
        progress.step("starting \(unit) with the drop-in where it never ran before")
        let trial = try await inFreshLab { service, machine in
            _ = try await service.install(dropIn: dropIn, expecting: service.sandbox)
            let course = Course(
                service: service.real,
                probes: try ProbeMaker(machine: machine).probes(for: plan.probes),
                canReload: service.canReload, settle: .zero)
            return try await course.run(
                Course.Order(
                    number: 0, purpose: "first start", profile: outcome.accepted,
                    cadence: plan.cadence.beforeBaseline, began: now(),
                    usualEnd: outcome.trials.first?.end))
        }
        guard case .failed = trial.verdict else { return nil }
        return "on a machine where \(unit) never ran before, its first start fails under this "
            + "drop-in: \(trial.because); start it once without the drop-in, or leave out with "
            + "--keep what it needs"
    }

    private func inFreshLab(
        _ body: (Service, Machine) async throws -> Trial
    ) async throws -> Trial {
        var fresh = LabPlan()
        fresh.root = labPlan.root
        fresh.binds = labPlan.binds
        let lab = try await labFailures { [fresh] () async throws(LabError) in
            try await Lab.boot(fresh)
        }
        do {
            let machine = try await machine(in: lab)
            let trial = try await body(try await service(on: machine, in: lab).service, machine)
            try? await lab.end()
            return trial
        } catch {
            try? await lab.end()
            throw error
        }
    }
}
