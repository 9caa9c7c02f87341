public import Hardening

/// Makes trials: it numbers them, asks the record first, repeats what the machine disturbed, paces
/// and measures them by what is expected of the service, writes them down and tells of them. Whoever
/// wants one says which profile to try and why.
public struct TrialRunner: Sendable {
    /// Trials are made here; as many as there are places run side by side, others wait for one.
    let places: TrialPlaces
    /// Trials of the real unit where it never ran before, given what is known of the service.
    public typealias FirstStarts = @Sendable (Baseline) -> TrialProcedure
    private let firstStarts: FirstStarts?
    public private(set) var expectations: Expectations
    /// The trials so far, in their order; those from the record are among them.
    public private(set) var trials: [Trial]
    /// How many of them were taken from the record.
    public private(set) var resumed = 0
    private let ledger: any Ledger
    private let recording: Recording
    /// Microseconds since 1970.
    private let now: @Sendable () -> UInt64
    private let report: @Sendable (CampaignEvent) -> Void
    /// Trials of the service as it is that are not on record yet, because some of them failed.
    private var held: [Trial] = []
    /// Trials that are made before they are asked for.
    private var ahead: [TrialUnderWay] = []

    /// When a failure of the service as it is goes on record.
    public enum Recording: Sendable {
        /// Like every other trial: no later run takes anything from this record.
        case atOnce
        /// Once it is known that it failed by chance, before what comes after it: it may end the
        /// run, and must not end every later one.
        case onceExplained
    }

    /// - Parameters:
    ///   - firstStarts: nil where no trial asks for one.
    ///   - earlier: trials that the numbers follow.
    public init(
        in places: TrialPlaces, firstStarts: FirstStarts? = nil,
        expecting expectations: Expectations,
        ledger: any Ledger = NoLedger(), recording: Recording = .onceExplained,
        after earlier: [Trial] = [], now: @escaping @Sendable () -> UInt64,
        report: @escaping @Sendable (CampaignEvent) -> Void = { _ in }
    ) {
        self.places = places
        self.firstStarts = firstStarts
        self.expectations = expectations
        self.ledger = ledger
        self.recording = recording
        trials = earlier
        self.now = now
        self.report = report
    }

    /// The same in a single place.
    public init(
        _ procedure: TrialProcedure, expecting expectations: Expectations,
        ledger: any Ledger = NoLedger(), recording: Recording = .onceExplained,
        after earlier: [Trial] = [], now: @escaping @Sendable () -> UInt64,
        report: @escaping @Sendable (CampaignEvent) -> Void = { _ in }
    ) {
        self.init(
            in: TrialPlaces([procedure]), expecting: expectations, ledger: ledger,
            recording: recording, after: earlier, now: now, report: report)
    }

    /// Paces and measures the trials that follow by something else.
    public mutating func expect(_ expectations: Expectations) throws(ExperimentError) {
        let isFirst = expectations.isBinding && !self.expectations.isBinding
        self.expectations = expectations
        if isFirst { try recordHeld() }
    }

    /// The next trial. It is on record before it is returned.
    ///
    /// - Parameter upcoming: what is probably asked for after it. They are begun beside it.
    public mutating func run(
        _ spec: TrialSpec, _ prospect: Prospect, upcoming: [TrialSpec] = []
    ) async throws(ExperimentError) -> Trial {
        if Task.isCancelled { throw .interrupted }
        let number = trials.count + 1
        report(
            .asking(
                number: number, question: spec.purpose.rawValue,
                expectedLeft: prospect.expectedLeft))
        let recorded = try recorded(spec, besides: [])
        let trial: Trial
        if let recorded {
            trial = recorded.numbered(number)
            resumed += 1
        } else {
            trial = try await made(spec, number, before: upcoming)
            try record(trial)
        }
        trials.append(trial)
        report(
            .tried(
                trial, exposure: prospect.exposure(after: trial), isFromRecord: recorded != nil))
        return trial
    }

    /// What the record has of it.
    ///
    /// - Parameter others: that are asked for before it.
    private func recorded(
        _ spec: TrialSpec, besides others: [TrialSpec]
    ) throws(ExperimentError) -> Trial? {
        let repetition =
            trials.count { $0.profile == spec.profile }
            + others.count { $0.profile == spec.profile }
        let trial = try ledger.trial(under: spec.profile, repetition: repetition)
        return trial.flatMap { answers($0, spec) ? $0 : nil }
    }

    /// A trial beside those of a search: it has a number of its own, and recording it is the
    /// caller's business.
    ///
    /// - Parameter attempts: so often is it made until it passes: of what passed before, a single
    ///   failure may be an accident.
    public func runAside(
        _ spec: TrialSpec, number: Int = 0, attempts: Int = 1
    ) async throws(ExperimentError) -> Trial {
        var trial = try await undisturbed(spec)
        for _ in 1..<max(1, attempts) where !trial.verdict.isPass {
            trial = try await undisturbed(spec)
        }
        return trial.numbered(number)
    }

