import Hardening
import Reports
import Systemd
import Trials

/// The profile passed: what else is there to say, and could more be taken now?
extension CheckBed {
    /// Not more than these trials are spent on what could be tightened.
    private static let mostLooks = 5

    func settle(_ passed: Trial, _ check: inout UnitCheck) async throws {
        check.notes += try await contradictions(under: passed.profile)
        let known = profile.restrictions.union(record.refused.map(\.restriction))
        let fresh = try newcomers(beside: known)
        check.notes += news(fresh)
        if choices.isQuick || changes.isEmpty { return try renew(passed.profile, &check) }
        var look = Look(bed: self, profile: passed.profile, next: 2)
        if changes.contains(where: { $0.kind != .kernel }) {
            let usual = try await look.baseline()
            let judged = Trial(
                number: passed.number, purpose: passed.purpose, profile: passed.profile,
                began: passed.began, microseconds: passed.microseconds,
                observations: passed.observations, usual: usual)
            // A new version may have processes that the old one had not, and lose them unseen.
            if case .failed = judged.verdict { return try await explain(judged, &check) }
        }
        try await look.tighten(fresh, refused: record.refused, most: Self.mostLooks)
        check.furtherTrials = look.next - 2
        check.tightenings = look.found
        try renew(look.profile, &check)
    }

    /// A drop-in for the unit as it is now, where the one on record is not what passes.
    private func renew(_ profile: Profile, _ check: inout UnitCheck) throws {
        let isLoosened = check.notes.contains { $0.kind == .loosens }
        if check.tightenings.isEmpty && !isLoosened { return }
        let agenda = try agenda(profile, in: catalogue, fixed: identity)
        let exposures = (agenda.exposure(.unrestricted), agenda.exposure(profile))
        let text = DropIn(
            from: service.sandbox, taking: profile, in: catalogue, dialect: service.dialect,
            header: [
                "\(record.unit), hardened by temper \(Temper.version) for systemd "
                    + "\(service.systemdVersion).",
                "Exposure \(exposures.0) before, \(exposures.1) with this drop-in.",
            ], startCommands: service.startCommands
        ).text
        check.offer = .init(
            profile, on: agenda, dropIn: text, preparations: record.ownership?.commands ?? [])
    }

    /// What this machine can enforce and the record never tried, the dearest first.
    private func newcomers(beside known: Set<String>) throws -> [String] {
        let then = record.validity.systemdVersion
        let offer = Offer(
            catalogue: catalogue,
            sandbox: service.sandbox.tightened(
                by: record.profile, in: catalogue, dialect: service.dialect),
            dialect: service.dialect, enforcement: enforcement, keep: plan.keep,
            attempt: plan.attempt, inapplicable: inapplicable)
        return offer.restrictions.filter { restriction in
            let isNew = then > 0 && restriction.introduced > then
            let isInForceNow = record.validity.notInForce.contains(restriction.id)
            return !known.contains(restriction.id) && (isNew || isInForceNow)
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
private struct Look {
    let bed: CheckBed
    private(set) var profile: Profile
    /// The number of the next trial.
    private(set) var next: Int
    private(set) var found: [UnitCheck.Tightening] = []
    private var usual: Usual
    private var cadence: Cadence
    private var limit: Duration?

    init(bed: CheckBed, profile: Profile, next: Int) {
        self.bed = bed
        self.profile = profile
        self.next = next
        usual = bed.record.usual
        cadence = bed.record.cadence
        limit = bed.record.patience
    }

    /// What the service does without restriction now.
    mutating func baseline() async throws -> Usual {
        let trial = try await trial(.unrestricted, "the service as it is", startsAgain: true)
        guard trial.verdict.isPass else {
            throw ExperimentError(
                "it passes under its profile and fails without any restriction: "
                    + trial.because, isBaseline: true)
        }
        usual = Usual(learnedFrom: [trial])
        let timing = trial.microseconds
        let checks = Duration.microseconds(timing.probes + timing.settle)
        let start = Duration.microseconds(timing.start)
        cadence = .learned(
            untilHealthy: start + checks, slowestCheck: checks, chosen: bed.plan.cadence)
        limit = max(.seconds(3), max(start, .microseconds(timing.stop)) * 10)
        return usual
    }

    /// First all that is new together, then what was refused before, the dearest first.
    mutating func tighten(
        _ fresh: [String], refused: [HardeningRecord.Refused], most: Int
    ) async throws {
        var left = most
        if !fresh.isEmpty, left > 0 {
            left -= 1
            try await take(fresh, before: nil)
        }
        for refused in try worthwhile(refused) where left > 0 {
            left -= 1
            try await take([refused.restriction], before: refused.because)
        }
    }

    private mutating func take(_ ids: [String], before: String?) async throws {
        let candidate = profile.join(Profile(ids, in: bed.catalogue))
        let what = ids.count == 1 ? ids[0] : "\(ids.count) new restrictions"
        let trial = try await trial(candidate, "can \(what) be taken now?", startsAgain: true)
        guard trial.verdict.isPass else { return }
        profile = candidate
        found += ids.map {
            UnitCheck.Tightening(restriction: $0, refusedBefore: before, trial: trial.number)
        }
    }

    /// What was refused by itself, and is still to be had here: the dearest first.
    private func worthwhile(
        _ refused: [HardeningRecord.Refused]
    ) throws -> [HardeningRecord.Refused] {
        let (catalogue, service) = (bed.catalogue, bed.service)
        let offer = Offer(
            catalogue: catalogue, sandbox: service.sandbox, dialect: service.dialect,
            enforcement: bed.enforcement, keep: bed.plan.keep, attempt: bed.plan.attempt,
            isLocalOnly: true, inapplicable: bed.inapplicable)
        let weights = offer.weights(in: catalogue, on: service.sandbox, dialect: service.dialect)
        let weight = Dictionary(
            uniqueKeysWithValues: zip(offer.restrictions.map(\.id), weights))
        return refused.filter { weight[$0.restriction] != nil }.sorted {
            (weight[$0.restriction] ?? 0) > (weight[$1.restriction] ?? 0)
        }
    }

    private mutating func trial(
        _ profile: Profile, _ purpose: String, startsAgain: Bool
    ) async throws -> Trial {
        if Task.isCancelled { throw ExperimentError.interrupted }
        var order = Course.Order(
            number: next, purpose: purpose, profile: profile,
            cadence: cadence, startLimit: limit, began: now(),
            usual: profile == .unrestricted ? .unknown : usual)
        order.stopLimit = limit
        if startsAgain {
            order.secondStart = usual.noSecondStart.map { .impossible(why: $0) } ?? .wanted
        }
        bed.session.progress.show(.asking(number: next, question: purpose, expectedLeft: 0))
        let trial = try await bed.course(in: bed.catalogue).run(order)
        try bed.ledger.record(trial)
        next += 1
        bed.session.progress.show(
            .tried(trial, exposure: bed.record.exposure.after, isFromRecord: false))
        return trial
    }
}
