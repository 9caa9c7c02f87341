import Dispatch
@preconcurrency import Glibc

/// Until there is work that has to end tidily a signal ends the program at once, with the status of
/// an interruption. One that whoever started it had ignored, as nohup(1) does, stays ignored.
func endAtOnceWhenInterrupted() {
    for number in interruptions {
        var before = sigaction()
        sigaction(number, nil, &before)
        let isIgnored = unsafeBitCast(before.__sigaction_handler.sa_handler, to: Int.self) == 1
        if !isIgnored { signal(number) { _ in _exit(130) } }
    }
}

private let interruptions = [SIGINT, SIGTERM, SIGHUP]

/// Turns the first SIGINT, SIGTERM or SIGHUP into a cancellation of `work`, so that it ends
/// tidily, and the second into an immediate end. The lab dies with this process either way, and
/// what stands in for a service on a machine in use does.
///
/// - Parameter progress: is ended with the work.
package func withInterruption<Result: Sendable, Failure>(
    _ progress: ProgressLines? = nil,
    _ work: @escaping @Sendable () async throws(Failure) -> Result
) async throws(Failure) -> Result {
    defer { progress?.finish() }
    let task = Task { () async -> Swift.Result<Result, Failure> in
        do throws(Failure) { return .success(try await work()) } catch { return .failure(error) }
    }
    let sources = interruptions.map { number in
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        source.setEventHandler {
            if task.isCancelled { _exit(130) }
            Terminal.note("\ntemper: ending; once more to end at once")
            task.cancel()
        }
        source.resume()
        return source
    }
    defer { for source in sources { source.cancel() } }
    return try await task.value.get()
}
