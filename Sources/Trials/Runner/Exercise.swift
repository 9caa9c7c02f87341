/// Something that a service lives through besides its starts, stops and reloads, such as the
/// rotation of its logs. Whether it still works afterwards is asked by whoever carries it out.
public struct Exercise: Sendable {
    /// As people read it: `log rotation (/etc/logrotate.d/nginx)`.
    public let name: String
    /// Carries it out; healthy where nothing of it failed by itself.
    let perform: @Sendable () async throws(ExperimentError) -> CheckOutcome

    public init(
        _ name: String,
        perform: @escaping @Sendable () async throws(ExperimentError) -> CheckOutcome
    ) {
        self.name = name
        self.perform = perform
    }

    private static let reloads = 3

    /// Reloads that follow each other at once, while the service is asked all the time. What it
    /// answers meanwhile does not count.
    ///
    /// - Parameter timeout: how long one answer may take.
    public static func reloadUnderLoad(
        of copy: any ServiceCopy, asking probes: [any Probe], timeout: Duration = .seconds(5)
    ) -> Exercise {
        Exercise("reload under load") { () async throws(ExperimentError) in
            @Sendable func ask(_ probe: any Probe) async {
                _ = await probe.check(of: copy, against: .unknown, deadline: timeout)
            }
            // Once, so that the first reload has a client.
            for probe in probes { await ask(probe) }
            let load = probes.map { probe in
                Task {
                    while !Task.isCancelled {
                        await ask(probe)
                        // Healthy at once is no load yet: a client comes back after a moment.
                        try? await Task.sleep(for: .milliseconds(5))
                    }
                }
            }
            var result = JobEnding.done
            do throws(ExperimentError) {
                for _ in 0..<reloads where result == .done { result = try await copy.reload() }
            } catch {
                for task in load { task.cancel() }
                throw error
            }
            for task in load {
                task.cancel()
                await task.value
            }
            return result == .done ? .healthy : .unhealthy("job \(result)")
        }
    }

    /// A stop and a start, with what is done to the machine between the two.
    public static func restart(
        _ name: String = "restart", of copy: any ServiceCopy,
        meanwhile change: @escaping @Sendable () async throws(ExperimentError) -> CheckOutcome =
            { .healthy }
    ) -> Exercise {
        Exercise(name) { () async throws(ExperimentError) in
            let (stopped, _) = try await copy.stop(limit: nil)
            if stopped != .done { return .unhealthy("stop: job \(stopped)") }
            let changed = try await change()
            if !changed.isHealthy { return changed }
            let started = try await copy.startAgain(limit: nil)
            if started == .done { return .healthy }
            let state = try await copy.state()
            return .unhealthy("start: \(Verdict.ending(state))")
        }
    }
}

extension TrialProcedure {
    /// Puts it through one exercise and asks afterwards whether it works and is seen as before. What
    /// went wrong has the name of the exercise.
    func put(
        _ copy: any ServiceCopy, through exercise: Exercise, _ notes: inout Notes
    ) async throws(ExperimentError) {
        // It may start the service again.
        try await beforeStart()
        var outcome = try await exercise.perform()
        var footprint: Footprint?
        if outcome.isHealthy {
            var after = notes
            let measure = notes.baseline.after(exercise.name)
            try await observe(
                copy, .exercised, &after, patience: notes.pacing.cadence.startPeriod)
            if after.isWell {
                try await ask(copy, .exercised, since: clock.now, by: measure, &after)
            }
            if after.isWell { await pause(settle, &after) }
            if after.isWell {
                try await lookAround(copy, by: measure, &after)
                // It stands by itself: what others are to see may become known only later.
                if case .footprint(let seen) = after.observations.popLast() { footprint = seen }
            }
            // Who is away afterwards by itself no trial may be blamed for.
            if notes.isLearning {
                notes.observations += after.observations.dropFirst(notes.observations.count)
                    .filter { if case .processSet = $0 { true } else { false } }
            }
            switch Verdict(of: after.observations, baseline: notes.baseline) {
            case .failed(let why): outcome = .unhealthy(why)
            case .unresolved(let why): outcome = .cannotTell(why)
            case .passed: break
            }
        }
        notes.observations.append(.exercise(name: exercise.name, outcome))
        if outcome.isHealthy, let footprint {
            notes.observations.append(.seenAfter(exercise: exercise.name, footprint))
        }
    }
}

extension Trial {
    /// The exercise that it did not pass, and how; nil where it failed otherwise, or not at all.
    public var failedExercise: (name: String, because: String)? {
        for case .exercise(let name, .unhealthy(let why)) in observations { return (name, why) }
        return nil
    }

    /// The exercises after which it still worked. How it was seen then is a matter of the verdict.
    public var passedExercises: [String] {
        observations.compactMap {
            if case .exercise(let name, .healthy) = $0 { name } else { nil }
        }
    }
}
