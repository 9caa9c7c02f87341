import Hardening
import Synchronization
import Trials

/// A trial of what a search will probably come to, begun while that is tried once more.
final class TrialAhead: Sendable {
    private typealias UnderWay = (profile: Profile, task: Task<Trial, any Error>)
    private let begun = Mutex<[UnderWay]>([])

    /// Runs `body` with it; whatever is under way is ended however it ends.
    static func with<Result>(
        isolation: isolated (any Actor)? = #isolation, _ body: (TrialAhead) async throws -> Result
    ) async throws -> Result {
        let ahead = TrialAhead()
        do {
            let result = try await body(ahead)
            await ahead.callOff()
            return result
        } catch {
            await ahead.callOff()
            throw error
        }
    }

    /// In the place of the one that was begun before, if that is of another profile.
    func begin(_ profile: Profile, _ make: @escaping @Sendable () async throws -> Trial) {
        begun.withLock { begun in
            if begun.last?.profile == profile { return }
            for (_, task) in begun { task.cancel() }
            begun.append((profile, Task { try await make() }))
        }
    }

    /// Waits for it; nil where none of this profile was begun.
    func trial(under profile: Profile) async throws -> Trial? {
        let last = begun.withLock(\.last)
        guard let last, last.profile == profile else { return nil }
        return try await withTaskCancellationHandler {
            try await last.task.value
        } onCancel: {
            last.task.cancel()
        }
    }

    private func callOff() async {
        for (_, task) in begun.withLock(\.self) {
            task.cancel()
            _ = await task.result
        }
    }
}
