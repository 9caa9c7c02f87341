import Testing

@testable import Trials

@Suite("How long a trial waits is learned from trials that passed")
struct PacingTests {
    private func timing(start: UInt64 = 0, checks: UInt64 = 0, stop: UInt64 = 0) -> Trial.Timing {
        var timing = Trial.Timing()
        (timing.start, timing.probes, timing.stop) = (start, checks, stop)
        return timing
    }

    @Test("the cadence follows at once, the limits only when they are held to")
    func limits() {
        var pacing = Pacing(chosen: ChosenCadence())
        #expect(pacing.cadence == ChosenCadence().beforeBaseline)
        pacing.learn(timing(start: 500_000, checks: 50_000), endingsVary: false)
        #expect(pacing.cadence.startPeriod == .milliseconds(2200))
        #expect(pacing.startLimit == nil && pacing.stopLimit == nil)
        pacing.holdToLimits()
        #expect(pacing.startLimit == .seconds(5))
        #expect(pacing.stopLimit == .seconds(3))
    }

    @Test("the slowest trial counts, whenever it was")
    func slowest() {
        var pacing = Pacing(chosen: ChosenCadence())
        pacing.learn(timing(stop: 2_000_000), endingsVary: false)
        pacing.learn(timing(stop: 10_000), endingsVary: false)
        pacing.holdToLimits()
        #expect(pacing.stopLimit == .seconds(20))
        #expect(pacing.startLimit == .seconds(3))
    }

    @Test("where the endings vary the time of a stop does, too")
    func varied() {
        var pacing = Pacing(chosen: ChosenCadence())
        pacing.learn(timing(), endingsVary: true)
        pacing.holdToLimits()
        #expect(pacing.stopLimit == .seconds(15))
    }

    @Test("what the user chose stands")
    func chosen() {
        var chosen = ChosenCadence()
        chosen.startPeriod = .seconds(7)
        var pacing = Pacing(chosen: chosen)
        pacing.learn(timing(start: 9_000_000), endingsVary: false)
        #expect(pacing.cadence.startPeriod == .seconds(7))
    }
}
