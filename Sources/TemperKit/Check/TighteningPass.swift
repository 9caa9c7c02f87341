import Hardening
import Reports
import Systemd
import TrialLedger
import Trials

/// The profile passed: what else is there to say, and could more be taken now?
extension CheckContext {
    /// Not more than these trials are spent on what could be tightened.
    private static let mostLooks = 5

    /// - Returns: what could be installed in the place of what is on record.
    func settle(_ passed: Trial, _ check: inout UnitCheck) async throws -> CheckOffer? {
        check.notes += try await contradictions(under: passed.profile)
        let known = profile.restrictions.union(record.refused.map(\.restriction))
        let fresh = try newcomers(beside: known)
        check.notes += news(fresh.filter { !record.offered.contains($0) })
        var look = TighteningPass(bed: self, passed: passed)
        // What an earlier check found and nobody installed is tried again only to be installed.
        let isAsked = choices.apply != nil && !record.offered.isEmpty
        if choices.isQuick || changes.isEmpty && !isAsked {
            return try await offer(look, passed.profile, &check)
        }
        if changes.contains(where: { $0.kind != .kernel }) {
            let baseline = try await look.baseline()
            let judged = Trial(
                number: passed.number, purpose: passed.purpose, profile: passed.profile,
                began: passed.began, microseconds: passed.microseconds,
                observations: passed.observations, baseline: baseline)
            // A new version may have processes that the old one had not, and lose them unseen.
            if case .failed = judged.verdict { return try await explain(judged, &check) }
        } else {
            look.learnTimes(of: passed)
        }
        try await look.tighten(fresh, andRefused: !changes.isEmpty, most: Self.mostLooks)
        check.furtherTrials = look.trials.count - 1
        check.tightenings = look.found
        return try await offer(look, passed.profile, &check)
    }

    /// The drop-in of what could be tightened, or one for the unit as it is now, where that on
    /// record does not give what passes.
    private func offer(
        _ look: TighteningPass, _ passed: Profile, _ check: inout UnitCheck
    ) async throws -> CheckOffer? {
        func offer(_ profile: Profile, orElse complaint: String) async throws -> CheckOffer? {
            try await self.offer(
                Outcome(
                    passed: profile, on: try problem(profile, in: catalogue, fixed: identity),
                    trials: look.trials, baseline: look.baseline,
                    refused: record.refused.filter {
                        !profile.restrictions.contains($0.restriction)
                    }), context(baseline: look.baseline), orElse: complaint, &check)
        }
        if !look.found.isEmpty {
            let complaint = "what could be tightened is not offered"
            if let stricter = try await offer(look.profile, orElse: complaint) { return stricter }
            check.tightenings = []
        }
        let isLoosened = check.notes.contains { $0.kind == .loosens }
        return isLoosened ? try await offer(passed, orElse: Self.noOffer) : nil
    }

    /// The service as it is on record.
    private func context(baseline: Baseline) -> HardeningContext {
        HardeningContext(
            bench: bench, procedure: procedure(in: catalogue),
            observedUsage: ObservedUsage([], sandbox: service.sandbox), baseline: baseline,
            enforcement: enforcement, inapplicable: inapplicable, usage: record.usage,
            catalogue: catalogue, ownership: record.ownership)
    }

