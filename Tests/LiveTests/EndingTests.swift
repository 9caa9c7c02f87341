import Fixtures
import Foundation
import Glibc
import Reports
import Testing

extension LiveTests {
    @Suite("a service is put back however temper ends, and what happens meanwhile", .serialized)
    struct EndingTests {
        @Test("a signal ends it tidily, with what was found so far")
        func signals() async throws {
            try await MachineInUse.with(.trixie) { machine in
                let before = try await machine.standing()
                for number in [SIGINT, SIGTERM, SIGHUP] {
                    let run = try machine.harden(trials: 100)
                    try await run.said(or: "can all of these be taken")
                    run.signal(number)
                    let report = try await run.end()
                    #expect(report.status == 130, "\(report.errors)")
                    #expect(report.errors.contains("temper: ending; once more to end at once"))
                    #expect(report.errors.contains("runs again as before"))
                    #expect(try report.result().ending == .interrupted)
                    #expect(try await machine.standing() == before)
                }
            }
        }

        @Test("the second signal ends it at once")
        func twice() async throws {
            try await MachineInUse.with(.trixie) { machine in
                let before = try await machine.standing()
                let run = try machine.harden(trials: 100)
                try await run.said(or: "the service as it is, run 1")
                run.signal(SIGINT)
                try await run.said(or: "once more")
                run.signal(SIGINT)
                #expect(try await run.end().status == 130)
                try await machine.expectStanding(like: before)
            }
        }

        @Test("one that is stopped and never goes on is not waited for")
        func stopped() async throws {
            try await MachineInUse.with(.trixie) { machine in
                let before = try await machine.standing()
                let run = try machine.harden(trials: 100, downtime: 5)
                try await run.said(or: "the service as it is, run 1")
                run.signal(SIGSTOP)
                // Temper still holds its references: only the service is looked at.
                for _ in 0..<400
                where try await machine.shell("systemctl is-active mine") != "active\n" {
                    try await Task.sleep(for: .milliseconds(50))
                }
                #expect(try await machine.shell("systemctl is-active mine") == "active\n")
                run.signal(SIGCONT)
                let report = try await run.end()
                #expect(
                    report.errors.contains("the time that the service may be down is over")
                        || report.status == 0, "\(report.errors)")
                try await machine.expectStanding(like: before)
            }
        }

        @Test("the kernel ends it for lack of memory", arguments: Release.allCases)
        func outOfMemory(release: Release) async throws {
            try await MachineInUse.with(release) { machine in
                let before = try await machine.standing()
                for moment in ["the service as it is, run 1", "can all of these be taken"] {
                    let group = try MemoryGroup()
                    defer { group.remove() }
                    let run = try machine.harden(trials: 100)
                    try await run.said(or: moment)
                    try group.confine(run.pid, to: 65536)
                    let report = try await run.end()
                    #expect(report.status == 128 + SIGKILL, "\(report.errors)")
                    #expect(group.kills > 0)
                    let took = try await machine.expectStanding(like: before, "\(moment)")
                    print("\(release): out of memory, after \(took.formatted())")
                }
            }
        }

        @Test("the service waits for a copy that ends by itself", arguments: Release.allCases)
        func dyingCopy(release: Release) async throws {
            let removal = "/bin/rm -f /run/mine/pid"
            let slow = MachineInUse.service.replacingOccurrences(
                of: removal,
                with: "/bin/sh -c 'sleep 3; while [ -e /run/held ]; do sleep .1; done; "
                    + "exec \(removal)'")
            #expect(slow != MachineInUse.service)
            try await MachineInUse.with(release, units: ["mine.service": slow]) { machine in
                let before = try await machine.standing()
                let run = try machine.harden(trials: 100)
                try await run.said(or: "the service as it is, run 1")
                // A copy whose main process is gone has no job; the end of what it is bound to
                // gives it none either. Its last command goes on until all of that is seen, however
                // busy the machine is.
                let ending = try await machine.shell(
                    """
                    unit() { systemctl list-units --plain --no-legend 'temper*' | grep "$1" |
                        cut -d ' ' -f 1; }
                    state() { systemctl show -P SubState "$copy"; }
                    for attempt in 1 2 3 4 5; do
                        until copy=$(unit 'copy of mine') &&
                            systemctl kill -s KILL --kill-who=main "$copy"; do sleep .02; done
                        >/run/held
                        until [[ "$(state)" =~ stop-post|failed|dead ]]; do sleep .02; done
                        [ "$(state)" != stop-post ] || break
                        rm /run/held
                    done
                    systemctl kill -s KILL "$(unit 'hang on this')"
                    state
                    rm -f /run/held
                    """)
                #expect(ending == "stop-post\n")
                _ = try await run.end()
                try await machine.shell(
                    "until [ -z \"$(systemctl list-units --plain --no-legend 'temper*')\" ]; "
                        + "do sleep .1; done")
                try await machine.expectStanding(like: before)
            }
        }

        @Test("somebody else starts the service: that ends it", arguments: Release.allCases)
        func foreignStart(release: Release) async throws {
            try await MachineInUse.with(release) { machine in
                let before = try await machine.standing()
                let run = try machine.harden(trials: 100)
                try await run.said(or: "the service as it is, run 2")
                try await machine.shell("systemctl start mine")
                let report = try await run.end()
                #expect(report.status == 0, "\(report.errors)")
                let all: Comment = "\(report.errors)\n\(report.output)"
                #expect(try report.result().ending == .limit, all)
                #expect(
                    try report.result().warnings.contains {
                        $0.contains("somebody started mine.service")
                    }, all)
                try await machine.expectStanding(like: before)
            }
        }

        @Test(
            "the manager is reloaded and executed again, the bus restarted, the stand-in killed",
            arguments: Release.allCases)
        func upheavals(release: Release) async throws {
            try await MachineInUse.with(release) { machine in
                let before = try await machine.standing()
                for upheaval in ["systemctl daemon-reload", "systemctl daemon-reexec"] {
                    let run = try machine.harden(trials: 4)
                    try await run.said(or: "the service as it is, run 1")
                    try await machine.shell(upheaval)
                    let report = try await run.end()
                    #expect(report.status == 0, "\(upheaval): \(report.errors)")
                    try await machine.expectStanding(like: before)
                }
                let killed = try machine.harden(trials: 100)
                try await killed.said(or: "the service as it is, run 1")
                try await machine.shell("systemctl kill -s KILL 'temper*'")
                #expect(try await killed.end().status != 130)
                try await machine.expectStanding(like: before)

                let lost = try machine.harden(trials: 100)
                try await lost.said(or: "the service as it is, run 1")
                try await machine.shell(
                    "systemctl kill -s KILL dbus; systemctl restart dbus.socket dbus")
                let report = try await lost.end()
                #expect(report.status == 2, "\(report.errors)")
                try await machine.expectStanding(like: before)
            }
        }
    }
}
