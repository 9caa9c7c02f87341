import Linux
import Synchronization

/// Set once when a task was cancelled, for a thread that cannot ask the task.
final class Cancellation: Sendable {
    private let flag = Atomic(false)

    var isRequested: Bool { flag.load(ordering: .acquiring) }
    func request() { flag.store(true, ordering: .releasing) }
}

/// Runs blocking work on a thread of its own and awaits its result.
func onOwnThread<Value: Sendable, Failure: Error>(
    _ work: @escaping @Sendable (Cancellation) throws(Failure) -> Value
) async throws(Failure) -> Value {
    let cancellation = Cancellation()
    let outcome: Result<Value, Failure> = await withTaskCancellationHandler {
        await withCheckedContinuation { continuation in
            let run = { @Sendable in
                do throws(Failure) {
                    continuation.resume(returning: .success(try work(cancellation)))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
            // Out of threads: blocking the caller's is late but right.
            if (try? WorkerThread("lab", run)) == nil { run() }
        }
    } onCancel: {
        cancellation.request()
    }
    return try outcome.get()
}
