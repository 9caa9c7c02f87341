import Testing

/// Campaigns compute for seconds without a pause. Side by side they would take every thread there
/// is from the tests that measure time, so that only one runs at once, across suites.
struct Campaigns: SuiteTrait, TestTrait, TestScoping {
    static var oneAtATime: Campaigns { Campaigns() }
    var isRecursive: Bool { true }

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        guard testCase != nil else { return try await function() }
        await Turnstile.shared.enter()
        do { try await function() } catch {
            await Turnstile.shared.leave()
            throw error
        }
        await Turnstile.shared.leave()
    }
}

/// Lets one through at a time, in the order in which they came.
private actor Turnstile {
    static let shared = Turnstile()
    private var isTaken = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func enter() async {
        if isTaken { return await withCheckedContinuation { waiting.append($0) } }
        isTaken = true
    }

    func leave() {
        if waiting.isEmpty { isTaken = false } else { waiting.removeFirst().resume() }
    }
}
