import Hardening
import TemperTesting
import Testing
import Trials

@Suite("The verdict is a pure function of what was observed")
struct VerdictTests {
    let up = UnitState(
        type: "exec", active: "active", sub: "running", result: "success", mainPID: 7)
    let dead = UnitState(
        type: "exec", active: "failed", sub: "failed", result: "exit-code", mainCode: 1,
        mainStatus: 226)
    let ended = UnitState(
        type: "exec", active: "inactive", sub: "dead", result: "success", mainCode: 1)

    /// A whole good life.
    var good: [Observation] {
        [
            .job(.start, result: .done), .unit(.start, up), .probe(.ready, name: "p", .healthy),
            .unit(.ready, up), .job(.reload, result: .done),
            .probe(.reloaded, name: "p", .healthy),
            .unit(.settled, up), .job(.stop, result: .done), .unit(.stop, ended),
            .log(LogLine(priority: 3, source: "x", message: "error error error")),
        ]
    }

    @Test("a whole good life passes, whatever the log says")
    func goodLife() {
        #expect(Verdict(of: good, baseline: Baseline(end: ended)) == .passed)
        #expect(Verdict(of: good) == .passed)
    }

    @Test("nothing observed is not a pass")
    func nothing() {
        #expect(Verdict(of: []) == .unresolved("the copy was never seen up"))
        #expect(!Verdict(of: [.job(.start, result: .done)]).isPass)
        #expect(!Verdict(of: [.probe(.ready, name: "p", .healthy)]).isPass)
    }

    @Test("a pass needs the copy seen up when it was ready, not only when it had started")
    func readiness() {
        #expect(!Verdict(of: good.filter { $0 != .unit(.ready, up) }).isPass)
    }

    @Test("a refusal by systemd is a failure with systemd's words")
    func refusal() {
        let verdict = Verdict(of: [.refusedByManager(name: "a.b", message: "PrivatePIDs= bad")])
        #expect(verdict == .failed("systemd refuses it: PrivatePIDs= bad"))
    }

    @Test(
        "a job that ended otherwise than done is a failure that names the stage",
        arguments: [Stage.start, .reload, .stop],
        ["failed", "timeout", "canceled", "dependency", "skipped", "assert"])
    func jobs(stage: Stage, result: String) {
        let verdict = Verdict(
            of: good.map {
                $0 == .job(stage, result: .done)
                    ? .job(stage, result: JobEnding(rawValue: result)) : $0
            })
        guard case .failed(let why) = verdict else {
            Issue.record("\(verdict)")
            return
        }
        let words = result == "timeout" ? "\(stage.rawValue) timed out" : "\(stage.rawValue) failed"
        #expect(why.hasPrefix(words))
    }

    @Test("a failed start says which step of systemd failed")
    func execStep() {
        let verdict = Verdict(of: [.job(.start, result: .failed), .unit(.start, dead)])
        #expect(verdict == .failed("start failed: 226/NAMESPACE"))
    }

    @Test(
        "a copy that is not up fails at every stage but its stop",
        arguments: [Stage.start, .ready, .reloaded, .settled],
        ["failed", "inactive", "activating", "deactivating"])
    func death(stage: Stage, active: String) {
        var state = dead
        state.active = active
        let verdict = Verdict(of: good + [.unit(stage, state)])
        guard case .failed(let why) = verdict else {
            Issue.record("\(verdict)")
            return
        }
        #expect(why.hasPrefix("died ") && why.contains("226/NAMESPACE"))
    }

    @Test("a oneshot that did its work and is gone is up; one that failed is not")
    func oneshot() {
        var state = UnitState(type: "oneshot", active: "inactive", sub: "dead", result: "success")
        #expect(Verdict(of: [.unit(.ready, state)]).isPass)
        state.result = "exit-code"
        #expect(!Verdict(of: [.unit(.ready, state)]).isPass)
        state = UnitState(type: "exec", active: "inactive", sub: "dead", result: "success")
        #expect(!Verdict(of: [.unit(.ready, state)]).isPass)
    }

