import Glibc
import Testing

@testable import WaysOut

@Suite("What came of an attempt", .timeLimit(.minutes(1))) struct AttemptTests {
    /// On a busy machine a bus may take longer than a canary waits: that a door was not seen to open
    /// does not close it.
    @Test("is unknown where nobody answered in time, and closed where somebody refused")
    func answers() {
        let attempt = Attempt.asking("/bus", [[1]], parts: 2, expecting: "NoSuchUnit")
        func outcome(_ replies: [Int64], _ said: String) -> Attempt.Outcome {
            // A socket, its two limits, a connection, what is said; the replies, and the end.
            attempt.outcome(of: [3, 0, 0, 0, 1] + replies + [0], reading: Array(said.utf8))
        }
        let late = Int64(-EAGAIN)
        #expect(outcome([late, late], "") == .unanswered)
        #expect(outcome([37, late], "OK 0123456789abcdef\r\n") == .unanswered)
        #expect(outcome([60, late], "org.freedesktop.systemd1.NoSuchUnit") == .open)
        #expect(outcome([60, late], "org.freedesktop.DBus.Error.AccessDenied") == .closed(0))
        #expect(outcome([0, 0], "") == .closed(0))
        #expect(
            WayOut.all[0].state(of: [.closed(13), .unanswered], of: [attempt, attempt])
                == .untold(WayOut.unanswered))
        #expect(
            WayOut.all[0].state(of: [.open, .unanswered], of: [attempt, attempt]) == .open(["/bus"])
        )
    }
}
