/// A trial that is being made, before it is asked for or since.
struct TrialUnderWay: Sendable {
    let spec: TrialSpec
    private let task: Task<Result<Trial, ExperimentError>, Never>

    init(
        _ spec: TrialSpec,
        _ make: @escaping @Sendable () async throws(ExperimentError) -> Trial
    ) {
        self.spec = spec
        task = Task {
            do throws(ExperimentError) { return .success(try await make()) } catch {
                return .failure(error)
            }
        }
    }

    /// Waits for it. Cancelled with the task that waits, it ends soon.
    func result() async throws(ExperimentError) -> Trial {
        let task = task
        let result = await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        return try result.get()
    }

    /// Nobody asks for it any more: it ends its copy, which is waited for.
    func callOff() async {
        task.cancel()
        _ = await task.value
    }
}
