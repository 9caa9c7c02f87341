public import Trials

extension TrialProcedure {
    /// One trial by itself, whatever disturbs it.
    public func run(
        _ spec: TrialSpec, number: Int = 1, began: UInt64 = 0, baseline: Baseline = .unknown,
        cadence: Cadence = ChosenCadence().beforeBaseline
    ) async throws(ExperimentError) -> Trial {
        try await TrialRunner(
            self, expecting: Expectations(baseline, cadence: cadence), now: { began }
        ).runOnce(spec, number: number)
    }
}
