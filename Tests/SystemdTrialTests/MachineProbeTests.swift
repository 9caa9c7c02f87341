import Fixtures
import Lab
import Systemd
import TemperTesting
import Testing
import Trials

@Suite("Probes that run on the service's machine", .serialized, .timeLimit(.minutes(5)))
struct MachineProbeTests {
    @Test("commands obey the contract of probes", arguments: Release.allCases)
    func commandContract(release: Release) async throws {
        try await withLab(release) { lab, machine in
            func probe(_ command: String) -> CommandProbe {
                CommandProbe(command: command, on: machine)
            }
            let fixture = ProbeContract.Fixture(
                working: probe("true"), absent: probe("exit 1"), hanging: probe("sleep 1002"),
                grace: .seconds(3), remains: { try await CopyTests.remains(in: lab) })
            for clause in ProbeContract.allCases { try await clause.check(fixture) }
        }
    }

    @Test("names on the bus obey the contract of probes")
    func busNameContract() async throws {
        try await withLab(.trixie) { lab, machine in
            let missing = BusNameProbe(busName: "org.example.Missing", on: machine)
            let fixture = ProbeContract.Fixture(
                working: BusNameProbe(busName: "org.freedesktop.systemd1", on: machine),
                absent: missing, hanging: missing, grace: .seconds(3),
                remains: { try await CopyTests.remains(in: lab) })
            for clause in ProbeContract.allCases { try await clause.check(fixture) }
            #expect(
                await missing.check(deadline: .seconds(5)) == .unhealthy("the name has no owner"))
        }
    }

    @Test("an exit status says how the service is, and the last words why")
    func outcomes() async throws {
        try await withLab(.trixie) { lab, machine in
            for (command, outcome) in [
                ("exit 0", .healthy), ("exit 125", .cannotTell("exit status 125")),
                ("exit 1", .unhealthy("exit status 1")),
                ("exit 226", .unhealthy("exit status 226")),
                ("kill -SEGV $$", .unhealthy("signal SIGSEGV")),
                ("echo first; echo the reason; exit 3", .unhealthy("exit status 3: the reason")),
                ("echo no idea >&2; exit 125", .cannotTell("exit status 125: no idea")),
                ("echo fine", .healthy), ("false | true", .healthy),
                (#"a="two  words"; test "$a" = "two  words""#, .healthy),
                (#"test "${HOME:-none} $$ %n" != " $$ x""#, .healthy),
                ("test -d /run/systemd/system", .healthy), ("no-such-command", nil),
            ] as [(String, CheckOutcome?)] {
                let found = await CommandProbe(command: command, on: machine)
                    .check(deadline: .seconds(20))
                if let outcome {
                    #expect(found == outcome, "\(command)")
                } else {
                    #expect(
                        found
                            == .unhealthy("exit status 127: /bin/sh: 1: no-such-command: not found")
                    )
                }
            }
            try await CopyTests.expectNothingLeft(in: lab)
        }
    }

    @Test("a command that hangs is ended at its deadline, with what it said")
    func hangs() async throws {
        try await withLab(.trixie) { lab, machine in
            for command in [
                "echo waiting; sleep 1003", "trap '' TERM INT HUP; sleep 1004; sleep 1005",
            ] {
                let began = ContinuousClock.now
                let outcome = await CommandProbe(command: command, on: machine)
                    .check(deadline: .seconds(1))
                #expect(ContinuousClock.now - began < .seconds(4))
                let words = command.hasPrefix("echo") ? ": waiting" : ""
                #expect(outcome == .unhealthy("no end in time\(words)"))
                try await CopyTests.expectNothingLeft(in: lab)
            }
        }
    }

    @Test("a command that forks and detaches leaves nothing, whether it hangs itself or not")
    func detaches() async throws {
        try await withLab(.trixie) { lab, machine in
            let fork = "setsid sh -c 'trap \"\" TERM HUP; sleep 1006; sleep 1007' >/dev/null 2>&1 &"
            for (command, outcome) in [
                (fork + " exit 0", .healthy), (fork + " exit 1", .unhealthy("exit status 1")),
                (fork + " sleep 1008", .unhealthy("no end in time")),
            ] as [(String, CheckOutcome)] {
                let began = ContinuousClock.now
                let found = await CommandProbe(command: command, on: machine)
                    .check(deadline: .seconds(1))
                #expect(found == outcome, "\(command)")
                #expect(ContinuousClock.now - began < .seconds(5), "\(command)")
                try await CopyTests.expectNothingLeft(in: lab, "\(command)")
            }
        }
    }

    @Test("a lab that is gone is nothing that a probe can tell of")
    func gone() async throws {
        try await withLab(.trixie) { lab, machine in
            try await lab.end()
            for probe in [
                CommandProbe(command: "true", on: machine),
                BusNameProbe(busName: "org.freedesktop.systemd1", on: machine),
            ] as [any Probe] {
                let outcome = await probe.check(deadline: .seconds(2))
                guard case .cannotTell = outcome else {
                    Issue.record("\(outcome)")
                    continue
                }
            }
        }
    }
}
