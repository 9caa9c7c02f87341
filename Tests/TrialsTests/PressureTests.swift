import Hardening
import Synchronization
import TemperTesting
import Testing

@testable import Trials

@Suite("A machine on which programs have to wait")
struct PressureTests {
    @Test("is read from the kernel's text: the worst average, and the sum of the times")
    func reading() {
        let pressure = Pressure(files: [
            "some avg10=12.50 avg60=9.27 avg300=11.38 total=2000000\n"
                + "full avg10=99.00 avg60=0.00 avg300=0.00 total=7000000\n",
            "some avg10=40.00 avg60=0.00 avg300=0.00 total=500000\n", "",
        ])
        #expect(pressure == Pressure(lately: 0.4, waited: .milliseconds(2500)))
        #expect(Pressure(files: ["", "some nonsense total=x\n"]) == .none)
    }

    @Test("a service is waited for up to three times as long, as its average or the trial says")
    func patience() {
        func patience(_ lately: Double, _ waited: Duration = .zero) -> Double {
            Pressure(lately: lately, waited: .seconds(5) + waited).patience(
                since: Pressure(lately: 0, waited: .seconds(5)), .seconds(2))
        }
        #expect(patience(0) == 1 && patience(0.25) == 1)
        #expect(patience(0.625) == 2)
        #expect(patience(1) == 3)
        #expect(patience(0, .seconds(2)) == 3)
        #expect(patience(0.625, .seconds(9)) == 3, "three resources may be waited for at once")
        #expect(Pressure.none.patience(since: .none, .zero) == 1)
    }

    @Test("every limit is stretched, but for what the user chose and never past the usual one")
    func stretched() {
        var timing = Trial.Timing()
        (timing.start, timing.probes, timing.stop) = (500_000, 200_000, 1_000_000)
        var pacing = Pacing(chosen: ChosenCadence())
        pacing.learn(timing, endingsVary: false)
        pacing.holdToLimits()
        let longer = pacing.stretched(by: 3)
        #expect(longer.startLimit == .seconds(15) && longer.stopLimit == .seconds(30))
        #expect(longer.cadence.startPeriod == .milliseconds(8400))
        #expect(longer.cadence.timeout == .seconds(5))
        #expect(longer.cadence.failureThreshold == pacing.cadence.failureThreshold)
        #expect(pacing.stretched(by: 1) == pacing)

        var chosen = ChosenCadence()
        (chosen.startPeriod, chosen.timeout) = (.seconds(40), .seconds(2))
        #expect(Pacing(chosen: chosen).stretched(by: 3).cadence == chosen.beforeBaseline)
    }

    /// A service that is given a second, and takes two and a half.
    @Test("is no reason to fail who is late", arguments: [false, true])
    func late(isBusy: Bool) async throws {
        let service = SimulatedService()
        var procedure = TrialProcedure(
            service: service, probes: [LateProbe()], canReload: false, settle: .zero)
        if isBusy { procedure.pressure = { Pressure(lately: 1, waited: .zero) } }
        let cadence = Cadence(
            startPeriod: .seconds(1), interval: .milliseconds(5), timeout: .seconds(1),
            failureThreshold: 1)
        let trial = try await procedure.run(
            TrialSpec(.unrestricted, .asItIs), number: 1, began: 0, baseline: .unknown,
            cadence: cadence)
        #expect(trial.verdict.isPass == isBusy, "\(trial.verdict)")
    }
}

private final class LateProbe: Probe {
    let name = "late"
    private let first = Mutex<ContinuousClock.Instant?>(nil)

    func check(deadline: Duration) async -> CheckOutcome {
        let now = ContinuousClock.now
        let first = first.withLock { first in
            first = first ?? now
            return first ?? now
        }
        return now - first < .milliseconds(2500) ? .unhealthy("not yet") : .healthy
    }
}
