/// Where the trials of a campaign are made, each place for one at a time: a copy of a service wants
/// its ports, its files and its names for itself.
public actor TrialPlaces {
    /// How many there are.
    private(set) var count: Int
    /// How many there will be.
    private let planned: Int
    private var idle: [TrialProcedure]
    private var waiting: [CheckedContinuation<TrialProcedure, Never>] = []

    typealias Attempt = @Sendable (TrialProcedure) async throws(ExperimentError) -> Trial

    /// - Parameters:
    ///   - procedures: of one place each; not none.
    ///   - planned: how many there will be with those that are still being made.
    public init(_ procedures: [TrialProcedure], planned: Int = 1) {
        precondition(!procedures.isEmpty)
        idle = procedures
        count = procedures.count
        self.planned = planned
    }

    /// So many trials may be asked for at a time: one that finds no place waits for the next.
    var width: Int { max(count, planned) }

    /// One more, which was made ready meanwhile.
    public func add(_ procedure: TrialProcedure) {
        count += 1
        giveBack(procedure)
    }

    /// In the place that is free next.
    func make(_ attempt: Attempt) async throws(ExperimentError) -> Trial {
        let procedure = await take()
        defer { giveBack(procedure) }
        return try await attempt(procedure)
    }

    /// In all of them, one after the other, until it does not pass: the last trial is the answer.
    func makeEverywhere(_ attempt: Attempt) async throws(ExperimentError) -> Trial {
        var taken: [TrialProcedure] = []
        repeat { taken.append(await take()) } while taken.count < count
        defer { taken.forEach(giveBack) }
        var trial = try await attempt(taken[0])
        for procedure in taken.dropFirst() where trial.verdict.isPass {
            trial = try await attempt(procedure)
        }
        return trial
    }

    /// First come, first served. Whose task is cancelled waits, too: whoever has a place ends soon
    /// and gives it back.
    private func take() async -> TrialProcedure {
        if !idle.isEmpty { return idle.removeFirst() }
        return await withCheckedContinuation { waiting.append($0) }
    }

    private func giveBack(_ procedure: TrialProcedure) {
        if waiting.isEmpty {
            idle.append(procedure)
        } else {
            waiting.removeFirst().resume(returning: procedure)
        }
    }
}
