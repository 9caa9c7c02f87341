import Hardening
import Testing
import Trials

@testable import TemperCommand

@Suite("What is said while a campaign runs", .timeLimit(.minutes(1))) struct ProgressWordsTests {
    private func trial(_ number: Int, seconds: UInt64, _ outcome: CheckOutcome) -> Trial {
        var timing = Trial.Timing()
        timing.whole = seconds * 1_000_000
        let up = UnitState(type: "exec", active: "active", sub: "running", result: "success")
        return Trial(
            number: number, purpose: .asItIs, profile: .unrestricted, began: 0,
            microseconds: timing,
            observations: [
                .job(.start, result: .done), .unit(.start, up),
                .probe(.ready, name: "GET /", outcome), .unit(.ready, up),
            ], baseline: .unknown)
    }

    @Test("the time that is left comes first, as the trials so far took it")
    func time() {
        var words = ProgressWords()
        #expect(
            words.text(of: .asking(number: 1, question: "does it?", expectedLeft: 20))
                == "trial 1: does it?")
        func tried(_ seconds: UInt64, isFromRecord: Bool = false) -> String {
            words.text(
                of: .tried(
                    trial(1, seconds: seconds, .healthy), exposure: Exposure(tenths: 57),
                    isFromRecord: isFromRecord))
        }
        #expect(tried(2) == "  1   2000 ms  does it?  pass")
        // What is on record takes no time.
        #expect(tried(900, isFromRecord: true) == "  1  recorded  does it?  pass")
        #expect(
            words.text(of: .asking(number: 2, question: "can it?", expectedLeft: 20.4))
                == "about 41 s left, trial 2: can it?, exposure 5.7 so far")
        #expect(
            words.text(of: .asking(number: 2, question: "can it?", expectedLeft: 100))
                == "about 4 min left, trial 2: can it?, exposure 5.7 so far")
        // What ran beside another was not waited for.
        _ = tried(2)
        #expect(
            words.text(of: .asking(number: 2, question: "can it?", expectedLeft: 20.4))
                == "about 21 s left, trial 2: can it?, exposure 5.7 so far")
        #expect(
            words.text(of: .asking(number: 2, question: "can it?", expectedLeft: 0))
                == "trial 2: can it?, exposure 5.7 so far")
        #expect(
            words.text(
                of: .tried(
                    trial(3, seconds: 1, .unhealthy("HTTP 502")), exposure: Exposure(tenths: 57),
                    isFromRecord: false)) == "  3   1000 ms  can it?  FAIL  GET /: HTTP 502")
    }

    @Test("a probe that is waited for has its time first, and its latest answer")
    func waiting() {
        #expect(
            ProgressWords.waiting(
                for: "GET http://x/", saying: "HTTP 404", left: .milliseconds(27_900))
                == "27 s left for the probe: HTTP 404 (GET http://x/)")
        #expect(
            ProgressWords.waiting(for: "sleep 9", saying: nil, left: .seconds(3))
                == "3 s left for the probe: no answer yet (sleep 9)")
    }

    @Test("what does not fit is cut between words, or within the only one")
    func cut() {
        #expect("one two three".shortened(to: 13) == "one two three")
        #expect("one two three".shortened(to: 12) == "one two…")
        #expect("one two three".shortened(to: 5) == "one…")
        #expect("incomprehensible".shortened(to: 5) == "inco…")
        #expect("x".shortened(to: 0) == "…")
    }
}
