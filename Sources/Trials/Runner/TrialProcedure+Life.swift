import Hardening

/// The parts of a copy's life in which the baseline sets the measure.
extension TrialProcedure {
    /// Who is there once it has settled, and what of it others can see. A service that replaces its
    /// workers is waited for; as long as its ways are learned, those count that are there to stay.
    ///
    /// - Parameter measure: what it is waited for; nil for what the service always is like.
    func lookAround(
        _ copy: any ServiceCopy, by measure: Baseline? = nil, _ notes: inout Notes
    ) async throws(ExperimentError) {
        let (began, timing) = (clock.now, notes.timing)
        var waited: Duration?
        func look() async throws(ExperimentError) -> [Observation] {
            [.processSet(try await copy.processSet()), .footprint(try await copy.footprint())]
        }
        if !notes.isLearning {
            let measure = measure ?? notes.baseline
            var seen = try await look()
            while seen.contains(where: { Verdict.oddity($0, baseline: measure) != nil }),
                !Task.isCancelled
            {
                let time = await copy.ownTime(of: clock.now - began, waitedBefore: &waited)
                if time >= notes.pacing.cadence.startPeriod { break }
                await pause(.milliseconds(10), &notes)
                if try await isDecided(copy, &notes) { break }
                seen = try await look()
            }
            notes.observations += seen
        } else {
            let first = try await copy.footprint()
            try await lookOn(copy, for: min(.milliseconds(250), settle * 5), &notes)
            notes.observations.append(.footprint(first.meet(try await copy.footprint())))
        }
        notes.timing = timing
        notes.timing.processCount = microseconds(since: began)
    }

    /// Who of a service that is not restricted is there to stay: once all are there who always were,
    /// whoever is missing at any look comes and goes, and no trial may fail for that.
    private func lookOn(
        _ copy: any ServiceCopy, for time: Duration, _ notes: inout Notes
    ) async throws(ExperimentError) {
        let (began, looks) = (clock.now, 10)
        let patience = notes.pacing.patience(after: notes.timing)
        var staying = try await copy.processSet()
        // As long as a trial would wait for them.
        while let always = notes.alwaysThere, staying.lack(of: always) != nil,
            clock.now - began < patience, !Task.isCancelled
        {
            await pause(.milliseconds(10), &notes)
            staying = try await copy.processSet()
        }
        for _ in 0..<looks {
            await pause(time / looks, &notes)
            staying = staying.meet(try await copy.processSet())
        }
        notes.observations.append(.processSet(staying))
    }

    /// Whether it has failed whatever a probe may answer later: what the kernel refused it, or how a
    /// process of it died, is then written down. What follows from that comes soon, and is waited
    /// for: the more is seen, the better the search knows where to ask.
    func isDecided(
        _ copy: any ServiceCopy, _ notes: inout Notes
    ) async throws(ExperimentError) -> Bool {
        let refusals = try await refusals(of: copy, notes)
        let endings = try await copy.endings() ?? []
        guard notes.telling.isOver(after: refusals.count + endings.count, at: clock.now)
        else { return false }
        let baseline = notes.baseline
        let seen = refusals.map(Observation.refused) + endings.map(Observation.ended)
        guard let decisive = seen.first(where: { Verdict.isDecided(by: $0, baseline: baseline) })
        else { return false }
        notes.observations.append(decisive)
        return true
    }

    /// What a copy is heard of while it is waited for.
    struct Telling {
        private var count = 0
        private var news = ContinuousClock.now
        private static let quiet = Duration.milliseconds(250)

        /// Whether nothing new came for a while.
        mutating func isOver(after count: Int, at now: ContinuousClock.Instant) -> Bool {
            if count != self.count { (self.count, news) = (count, now) }
            return now - news >= Self.quiet
        }
    }

    /// Stops it and writes down how it and the commands beside it ended.
    func stop(
        _ copy: any ServiceCopy, _ stage: Stage, _ notes: inout Notes
    ) async throws(ExperimentError) {
        let (began, waited) = (clock.now, await copy.othersWaited())
        let (job, end) = try await copy.stop(limit: notes.pacing.stopLimit)
        notes.observations.append(.job(stage, result: job))
        notes.observations.append(.unit(stage, end))
        await noteStarving(copy, stage, since: began, waitedBefore: waited, &notes)
        notes.observations += try await copy.helpers().map(Observation.helper)
    }

