import Hardening
import Reports
import Systemd
import TrialLedger
import Trials

/// The profile passed: what else is there to say, and could more be taken now?
extension CheckContext {
    /// Not more than these trials are spent on what could be tightened.
    private static let mostTrials = 5

    /// - Returns: what could be installed in the place of what is on record.
    func settle(_ passed: Trial, _ check: inout UnitCheck) async throws -> CheckOffer? {
        check.notes += try await contradictions(under: passed.profile)
        let known = profile.restrictions.union(record.refused.map(\.restriction))
        let fresh = try newcomers(beside: known)
        check.notes += news(fresh.filter { !record.offered.contains($0) })
        var pass = TighteningPass(context: self, passed: passed)
        // What an earlier check found and nobody installed is tried again only to be installed.
        let isAsked = choices.apply != nil && !record.offered.isEmpty
        if choices.isQuick || changes.isEmpty && !isAsked {
            return try await offer(pass, passed.profile, &check)
        }
        if changes.contains(where: { $0.kind != .kernel }) {
            let baseline = try await pass.baseline()
            let judged = passed.judged(by: baseline)
            // A new version may have processes that the old one had not, and lose them unseen.
            if judged.verdict.isFailure { return try await explain(judged, &check) }
        } else {
            try pass.learnTimes(of: passed)
        }
        try await pass.tighten(fresh, andRefused: !changes.isEmpty, most: Self.mostTrials)
        check.furtherTrials = pass.trials.count - 1
        check.tightenings = pass.found
        return try await offer(pass, passed.profile, &check)
    }

    /// The drop-in of what could be tightened, or one for the unit as it is now, where that on
    /// record does not give what passes.
    private func offer(
        _ pass: TighteningPass, _ passed: Profile, _ check: inout UnitCheck
    ) async throws -> CheckOffer? {
        func offer(_ profile: Profile, orElse complaint: String) async throws -> CheckOffer? {
            try await self.offer(
                Outcome(
                    passed: profile, on: try problem(profile, of: asItIs, fixed: identity),
                    trials: pass.trials, baseline: pass.baseline,
                    refused: record.refused.filter {
                        !profile.restrictions.contains($0.restriction)
                    }), context(baseline: pass.baseline), orElse: complaint, &check)
        }
        if !pass.found.isEmpty {
            let complaint = "what could be tightened is not offered"
            if let stricter = try await offer(pass.profile, orElse: complaint) { return stricter }
            check.tightenings = []
        }
        let isLoosened = check.notes.contains { $0.kind == .loosens }
        return isLoosened ? try await offer(passed, orElse: Self.noOffer) : nil
    }

    /// The service as it is on record.
    private func context(baseline: Baseline) -> HardeningContext {
        HardeningContext(
            bench: bench, copies: CopyHabits(leftovers: []),
            observedUsage: ObservedUsage([], sandbox: service.sandbox), baseline: baseline,
            enforcement: enforcement, inapplicable: inapplicable, usage: record.usage,
            subject: asItIs, ownership: record.ownership)
    }

    /// What this machine can enforce and the record never tried or does not have yet, the dearest
    /// first.
    private func newcomers(beside known: Set<String>) throws -> [String] {
        let then = record.validity.systemdVersion
        let offer = Offer(
            of: asItIs.under(record.profile), enforcement: enforcement, keep: plan.keep,
            attempt: plan.attempt, unmet: bench.unmet(by: record.usage.unmetNeeds),
            inapplicable: inapplicable)
        return offer.restrictions.filter { restriction in
            // Where it was not measured again, what was not in force is not in force.
            if validity.notInForce.contains(restriction.id) { return false }
            let isNew = then > 0 && restriction.introduced > then
            let isInForceNow = record.validity.notInForce.contains(restriction.id)
            return record.offered.contains(restriction.id)
                || !known.contains(restriction.id) && (isNew || isInForceNow)
        }.map(\.id)
    }

    private func news(_ ids: [String]) -> [UnitCheck.Note] {
        ids.isEmpty
            ? []
            : [
                .init(
                    .new,
                    "this systemd can do what the record never tried: \(ids.joined(separator: ", "))"
                )
            ]
    }
}

/// A few trials on top of a profile that passes.
private struct TighteningPass {
    let context: CheckContext
    private(set) var profile: Profile
    private(set) var found: [UnitCheck.Tightening] = []
    private var runner: TrialRunner
    private let refused: [HardeningRecord.Refused]

    init(context: CheckContext, passed: Trial) {
        self.context = context
        profile = passed.profile
        runner = context.runner(after: [passed])
        refused = context.record.refused
    }

    /// The first is that of the profile on record.
    var trials: [Trial] { runner.trials }
    var baseline: Baseline { runner.expectations.baseline }
    private var prospect: Prospect { Prospect(exposure: context.record.exposure.after) }

    /// How long it takes on this machine and in this version, which the record only guesses.
    mutating func learnTimes(of trial: Trial) throws {
        var expectations = Expectations(chosen: context.plan.cadence, baseline: baseline)
        expectations.learnTimes(of: trial)
        expectations.bind()
        try runner.expect(expectations)
    }

    /// What the service does without restriction now.
    mutating func baseline() async throws -> Baseline {
        try runner.expect(runner.expectations.unbound())
        var trial = try await runner.run(
            TrialSpec(.unrestricted, .asItIs, startsAgain: true), prospect)
        // Once more, before anything is said of a service that may have failed by chance.
        if trial.verdict.isFailure {
            trial = try await runner.run(
                TrialSpec(.unrestricted, .asItIsOnceMore, startsAgain: true), prospect)
        }
        guard trial.verdict.isPass else {
            throw ExperimentError(
                "it passes under its profile and fails without any restriction: "
                    + trial.because, .baseline)
        }
        var expectations = Expectations(chosen: context.plan.cadence, baseline: context.unseen)
        expectations.learn(trial)
        expectations.bind()
        try runner.expect(expectations)
        return expectations.baseline
    }

    /// First all that is new together, or what of it passes; then what was refused before, the
    /// dearest first.
    mutating func tighten(_ fresh: [String], andRefused: Bool, most: Int) async throws {
        let refused = andRefused ? try worthwhile().filter { !fresh.contains($0) } : []
        var state = TighteningState(
            profile, in: context.asItIs.catalogue, fresh: fresh, refused: refused, most: most,
            exposure: context.record.exposure.after)
        try await runner.carryOut(&state)
        profile = state.profile
        found = state.taken.map { taken in
            UnitCheck.Tightening(
                restriction: taken.restriction,
                refusedBefore: self.refused.first { $0.restriction == taken.restriction }?.because,
                trial: taken.trial)
        }
    }

    /// What was refused by itself, and is still to be had here: the dearest first.
    private func worthwhile() throws -> [String] {
        let offer = Offer(
            of: context.asItIs, enforcement: context.enforcement, keep: context.plan.keep,
            attempt: context.plan.attempt,
            // What was refused had been offered, and that was to a service of this machine only.
            unmet: context.bench.unmet(by: context.record.usage.unmetNeeds)
                .subtracting([.loopbackListener]),
            inapplicable: context.inapplicable)
        let weight = Dictionary(
            uniqueKeysWithValues: zip(offer.restrictions.map(\.id), offer.weights))
        return refused.map(\.restriction).filter { weight[$0] != nil }.sorted {
            (weight[$0] ?? 0) > (weight[$1] ?? 0)
        }
    }
}
