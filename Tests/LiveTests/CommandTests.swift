import Fixtures
import Foundation
import Glibc
import Lab
import Reports
import Testing

extension LiveTests {
    /// The machine that runs these tests, as a lab, with its systemd as process 1.
    @Suite("temper harden --live", .serialized)
    struct CommandTests {
        private func withThisMachine(
            _ body: @Sendable (MachineInUse) async throws -> Void
        ) async throws {
            var plan = LabPlan()
            plan.binds = [
                URL(fileURLWithPath: BuiltProduct("temper").path).deletingLastPathComponent().path
            ]
            try await Lab.with(plan) { lab in
                let machine = MachineInUse(lab: lab, state: "/var/lib/temper")
                try await machine.replace(MachineInUse.service)
                try await machine.shell("systemctl enable mine")
                try await body(machine)
            }
        }

        private var command: String {
            BuiltProduct("temper").path
                + " harden mine --live --probe 'test -e /run/mine/pid' --max-trials"
        }

        @Test("hardens a service of the machine that it runs on")
        func whole() async throws {
            try await withThisMachine { machine in
                let before = try await machine.standing()
                let output = try await machine.lab.run(
                    ["sh", "-c", "\(command) 5 --verbose --output /root/drop-in.conf"],
                    within: .seconds(120))
                #expect(output.status == 0, "\(output.stderr)")
                #expect(output.stdout.contains("The service was down for"))
                #expect(output.stdout.contains("DynamicUser, UMask, RemoveIPC"))
                #expect(output.stderr.contains("will be down for about"))
                #expect(try await machine.standing() == before)
                #expect(try await machine.shell("cat /root/drop-in.conf").contains("[Service]"))
                let refused = try await machine.lab.run(
                    ["sh", "-c", "\(command) 5 --try DynamicUser=yes"])
                #expect(refused.status == 64 && refused.stderr.contains("longer than a trial"))
            }
        }

        @Test("its whole control group killed, and its terminal gone")
        func cut() async throws {
            try await withThisMachine { machine in
                let before = try await machine.standing()
                let started = "journalctl -u wrapper --no-pager | grep -q 'run 1'"
                for end in ["systemctl kill -s KILL wrapper", "systemctl kill -s HUP wrapper"] {
                    try await machine.shell("rm -rf /var/lib/temper/trials*")
                    try await machine.shell(
                        "systemd-run -q --unit=wrapper --collect \(command) 100")
                    try await machine.shell(
                        "timeout 60 sh -c \"until \(started); do sleep 0.1; done\"")
                    #expect(try await machine.shell("systemctl is-active mine") == "inactive\n")
                    try await machine.shell("\(end); journalctl --rotate --vacuum-time=1s")
                    let took = try await machine.expectStanding(like: before, "\(end)")
                    print("\(end): \(took.formatted())")
                }
            }
        }

        @Test("where process 1 is not systemd, says so in one line")
        func noSystemd() async throws {
            let report = try await BuiltProduct("temper").run(
                [
                    "harden", "mine", "--live", "--probe", "true", "--state-dir",
                    NSTemporaryDirectory() + "temper-live",
                ])
            // On a machine that systemd runs there is no such service.
            let isRun = FileManager.default.fileExists(atPath: "/run/systemd/system")
            #expect(report.status == 2 && report.complaints.count == 1)
            #expect(
                report.errors.contains(
                    isRun ? "there is no mine.service" : "systemd does not run this machine"))
        }
    }
}
