import Hardening
import TemperTesting
import Testing
import Trials

@Suite("A life is judged by what the unrestricted service does")
struct LifeVerdictTests {
    let up = UnitState(
        type: "exec", active: "active", sub: "running", result: "success", mainPID: 7)
    let ended = UnitState(
        type: "exec", active: "inactive", sub: "dead", result: "success", mainCode: 1)

    func life(_ more: Observation...) -> [Observation] {
        [
            .job(.start, result: .done), .unit(.start, up), .unit(.ready, up),
            .unit(.settled, up), .job(.stop, result: .done), .unit(.stop, ended),
        ] + more
    }

    func trial(_ observations: [Observation]) -> Trial {
        Trial(
            number: 1, purpose: "", profile: .unrestricted, began: 0,
            microseconds: Trial.Timing(), observations: observations, baseline: .unknown)
    }

    func baseline(_ more: Observation...) -> Baseline {
        Baseline(learnedFrom: [trial(life() + more)])
    }

    func helper(_ code: Int32, _ status: Int32, _ position: Int = 1) -> Observation {
        .helper(
            HelperExit(
                directive: "ExecStopPost", position: position, program: "/bin/x", code: code,
                status: status))
    }

    func end(_ name: String?, _ code: Int32, _ status: Int32) -> Observation {
        .ended(ProcessExit(name: name, code: code, status: status))
    }

    func line(_ message: String, _ priority: Int = 6, source: String = "x") -> Observation {
        .log(LogLine(priority: priority, source: source, message: message))
    }