    /// What this machine can enforce and the record never tried or does not have yet, the dearest
    /// first.
    private func newcomers(beside known: Set<String>) throws -> [String] {
        let then = record.validity.systemdVersion
        let offer = Offer(
            catalogue: catalogue,
            sandbox: service.sandbox.tightened(
                by: record.profile, in: catalogue, dialect: service.dialect),
            dialect: service.dialect, enforcement: enforcement, keep: plan.keep,
            attempt: plan.attempt, inapplicable: inapplicable)
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
    let bed: CheckContext
    private(set) var profile: Profile
    /// The first is that of the profile on record.
    private(set) var trials: [Trial]
    private(set) var found: [UnitCheck.Tightening] = []
    private(set) var baseline: Baseline
    private var cadence: Cadence
    /// Of a start, and of a stop.
    private var limit: Duration?
    private let refused: [HardeningRecord.Refused]

    init(bed: CheckContext, passed: Trial) {
        self.bed = bed
        profile = passed.profile
        trials = [passed]
        baseline = bed.record.baseline
        cadence = bed.record.cadence
        limit = bed.record.patience
        refused = bed.record.refused
    }

    /// How long it takes on this machine and in this version, which the record only guesses.
    mutating func learnTimes(of trial: Trial) {
        let timing = trial.microseconds
        let checks = Duration.microseconds(timing.probes + timing.settle)
        let start = Duration.microseconds(timing.start)
        cadence = .learned(
            untilHealthy: start + checks, slowestCheck: checks, chosen: bed.plan.cadence)
        limit = max(.seconds(3), max(start, .microseconds(timing.stop)) * 10)
    }

    /// What the service does without restriction now.
    mutating func baseline() async throws -> Baseline {
        var trial = try await trial(.unrestricted, "the service as it is", startsAgain: true)
        // Once more, before anything is said of a service that may have failed by chance.
        if trial.verdict.isFailure {
            trial = try await self.trial(
                .unrestricted, "the service as it is, once more", startsAgain: true)
        }
        guard trial.verdict.isPass else {
            throw ExperimentError(
                "it passes under its profile and fails without any restriction: "
                    + trial.because, isBaseline: true)
        }
        baseline = Baseline(learnedFrom: [trial])
        learnTimes(of: trial)
        return baseline
    }

    /// First all that is new together, or what of it passes; then what was refused before, the
    /// dearest first.
    mutating func tighten(_ fresh: [String], andRefused: Bool, most: Int) async throws {
        let refused = andRefused ? try worthwhile().filter { !fresh.contains($0) } : []
        var open = ([fresh] + refused.map { [$0] }).filter { !$0.isEmpty }
        for _ in 0..<most where !open.isEmpty {
            let group = open.removeFirst()
            if try await take(group) || group.count == 1 { continue }
            let half = group.count / 2
            open.insert(contentsOf: [Array(group[..<half]), Array(group[half...])], at: 0)
        }
    }

    /// Whether they passed.
    private mutating func take(_ ids: [String]) async throws -> Bool {
        let candidate = profile.join(Profile(ids, in: bed.catalogue))
        let what = ids.count == 1 ? ids[0] : "\(ids.count) new restrictions"
        let trial = try await trial(candidate, "can \(what) be taken now?", startsAgain: true)
        guard trial.verdict.isPass else { return false }
        profile = candidate
        found += ids.map { id in
            UnitCheck.Tightening(
                restriction: id,
                refusedBefore: refused.first { $0.restriction == id }?.because,
                trial: trial.number)
        }
        return true
    }

    /// What was refused by itself, and is still to be had here: the dearest first.
    private func worthwhile() throws -> [String] {
        let (catalogue, service) = (bed.catalogue, bed.service)
        let offer = Offer(
            catalogue: catalogue, sandbox: service.sandbox, dialect: service.dialect,
            enforcement: bed.enforcement, keep: bed.plan.keep, attempt: bed.plan.attempt,
            isLocalOnly: true, inapplicable: bed.inapplicable)
        let weights = offer.weights(in: catalogue, on: service.sandbox, dialect: service.dialect)
        let weight = Dictionary(
            uniqueKeysWithValues: zip(offer.restrictions.map(\.id), weights))
        return refused.map(\.restriction).filter { weight[$0] != nil }.sorted {
            (weight[$0] ?? 0) > (weight[$1] ?? 0)
        }
    }

    private mutating func trial(
        _ profile: Profile, _ purpose: String, startsAgain: Bool
    ) async throws -> Trial {
        if Task.isCancelled { throw ExperimentError.interrupted }
        let number = trials.count + 1
        var order = TrialProcedure.Order(
            number: number, purpose: purpose, profile: profile,
            cadence: cadence, startLimit: limit, began: now(),
            baseline: profile == .unrestricted ? .unknown : baseline)
        order.stopLimit = limit
        if startsAgain {
            order.secondStart = baseline.noSecondStart.map { .impossible(why: $0) } ?? .wanted
        }
        bed.progress.show(.asking(number: number, question: purpose, expectedLeft: 0))
        let trial = try await bed.procedure(in: bed.catalogue).run(order)
        try bed.ledger.record(trial)
        trials.append(trial)
        bed.progress.show(
            .tried(trial, exposure: bed.record.exposure.after, isFromRecord: false))
        return trial
    }
}