    @Test("an unhealthy probe is a failure with its reason, and says so after a reload")
    func probes() {
        #expect(
            Verdict(of: good + [.probe(.ready, name: "GET /", .unhealthy("HTTP 502"))])
                == .failed("GET /: HTTP 502"))
        #expect(
            Verdict(of: good + [.probe(.reloaded, name: "GET /", .unhealthy("HTTP 502"))])
                == .failed("GET / after reload: HTTP 502"))
    }

    @Test("an ending is only wrong by comparison with the usual one")
    func endings() {
        var unusual = ended
        unusual.mainStatus = 1
        let life = good.map { $0 == .unit(.stop, ended) ? .unit(.stop, unusual) : $0 }
        #expect(Verdict(of: life).isPass)
        #expect(Verdict(of: life, baseline: Baseline(end: unusual)).isPass)
        #expect(
            Verdict(of: life, baseline: Baseline(end: ended))
                == .failed("stopped otherwise than usual: exit status 1"))
    }

    @Test("another main process than the one that was ready is a failure; none at all is not")
    func mainProcess() {
        var other = up
        other.mainPID = 8
        let life = good.map { $0 == .unit(.settled, up) ? .unit(.settled, other) : $0 }
        #expect(Verdict(of: life) == .failed("the main process was replaced"))
        var none = up
        none.mainPID = 0
        #expect(Verdict(of: [.unit(.ready, none), .unit(.settled, none)]).isPass)
    }

    @Test("a copy that had to be killed fails for that reason, whatever else was seen of it")
    func excess() {
        let excess = Observation.excess("killed when it had 2001 processes")
        for life in [good + [excess], [.job(.start, result: .timeout), excess]] {
            #expect(Verdict(of: life) == .failed("killed when it had 2001 processes"))
        }
    }

    @Test("a time that ran out on a busy machine says nothing, but what else was seen does")
    func starved() {
        let late = UnitState(type: "exec", active: "failed", sub: "failed", result: "timeout")
        let stop: [Observation] = [.job(.stop, result: .timeout), .unit(.stop, late)]
        let start: [Observation] = [.job(.start, result: .timeout), .unit(.start, late)]
        func isUnresolved(_ life: [Observation]) -> Bool {
            if case .unresolved = Verdict(of: life) { true } else { false }
        }
        #expect(Verdict(of: good + stop).isFailure && Verdict(of: start).isFailure)
        #expect(isUnresolved(good + stop + [.starved(.stop)]))
        #expect(isUnresolved(start + [.starved(.start), .unit(.ready, late)]))
        let broken = good + [.probe(.ready, name: "p", .unhealthy("x"))] + stop
        #expect(Verdict(of: broken + [.starved(.stop)]) == .failed("p: x"))
        // Whoever keeps the machine busy is no better for it.
        #expect(Verdict(of: start + [.starved(.start), .excess("killed")]).isFailure)
    }

    @Test("a disturbance voids a pass and a failure alike")
    func disturbances() {
        let faults: [Observation] = [
            .job(.start, result: .failed), .unit(.ready, dead),
            .probe(.ready, name: "p", .unhealthy("x")),
        ]
        for disturbance in [
            Observation.managerReloaded, .originalRan, .foreignDropIn(path: "/x.conf"),
        ] {
            for fault in faults {
                for life in [
                    good + [disturbance], good + [fault, disturbance], [disturbance, fault],
                ] {
                    guard case .unresolved = Verdict(of: life) else {
                        Issue.record("\(life)")
                        continue
                    }
                }
            }
        }
    }

    @Test("a fault goes before a probe that cannot tell, wherever each was seen")
    func faultBeforeDoubt() {
        let doubt = Observation.probe(.ready, name: "p", .cannotTell("exit status 125"))
        #expect(
            Verdict(of: good + [doubt]) == .unresolved("p could not tell: exit status 125"))
        for life in [[doubt, .unit(.ready, dead)], [.job(.start, result: .failed), doubt]] {
            guard case .failed = Verdict(of: life) else {
                Issue.record("\(life)")
                continue
            }
        }
    }

    @Test("the first of several faults is the reason, so that it is the cause and no consequence")
    func firstFault() {
        let verdict = Verdict(
            of: [
                .job(.start, result: .done), .unit(.start, up),
                .probe(.ready, name: "p", .unhealthy("HTTP 502")), .unit(.ready, dead),
                .job(.stop, result: .failed),
            ])
        #expect(verdict == .failed("p: HTTP 502"))
    }

    @Test(
        "endings are said in systemd's words",
        arguments: [
            (1, 0, "success", "exit status 0"), (1, 3, "exit-code", "exit status 3"),
            (1, 226, "exit-code", "226/NAMESPACE"), (1, 228, "exit-code", "228/SECCOMP"),
            (1, 0, "protocol", "protocol"), (2, 31, "signal", "signal SIGSYS"),
            (3, 11, "core-dump", "signal SIGSEGV with a core dump"), (2, 64, "signal", "signal 64"),
            (0, 0, "timeout", "timeout"), (0, 0, "success", "inactive"),
        ] as [(Int32, Int32, String, String)])
    func words(code: Int32, status: Int32, result: String, words: String) {
        let state = UnitState(
            type: "exec", active: "inactive", sub: "dead", result: result, mainCode: code,
            mainStatus: status)
        #expect(Verdict.ending(state) == words)
    }

    @Test("no order of what comes before a fault or after it turns a failure into a pass")
    func orderIsNoExcuse() {
        var random = SplitMix64(seed: 7)
        for _ in 0..<2_000 {
            var life = good
            life.insert(.unit(.settled, dead), at: Int.random(in: 0...life.count, using: &random))
            life.insert(
                .probe(.ready, name: "p", .cannotTell("x")),
                at: Int.random(in: 0...life.count, using: &random))
            guard case .failed = Verdict(of: life, baseline: Baseline(end: ended)) else {
                Issue.record("\(life)")
                return
            }
        }
    }

    @Test("the reason of a death ends with the service's own last words, not with systemd's")
    func lastWords() {
        let trial = Trial(
            number: 1, purpose: "", profile: .unrestricted, began: 0, microseconds: Trial.Timing(),
            observations: [
                .job(.start, result: .failed), .unit(.start, dead),
                .log(LogLine(priority: 3, source: "nginx", message: "cannot bind")),
                .log(LogLine(priority: 6, source: "systemd", message: "Failed.")),
            ], baseline: .unknown)
        #expect(trial.because == "start failed: 226/NAMESPACE: cannot bind")
    }
}
