import Synchronization
import Testing

@testable import Trials

@Suite("Work that is done side by side")
struct SideBySideWorkTests {
    private struct Refused: Error {}

    @Test("is so much at a time, and its results are in order", arguments: [1, 3, 50])
    func width(width: Int) async throws {
        let state = Mutex((running: 0, most: 0))
        let results = try await sideBySide(Array(1...20), width: width) { item in
            state.withLock { state in
                state.running += 1
                state.most = max(state.most, state.running)
            }
            try await Task.sleep(for: .milliseconds(item % 3 * 5 + 2))
            state.withLock { $0.running -= 1 }
            return item * item
        }
        #expect(results == (1...20).map { $0 * $0 })
        let most = state.withLock(\.most)
        #expect(most <= width && (width == 1 || most > 1))
    }

    @Test("ends at the first failure, with what was begun cancelled and nothing more begun")
    func failure() async throws {
        let begun = Mutex(0)
        let cancelled = Mutex(0)
        await #expect(throws: Refused.self) {
            _ = try await sideBySide(Array(1...20), width: 2) { item in
                begun.withLock { $0 += 1 }
                if item == 2 { throw Refused() }
                do { try await Task.sleep(for: .seconds(60)) } catch {
                    cancelled.withLock { $0 += 1 }
                    throw error
                }
                return item
            }
        }
        #expect(begun.withLock(\.self) == 2)
        #expect(cancelled.withLock(\.self) == 1)
    }
}
