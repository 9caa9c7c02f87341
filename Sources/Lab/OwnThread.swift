import Glibc
import Synchronization

/// Set once when a task was cancelled, for a thread that cannot ask the task.
final class Cancellation: Sendable {
    private let flag = Atomic(false)

    var isRequested: Bool { flag.load(ordering: .acquiring) }
    func request() { flag.store(true, ordering: .releasing) }
}

/// Runs blocking work on a thread of its own and awaits its result.
///
/// Cooperative threads must not block: there are as many as processors, for the whole process.
func onOwnThread<Value: Sendable, Failure: Error>(
    _ work: @escaping @Sendable (Cancellation) throws(Failure) -> Value
) async throws(Failure) -> Value {
    let cancellation = Cancellation()
    let outcome: Result<Value, Failure> = await withTaskCancellationHandler {
        await withCheckedContinuation { continuation in
            startThread {
                do throws(Failure) {
                    continuation.resume(returning: .success(try work(cancellation)))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
    } onCancel: {
        cancellation.request()
    }
    return try outcome.get()
}

private final class Body {
    let run: () -> Void
    init(_ run: @escaping () -> Void) { self.run = run }
}

private func startThread(_ run: @escaping @Sendable () -> Void) {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, CInt(PTHREAD_CREATE_DETACHED))

    let ticket = Unmanaged.passRetained(Body(run))
    var thread = pthread_t()
    let refused = pthread_create(
        &thread, &attributes,
        { argument in
            if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
            return nil
        }, ticket.toOpaque())
    // Out of threads: blocking the caller's is late but right.
    if refused != 0 { ticket.takeRetainedValue().run() }
}
