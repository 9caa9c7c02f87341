/// Decides which trials come next, as a value: it runs nothing, waits for nothing, and time is told
/// to it. Whatever was learned is all the state there is, so the same trials in the same order lead
/// to the same questions.
public protocol TrialSeries: Sendable {
    associatedtype Conclusion: Sendable

    /// What to do now; `learn` follows each trial.
    mutating func next(at now: ContinuousClock.Instant) -> TrialAction<Conclusion>
    mutating func learn(_ trial: Trial)
    /// What is asked after the trial that is asked for now, whatever that shows, and what is
    /// probably asked after those; not all of it has to be known.
    var upcoming: [TrialSpec] { get }
    /// What stands where no further trial can be made; nil if nothing does.
    mutating func end(by error: ExperimentError) -> Conclusion?
}

public enum TrialAction<Conclusion: Sendable>: Sendable {
    case run(TrialSpec, Prospect)
    /// Trials are paced and measured by this from now on.
    case expect(Expectations)
    /// The service's files are to belong to whom it could be, or again to whom they belonged.
    case prepare(Identity)
    case undo(Identity)
    /// What it comes to unless the next trial is a surprise.
    case foresee(Conclusion)
    case conclude(Conclusion)
    /// The experiment itself cannot go on.
    case fail(ExperimentError)

    func map<Other>(_ change: (Conclusion) -> Other) -> TrialAction<Other> {
        switch self {
        case .run(let spec, let prospect): .run(spec, prospect)
        case .expect(let expectations): .expect(expectations)
        case .prepare(let identity): .prepare(identity)
        case .undo(let identity): .undo(identity)
        case .foresee(let conclusion): .foresee(change(conclusion))
        case .conclude(let conclusion): .conclude(change(conclusion))
        case .fail(let error): .fail(error)
        }
    }
}

extension TrialRunner {
    /// Makes the trials that a series asks for, until it comes to a conclusion.
    ///
    /// - Parameter foresee: told what that will probably be.
    public mutating func carryOut<Series: TrialSeries>(
        _ series: inout Series, foreseeing foresee: (Series.Conclusion) -> Void = { _ in }
    ) async throws(ExperimentError) -> Series.Conclusion {
        do throws(ExperimentError) {
            let conclusion = try await follow(&series, foresee)
            await callOff()
            return conclusion
        } catch {
            await callOff()
            throw error
        }
    }

    private mutating func follow<Series: TrialSeries>(
        _ series: inout Series, _ foresee: (Series.Conclusion) -> Void
    ) async throws(ExperimentError) -> Series.Conclusion {
        while true {
            do throws(ExperimentError) {
                switch series.next(at: .now) {
                case .run(let spec, let prospect):
                    series.learn(try await run(spec, prospect, upcoming: series.upcoming))
                case .expect(let expectations): try expect(expectations)
                case .prepare(let identity):
                    await callOff()
                    try identity.prepare()
                case .undo(let identity):
                    await callOff()
                    identity.undo()
                case .foresee(let conclusion): foresee(conclusion)
                case .conclude(let conclusion): return conclusion
                case .fail(let error): throw error
                }
            } catch {
                guard let conclusion = series.end(by: error) else { throw error }
                return conclusion
            }
        }
    }
}
