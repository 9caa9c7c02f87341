import TemperTesting
import Testing
import Trials

@Suite("The cadence rules on checks in the words of Kubernetes and Docker")
struct CadenceTests {
    typealias Check = Cadence.Check
    let cadence = Cadence(
        startPeriod: .seconds(2), interval: .milliseconds(50), timeout: .seconds(1),
        successThreshold: 2, failureThreshold: 3)

    func at(_ seconds: Int, _ outcome: CheckOutcome) -> Check {
        Check(at: .seconds(seconds), outcome: outcome)
    }
    let bad = CheckOutcome.unhealthy("HTTP 502")

    @Test("no check is no ruling")
    func empty() { #expect(cadence.ruling(on: []) == .askAgain) }

    @Test("so many successes in a row are healthy, also during the start period")
    func successes() {
        #expect(cadence.ruling(on: [at(0, .healthy)]) == .askAgain)
        #expect(cadence.ruling(on: [at(0, .healthy), at(0, .healthy)]) == .settled(.healthy))
        #expect(
            cadence.ruling(on: [at(0, .healthy), at(0, bad), at(1, .healthy)]) == .askAgain)
    }

    @Test("failures before the start period has passed do not count")
    func startPeriod() {
        let early = (0..<100).map { _ in at(1, bad) }
        #expect(cadence.ruling(on: early) == .askAgain)
        #expect(cadence.ruling(on: early + [at(2, bad), at(2, bad)]) == .askAgain)
        #expect(
            cadence.ruling(on: early + [at(2, bad), at(2, bad), at(3, bad)]) == .settled(bad))
    }

    @Test("a success breaks a row of failures")
    func recovery() {
        let checks = [at(3, bad), at(3, bad), at(3, .healthy), at(4, bad), at(4, bad)]
        #expect(cadence.ruling(on: checks) == .askAgain)
        #expect(cadence.ruling(on: checks + [at(5, bad)]) == .settled(bad))
    }

    @Test("a probe that cannot tell is not asked again")
    func cannotTell() {
        let doubt = CheckOutcome.cannotTell("exit status 125")
        #expect(cadence.ruling(on: [at(0, .healthy), at(0, doubt)]) == .settled(doubt))
    }

    @Test("every service that stays as it is gets a ruling, and the one that it deserves")
    func endsSomewhere() {
        var random = SplitMix64(seed: 11)
        for _ in 0..<3_000 {
            let cadence = Cadence(
                startPeriod: .milliseconds(Int.random(in: 0...3_000, using: &random)),
                successThreshold: Int.random(in: 1...5, using: &random),
                failureThreshold: Int.random(in: 1...5, using: &random))
            let outcome = Bool.random(using: &random) ? CheckOutcome.healthy : bad
            var checks: [Check] = []
            while case .askAgain = cadence.ruling(on: checks), checks.count < 1_000 {
                checks.append(Check(at: .milliseconds(checks.count * 50), outcome: outcome))
            }
            #expect(cadence.ruling(on: checks) == .settled(outcome))
            let fewest =
                outcome == .healthy ? cadence.successThreshold : cadence.failureThreshold
            #expect(checks.count >= fewest)
        }
    }

    @Test("what was learned from a quick baseline is patient enough for a slower trial")
    func learned() {
        let quick = Cadence.learned(
            untilHealthy: .milliseconds(20), slowestCheck: .milliseconds(2), chosen: ChosenCadence()
        )
        #expect(quick.startPeriod == .milliseconds(500))
        #expect(quick.timeout == .seconds(1))
        #expect(quick.failureThreshold == 2 && quick.successThreshold == 1)
        let slow = Cadence.learned(
            untilHealthy: .seconds(3), slowestCheck: .milliseconds(200), chosen: ChosenCadence())
        #expect(slow.startPeriod == .seconds(12))
        #expect(slow.timeout == .seconds(2))
    }

    @Test("nothing learned is longer than what is waited without a baseline")
    func bounded() {
        let huge = Cadence.learned(
            untilHealthy: .seconds(600), slowestCheck: .seconds(60), chosen: ChosenCadence())
        #expect(huge.startPeriod == Cadence().startPeriod && huge.timeout == Cadence().timeout)
    }

    @Test("what the user chose wins, before the baseline and after it")
    func chosen() {
        var chosen = ChosenCadence()
        chosen.startPeriod = .seconds(77)
        chosen.interval = .seconds(1)
        chosen.timeout = .seconds(9)
        chosen.successThreshold = 4
        chosen.failureThreshold = 6
        let expected = Cadence(
            startPeriod: .seconds(77), interval: .seconds(1), timeout: .seconds(9),
            successThreshold: 4, failureThreshold: 6)
        #expect(chosen.beforeBaseline == expected)
        #expect(
            Cadence.learned(untilHealthy: .zero, slowestCheck: .zero, chosen: chosen) == expected)
        #expect(ChosenCadence().beforeBaseline == Cadence())
    }
}