    @Test("a helper that fails is a fault, unless it always fails in the same way")
    func helpers() {
        let failed = Verdict.failed("ExecStopPost failed: /bin/x: exit status 1")
        #expect(Verdict(of: life(helper(1, 1)), baseline: baseline()) == failed)
        #expect(Verdict(of: life(helper(1, 0)), baseline: baseline()) == .passed)
        #expect(Verdict(of: life(helper(1, 1)), baseline: baseline(helper(1, 1))) == .passed)
        #expect(Verdict(of: life(helper(1, 1)), baseline: baseline(helper(1, 2))) == failed)
        #expect(!Verdict(of: life(helper(1, 1, 2)), baseline: baseline(helper(1, 1))).isPass)
        #expect(
            Verdict(of: life(helper(2, 31)), baseline: baseline())
                == .failed("ExecStopPost failed: /bin/x: signal SIGSYS"))
    }

    @Test(
        "a process that crashes is a fault, whoever it was, unless it always does",
        arguments: [4, 5, 6, 7, 8, 11, 24, 25, 31] as [Int32])
    func crashes(signal: Int32) {
        for code: Int32 in [2, 3] {
            let crash = life(end("w", code, signal))
            #expect(!Verdict(of: crash, baseline: baseline()).isPass)
            // Whether core is dumped depends on limits that have nothing to do with it.
            #expect(Verdict(of: crash, baseline: baseline(end("w", 2, signal))).isPass)
            #expect(!Verdict(of: crash, baseline: baseline(end("v", 2, signal))).isPass)
            #expect(Verdict(of: crash, baseline: baseline(end(nil, 2, signal))).isPass)
        }
    }

    @Test("signals that one is sent are no crash", arguments: [1, 2, 3, 9, 13, 15] as [Int32])
    func sentSignals(signal: Int32) {
        let life = life(end("w", 2, signal))
        #expect(Verdict(of: life, baseline: baseline()) == .passed)
        #expect(trial(life).suspicions(against: baseline()).isEmpty)
    }

    @Test("an exit status that was never seen is a suspicion and no fault")
    func exits() {
        let life = life(end("grep", 1, 2))
        #expect(Verdict(of: life, baseline: baseline()) == .passed)
        #expect(
            trial(life).suspicions(against: baseline()).map(\.line)
                == ["its process grep ended with exit status 2"])
        for known in [end("grep", 1, 2), end(nil, 1, 2)] {
            #expect(trial(life).suspicions(against: baseline(known)).isEmpty)
        }
        for other in [end("grep", 1, 1), end("sed", 1, 2)] {
            #expect(trial(life).suspicions(against: baseline(other)).count == 1)
        }
    }

    @Test("a process fewer than ever without restriction is a fault, one more is none")
    func processSet() {
        let baseline = baseline(
            .processSet(ProcessSet(["a": 1, "w": 4])),
            .processSet(ProcessSet(["a": 1, "w": 3, "t": 1])))
        func verdict(_ processSet: [String: Int]) -> Verdict {
            Verdict(of: life(.processSet(ProcessSet(processSet))), baseline: baseline)
        }
        #expect(verdict(["a": 1, "w": 3]) == .passed)
        #expect(verdict(["a": 2, "w": 9, "z": 1]) == .passed)
        #expect(verdict(["w": 3]) == .failed("its process a is missing"))
        #expect(
            verdict(["a": 1, "w": 1]) == .failed("2 of its 3 w processes are missing"))
        #expect(verdict([:]) == .failed("its process a is missing"))
    }

    @Test("what the service says of a crash counts where nothing else shows it")
    func tellsOfCrash() {
        for words in [
            "[alert] worker process 71 exited on signal 31 (core dumped)",
            "Bad system call (core dumped)", "child 7 killed by SIGSEGV",
            "12 Segmentation fault", "terminated by signal 6: Aborted",
        ] {
            #expect(!Verdict(of: life(line(words)), baseline: baseline()).isPass, "\(words)")
            #expect(
                Verdict(of: life(line(words)), baseline: baseline(line(words))).isPass, "\(words)")
        }
        for words in ["exited on signal 15", "signal 64", "got signal", "signal process started"] {
            #expect(Verdict(of: life(line(words)), baseline: baseline()).isPass, "\(words)")
        }
    }

    @Test("of a service that was never seen nothing is wrong by comparison")
    func unknown() {
        let odd = life(
            helper(1, 1), end("w", 2, 31), .processSet(ProcessSet([:])),
            line("exited on signal 31", 2))
        #expect(Verdict(of: odd) == .passed)
        #expect(trial(odd).suspicions(against: .unknown).isEmpty)
    }

    @Test("what it exits with when stopped counts only where it is always the same")
    func exitStatusAtStop() {
        func stopped(_ code: Int32, _ status: Int32) -> [Observation] {
            life().dropLast() + [
                .unit(
                    .stop,
                    UnitState(
                        type: "exec", active: "failed", sub: "failed",
                        result: code != 1 ? "signal" : status == 0 ? "success" : "exit-code",
                        mainCode: code, mainStatus: status))
            ]
        }
        let steady = Baseline(learnedFrom: [trial(life()), trial(life())])
        let varied = Baseline(learnedFrom: [trial(life()), trial(stopped(1, 2))])
        #expect(!Verdict(of: stopped(1, 2), baseline: steady).isPass)
        #expect(Verdict(of: stopped(1, 2), baseline: varied).isPass)
        #expect(Verdict(of: stopped(1, 7), baseline: varied).isPass)
        #expect(!Verdict(of: stopped(2, 11), baseline: varied).isPass)
        #expect(!Verdict(of: stopped(1, 226), baseline: varied).isPass)
    }

    @Test("a log in colour is read without it")
    func colours() {
        let line =
            "\u{1B}[2m[12:00]\u{1B}[0m \u{1B}[97m\u{1B}[42m INF \u{1B}[0m Loading\u{1B}7 rules"
        #expect(line.withoutControlSequences == "[12:00]  INF  Loading7 rules")
        #expect("plain [0m".withoutControlSequences == "plain [0m")
        #expect("cut \u{1B}[3".withoutControlSequences == "cut ")
    }

    @Test("a probe's script stands in a verdict in one short line")
    func script() {
        let script =
            "perl -e '\\\n    my @ports = map { IO::Socket::INET->new } 7001, 7002; exit 1'"
        let verdict = Verdict(of: life(.probe(.ready, name: script, .unhealthy("exit status 1"))))
        #expect(
            verdict
                == .failed(
                    "perl -e ' my @ports = map { IO::Socket::INET->new } 7001, 7…: exit status 1")
        )
    }

    @Test("new warnings and errors are suspicious, by priority or by their words")
    func complaints() {
        let baseline = baseline(line("error 5 at 10:11:12 on 127.0.0.1"))
        for (said, priority, isSuspicious) in [
            ("error 7 at 09:01:59 on 10.1.2.3", 3, false), ("all is well", 6, false),
            ("all is well", 4, true), ("open() failed (13: Permission denied)", 6, true),
            ("Cannot bind", 6, true), ("listening on 80", 6, false),
        ] {
            let found = trial(life(line(said, priority))).suspicions(against: baseline)
            #expect(found.isEmpty != isSuspicious, "\(said)")
        }
        let twice = trial(life(line("cannot open 1"), line("cannot open 2")))
        #expect(twice.suspicions(against: baseline).map(\.line) == ["x: cannot open 1"])
    }

    @Test("a suspicion is a fault where logs are strict, and only there")
    func strictness() {
        let noisy = life(line("cannot open"))
        var baseline = baseline()
        #expect(Verdict(of: noisy, baseline: baseline) == .passed)
        baseline.isStrict = true
        #expect(
            Verdict(of: noisy, baseline: baseline) == .failed("new in its journal: x: cannot open"))
        #expect(Verdict(of: life(), baseline: baseline) == .passed)
    }

    @Test("a second life is judged like the first, in words that say which it was")
    func secondLife() {
        let dead = UnitState(
            type: "exec", active: "failed", sub: "failed", result: "exit-code", mainCode: 1,
            mainStatus: 3)
        for (more, words) in [
            (
                [.job(.secondStart, result: .failed), .unit(.secondStart, dead)],
                "second start failed: exit status 3"
            ),
            (
                [.job(.secondStart, result: .done), .unit(.secondStart, dead)],
                "died at its second start: exit status 3"
            ),
            ([.probe(.secondReady, name: "p", .unhealthy("no"))], "p after a second start: no"),
            ([.job(.secondStop, result: .timeout)], "second stop timed out"),
            (
                [.unit(.secondStop, dead)],
                "stopped a second time otherwise than usual: exit status 3"
            ),
        ] as [([Observation], String)] {
            #expect(Verdict(of: life() + more, baseline: baseline()) == .failed(words))
        }
        // It may always end otherwise the second time.
        #expect(
            Verdict(
                of: life(.unit(.secondStop, dead)), baseline: baseline(.unit(.secondStop, dead)))
                == .passed)
    }

    @Test(
        "lines say the same when only numbers, times, addresses and names of trials differ",
        arguments: [
            ("pid 71: up", "pid 7102: up"),
            ("2026/11/24 10:00:01 [error] 5#5: *1 x", "2025/01/02 01:59:59 [error] 71#71: *88 x"),
            ("Tue Nov 24 14:52:19 UTC 2026 up", "Fri Jan 2 01:02:03 UTC 2026 up"),
            ("from 127.0.0.1:80", "from 10.22.33.44:65000"),
            ("at 0x7ffc12ab", "at 0x10"), ("id 3f2a9c77d0e1", "id 000000000001"),
            ("temper0123456789ab.service: x", "temperabcdefabcdef.service: x"),
            ("wrote /tmp/tmp.Ab3dEfGhIj", "wrote /tmp/tmp.QqQqQqQqQq"),
        ])
    func same(one: String, other: String) {
        #expect(
            LogLine(priority: 6, source: "x", message: one).plain
                == LogLine(priority: 3, source: "x", message: other).plain)
    }

    @Test(
        "lines say something else when words, endings or speakers differ",
        arguments: [
            ("exit status 1", "exit status 2"), ("exited on signal 31", "exited on signal 15"),
            ("status=1/FAILURE", "status=31/SYS"), ("open failed", "close failed"),
            ("(13: Permission denied)", "(2: No such file or directory)"),
            ("bead is a word", "feed is a word"),
        ])
    func different(one: String, other: String) {
        #expect(
            LogLine(priority: 6, source: "x", message: one).plain
                != LogLine(priority: 6, source: "x", message: other).plain)
        #expect(
            LogLine(priority: 6, source: "x", message: one).plain
                != LogLine(priority: 6, source: "y", message: one).plain)
    }
}
