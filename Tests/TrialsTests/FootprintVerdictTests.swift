import Testing
import Trials

extension LifeVerdictTests {
    private func baseline(_ footprints: [Footprint]) -> Baseline {
        Baseline(learnedFrom: footprints.map { trial(life(.footprint($0))) })
    }

    @Test("what others see of it is a fault where it is less than ever, and named")
    func footprint() {
        func socket(_ mode: UInt32, group: UInt32 = 0, user: UInt32 = 0) -> Footprint {
            Footprint(sockets: ["/run/s": .init(user: user, group: group, mode: mode)])
        }
        func verdict(_ footprint: Footprint, after known: Footprint...) -> Verdict {
            Verdict(of: life(.footprint(footprint)), baseline: baseline(known))
        }
        let both = Footprint(listeners: ["tcp 0.0.0.0:80", "tcp [::]:80"])
        #expect(verdict(both, after: both) == .passed)
        #expect(
            verdict(Footprint(listeners: ["tcp 0.0.0.0:80"]), after: both)
                == .failed("no longer listens on tcp [::]:80"))
        // An ephemeral port is another one each time.
        let (one, other) = ("udp 0.0.0.0:40001", "udp 0.0.0.0:50002")
        #expect(
            verdict(
                Footprint(), after: Footprint(listeners: [one]), Footprint(listeners: [other]))
                == .passed)
        #expect(verdict(both, after: Footprint()) == .passed)
        #expect(
            verdict(Footprint(), after: socket(0o777))
                == .failed("others no longer find its socket /run/s"))
        #expect(verdict(socket(0o777, user: 33), after: socket(0o777)) == .passed)
        #expect(verdict(socket(0o700), after: socket(0o755)) == .passed)
        #expect(
            verdict(socket(0o755), after: socket(0o777))
                == .failed(
                    "not all may use its socket /run/s who could: it has owner 0:0, mode 0755 "
                        + "instead of owner 0:0, mode 0777"))
        #expect(verdict(socket(0o700, group: 7), after: socket(0o770, group: 7)).isFailure)
        #expect(verdict(socket(0o770, group: 8), after: socket(0o770, group: 7)).isFailure)
        #expect(verdict(socket(0o777, group: 8), after: socket(0o770, group: 7)) == .passed)
        // Root needs no permission.
        #expect(verdict(socket(0o700), after: socket(0o770)) == .passed)
        #expect(
            verdict(Footprint(labels: ["init_t"]), after: Footprint(labels: ["httpd_t"]))
                == .failed("its security label is init_t instead of httpd_t"))
        #expect(verdict(Footprint(labels: ["init_t"]), after: Footprint()) == .passed)
        // A child that should go over to a domain of its own and does not.
        let two = Footprint(labels: ["httpd_t", "script_t"])
        #expect(
            verdict(Footprint(labels: ["httpd_t"]), after: two)
                == .failed("its security label is httpd_t instead of script_t"))
        #expect(verdict(two, after: two) == .passed)
        #expect(verdict(two, after: Footprint(labels: ["httpd_t"])) == .passed)
    }

    @Test("a name on the bus, and files that others read, are of it too")
    func namesAndFiles() {
        func verdict(_ footprint: Footprint, after known: Footprint) -> Verdict {
            Verdict(of: life(.footprint(footprint)), baseline: baseline([known]))
        }
        func file(_ mode: UInt32) -> Footprint {
            Footprint(files: ["/run/x.pid": .init(user: 0, group: 0, mode: mode)])
        }
        let named = Footprint(names: ["org.example.X"])
        #expect(verdict(named, after: named) == .passed)
        #expect(
            verdict(Footprint(names: []), after: named)
                == .failed("no longer owns the name org.example.X on the bus"))
        #expect(
            verdict(Footprint(files: [:]), after: file(0o644))
                == .failed("others no longer find its file /run/x.pid"))
        #expect(
            verdict(file(0o600), after: file(0o644))
                == .failed(
                    "not all may read its file /run/x.pid who could: it has owner 0:0, mode 0600 "
                        + "instead of owner 0:0, mode 0644"))
        #expect(verdict(file(0o644), after: file(0o666)) == .passed)
        // What is called after the machine is the same on another one.
        func log(_ host: String) -> Footprint {
            Footprint(
                files: ["/var/log/remote/\(host)/cron.log": .init(user: 0, group: 4, mode: 0o640)]
            ).underAnyName(of: host)
        }
        #expect(verdict(log("lab-x57"), after: log("lab-v72")) == .passed)
        #expect(
            verdict(Footprint(files: [:]), after: log("lab-v72"))
                == .failed("others no longer find its file /var/log/remote/%H/cron.log"))
        #expect(file(0o644).underAnyName(of: "run") == file(0o644))
        // What was not looked at is not missed.
        #expect(verdict(Footprint(), after: named) == .passed)
        #expect(verdict(Footprint(), after: file(0o644)) == .passed)
    }

    @Test("after an exercise it is measured by what the service as it is shows after that one")
    func afterExercises() {
        func files(_ names: String...) -> Footprint {
            Footprint(
                files: Dictionary(
                    uniqueKeysWithValues: names.map {
                        ("/var/log/\($0)", .init(user: 0, group: 4, mode: 0o640))
                    }))
        }
        func life(_ rotated: Footprint, booted: Footprint) -> [Observation] {
            self.life(.footprint(files("all", "users"))) + [
                .exercise(name: "log rotation", .healthy),
                .seenAfter(exercise: "log rotation", rotated),
                .exercise(name: "boot", .healthy),
                .seenAfter(exercise: "boot", booted),
            ]
        }
        // A log that was begun anew is not there before the next line of its kind.
        let asItIs = life(files("all"), booted: files("all", "users"))
        let baseline = Baseline(learnedFrom: [trial(asItIs)])
        #expect(Verdict(of: asItIs, baseline: baseline) == .passed)
        #expect(
            Verdict(of: life(files(), booted: files("all", "users")), baseline: baseline)
                == .failed("log rotation: others no longer find its file /var/log/all"))
        #expect(
            Verdict(of: life(files("all"), booted: files("all")), baseline: baseline)
                == .failed("boot: others no longer find its file /var/log/users"))
        // Of an exercise that it was never seen in, the measure is what it was before.
        let first = Baseline(learnedFrom: [trial(self.life(.footprint(files("all", "users"))))])
        let failed = trial(asItIs).judged(by: first)
        #expect(
            failed.verdict
                == .failed("log rotation: others no longer find its file /var/log/users"))
        // And what was compared too early can be compared again.
        #expect(failed.isWrongByComparison)
        #expect(failed.judged(by: baseline).verdict == .passed)
    }
}