    /// Where its time ran out at this stage: whether that was because the machine was busy. What the service is like as it is is
    /// learned as it comes.
    func noteStarving(
        _ copy: any ServiceCopy, _ stage: Stage, since began: ContinuousClock.Instant,
        waitedBefore before: Duration = .zero, _ notes: inout Notes
    ) async {
        if notes.spec.profile.restrictions.isEmpty || !notes.hasTimedOut(at: stage) { return }
        let (time, waited) = (clock.now - began, await copy.othersWaited() - before)
        if waited > time / 2 { notes.observations.append(.starved(stage)) }
    }

    /// Its second life, shorter than the first: what is different in it is what the first left
    /// behind, files with the owners and modes that the sandbox allowed, or none.
    func startAgain(
        _ copy: any ServiceCopy, _ notes: inout Notes
    ) async throws(ExperimentError) {
        guard notes.spec.startsAgain else { return }
        if let why = notes.expectations.omission(of: .secondStart) {
            notes.observations.append(.skipped(.secondStart, why: why))
            return
        }
        guard notes.isWell else { return }
        try await beforeStart()
        let (began, timing) = (clock.now, notes.timing)
        let waited = await copy.othersWaited()
        let job = try await copy.startAgain(limit: notes.pacing.startLimit)
        notes.observations.append(.job(.secondStart, result: job))
        try await observe(copy, .secondStart, &notes)
        await noteStarving(copy, .secondStart, since: began, waitedBefore: waited, &notes)
        if notes.isWell {
            try await ask(copy, .secondReady, since: began, &notes)
            try await observe(copy, .secondReady, &notes)
        }
        // Which of them another life has may be chance, too.
        if notes.isWell && notes.isLearning && notes.expectations.baseline.processSet != nil {
            try await lookOn(copy, for: min(.milliseconds(50), settle), &notes)
        }
        notes.observations += try await copy.disturbances
        try await stop(copy, .secondStop, &notes)
        // Its checks and pauses are its own: the cadence is learned from the first life.
        notes.timing = timing
        notes.timing.secondLife = microseconds(since: began)
    }

    /// What can be told only afterwards.
    func gather(
        _ copy: any ServiceCopy, _ notes: inout Notes
    ) async throws(ExperimentError) {
        async let log = Self.log(of: copy)
        // With what it did at its stop, and in its second life.
        let known = Set(notes.observations)
        if notes.spec.looksClosely {
            notes.observations += try await copy.accesses().map(Observation.saw)
                .filter { !known.contains($0) }
        }
        notes.observations += unusual(try await refusals(of: copy, notes), notes)
            .map(Observation.refused)
            .filter { !known.contains($0) }
        if let endings = try await copy.endings() {
            // Each kind once: a service may start thousands of processes.
            var seen: Set<ProcessExit> = []
            notes.observations += endings.filter { seen.insert($0).inserted }
                .map(Observation.ended).filter { !known.contains($0) }
        } else {
            notes.observations.append(.blind(to: "how the processes of a copy end"))
        }
        if let excess = await copy.excess() { notes.observations.append(.excess(excess)) }
        notes.observations += try await log.get().map(Observation.log)
    }

    /// As a value: `async let` knows no typed errors.
    private static func log(of copy: any ServiceCopy) async -> Result<[LogLine], ExperimentError> {
        do throws(ExperimentError) { return .success(try await copy.log()) } catch {
            return .failure(error)
        }
    }

    /// What it was refused. A process that ends while somebody looks at it was not taken away by
    /// what hides none; on a busy machine that is seen of any service that looks at others. The
    /// first look learns that it happens.
    private func refusals(
        of copy: any ServiceCopy, _ notes: Notes
    ) async throws(ExperimentError) -> [KernelRequest] {
        let refusals = try await copy.refusals()
        let profile = notes.spec.profile
        let learns = notes.spec.looksClosely || notes.isLearning
        if profile.restrictions.isEmpty && learns { return refusals }
        return refusals.filter { !$0.missesEndedProcess(under: profile) }
    }

    /// Each refusal once, at its last place, and only so many: a process that tries again without
    /// end must not fill the record, nor one that looks for files in a hundred places.
    private func unusual(_ refusals: [KernelRequest], _ notes: Notes) -> [KernelRequest] {
        var seen: Set<KernelRequest> = []
        var last: [KernelRequest] = []
        let most = notes.spec.looksClosely ? Int.max : 40
        var absences = 0
        for refusal in refusals.reversed() where last.count < most {
            let pattern = refusal.pattern
            if notes.baseline.refuses(pattern) || !seen.insert(pattern).inserted { continue }
            if !refusal.isTelling && !notes.spec.looksClosely {
                absences += 1
                if absences > 8 { continue }
            }
            last.append(refusal)
        }
        return last.reversed()
    }
}