    /// The same for what cannot be repeated, such as the first start on a machine.
    public func runOnce(
        _ spec: TrialSpec, number: Int
    ) async throws(ExperimentError) -> Trial {
        try await places.make { [self] procedure throws(ExperimentError) in
            try await procedure.run(spec, began: now(), expecting: expectations)
        }.numbered(number)
    }

    /// The trial that was begun before it was asked for, by what is known now; else a new one.
    private mutating func made(
        _ spec: TrialSpec, _ number: Int, before upcoming: [TrialSpec]
    ) async throws(ExperimentError) -> Trial {
        begin(spec)
        var earlier = [spec]
        for next in upcoming.prefix(await places.width - 1) {
            if try recorded(next, besides: earlier) == nil {
                begin(next, besides: earlier.count { $0 == next })
            }
            earlier.append(next)
        }
        let index = ahead.firstIndex { $0.spec == spec } ?? 0
        let trial = try await ahead.remove(at: index).result()
        // It may have been cut short.
        if Task.isCancelled { throw .interrupted }
        return trial.judged(by: expectations.measure).numbered(number)
    }

    /// - Parameter others: how many like it are asked for before.
    private mutating func begin(_ spec: TrialSpec, besides others: Int = 0) {
        if ahead.count(where: { $0.spec == spec }) > others { return }
        ahead.append(
            TrialUnderWay(spec) { [runner = self] () throws(ExperimentError) in
                try await runner.undisturbed(spec)
            })
    }

    /// Ends what is under way and was not asked for.
    mutating func callOff() async {
        for trial in ahead { await trial.callOff() }
        ahead = []
    }

    private func undisturbed(_ spec: TrialSpec) async throws(ExperimentError) -> Trial {
        let attempt: TrialPlaces.Attempt = { procedure throws(ExperimentError) in
            try await undisturbed(spec, by: procedure)
        }
        if spec.isFirstStart, let firstStarts {
            return try await attempt(firstStarts(expectations.baseline))
        }
        return try await spec.isEverywhere ? places.makeEverywhere(attempt) : places.make(attempt)
    }

    /// Again where the manager read its units or was executed again meanwhile: such a trial says
    /// nothing. After the third the last word stands.
    private func undisturbed(
        _ spec: TrialSpec, by procedure: TrialProcedure
    ) async throws(ExperimentError) -> Trial {
        let began = now()
        for _ in 0..<2 {
            do throws(ExperimentError) {
                let trial = try await procedure.run(spec, began: began, expecting: expectations)
                if !trial.observations.contains(.managerReloaded) { return trial }
            } catch {
                guard error.isPassing, !Task.isCancelled else { throw error }
            }
            try? await ContinuousClock().sleep(for: .milliseconds(300))
        }
        return try await procedure.run(spec, began: began, expecting: expectations)
    }

    /// Whether a recorded trial has all that is asked for now.
    private func answers(_ trial: Trial, _ spec: TrialSpec) -> Bool {
        !spec.startsAgain || expectations.omission(of: .secondStart) != nil || !trial.verdict.isPass
            || trial.lived(.secondStop)
    }

    private mutating func record(_ trial: Trial) throws(ExperimentError) {
        if trial.profile.restrictions.isEmpty && recording == .onceExplained {
            let isBehindOthers = !held.isEmpty && !expectations.isBinding
            if !trial.verdict.isPass || isBehindOthers { return held.append(trial) }
            try recordHeld()
        }
        try ledger.record(trial)
    }

    private mutating func recordHeld() throws(ExperimentError) {
        for trial in held { try ledger.record(trial) }
        held = []
    }
}

/// Where a search stands when it asks for a trial: what the user is told of it.
public struct Prospect: Hashable, Sendable {
    /// How many trials are probably left.
    public var expectedLeft: Double
    /// Of the best profile that passed so far.
    public var exposure: Exposure
    /// The same if this trial passes.
    public var ifPassed: Exposure

    public init(expectedLeft: Double = 0, exposure: Exposure, ifPassed: Exposure? = nil) {
        self.expectedLeft = expectedLeft
        self.exposure = exposure
        self.ifPassed = ifPassed ?? exposure
    }

    func exposure(after trial: Trial) -> Exposure {
        trial.verdict.isPass ? min(exposure, ifPassed) : exposure
    }
}

/// For trials that leave no record.
public struct NoLedger: Ledger {
    public init() {}
    public func trial(under profile: Profile, repetition: Int) -> Trial? { nil }
    public func record(_ trial: Trial) {}
}
