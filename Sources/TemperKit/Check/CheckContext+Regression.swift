import Hardening
import Reports
import Systemd
import Trials

/// The profile failed: is it the service, and if not, what breaks it, and what passes instead?
extension CheckContext {
    /// - Returns: what could be installed instead.
    /// - Throws: `ExperimentError`, with `isBaseline` where the service itself is broken.
    func explain(_ failed: Trial, _ check: inout UnitCheck) async throws -> CheckOffer? {
        let context = try await context()
        // What the new version was seen to use besides becomes an exception that yesterday's
        // profile did not make: it may be what is missing now.
        let known = asItIs.catalogue
        let withdrawn = context.subject.catalogue.restrictions.filter { restriction in
            guard case .withdraw = restriction.change else { return false }
            return known[restriction.id] == nil
                && restriction.implies.isSubset(of: self.profile.restrictions)
        }.map(\.id)
        let profile = self.profile.join(Profile(recorded: Set(withdrawn)))
        let whole = try problem(profile, of: context.subject, fixed: identity)
        var campaign = Campaign(
            problem: identity.restrictions.isEmpty
                ? whole : try problem(profile, of: context.subject, fixed: .unrestricted),
            places: TrialPlaces([context.procedure]), ledger: ledger, options: options,
            observedUsage: ObservedUsage([], sandbox: service.sandbox), baseline: context.baseline,
            now: now, report: progress.show)
        if let name = identity.becoming {
            campaign.identity = Identity(
                name: name, problem: whole, prepare: { () throws(ExperimentError) in },
                undo: giveBack)
        }
        let same = failed.judged(by: record.baseline, under: whole.everything)
        switch try await campaign.regress(from: same) {
        case .passed(let trial, let because):
            check.notes.append(.init(.warning, "\(failed.because): but \(because)"))
            check.furtherTrials = trial.number - 1
            return nil
        case .broken(let outcome):
            check.standing = .regressed
            check.because = failed.because
            check.furtherTrials = outcome.trials.count - 1
            check.bisecting = outcome.bisecting
            check.culprits = UnitCheck.Culprit.all(of: outcome)
            return try await offer(outcome, context, orElse: Self.noOffer, &check)
        }
    }

    /// The service as it is now, seen unrestricted.
    private func context() async throws -> HardeningContext {
        let seen = try await bench.survey(
            enforcement, ledger, isStrictest: record.usage.own == nil)
        let usage = record.usage.joined(with: seen.usage)
        let made = self.made.union(bench.made(seen.observedUsage.accesses, since: subject.root))
        var baseline = seen.baseline
        baseline.holdsFootprint = unseen.holdsFootprint
        return HardeningContext(
            bench: bench,
            copies: CopyHabits(
                leftovers: made.union(seen.copies.leftovers).sorted(),
                usualStop: seen.copies.usualStop),
            observedUsage: seen.observedUsage, baseline: baseline, enforcement: enforcement,
            inapplicable: inapplicable, usage: usage, subject: service.subject(using: usage),
            ownership: record.ownership)
    }
}
