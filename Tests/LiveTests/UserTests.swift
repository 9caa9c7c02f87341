import Fixtures
import Foundation
import Glibc
import Lab
import Reports
import Systemd
import SystemdBus
import Testing

extension LiveTests {
    @Suite("a user's own service and its socket", .serialized)
    struct UserTests {
        /// A machine with an ordinary user, whose manager runs the service.
        private struct UsersMachine {
            let lab: Lab
            let state: String

            func harden(trials: Int) throws -> BuiltProduct.Run {
                try LiveTests.victim.start([
                    lab.name, "mine.service", state, HandedServer.askWeb, "\(trials)", "60", "mona",
                ])
            }

            @discardableResult
            func shell(_ script: String) async throws -> String {
                try await lab.run(
                    [
                        "runuser", "-u", "mona", "--", "env", "XDG_RUNTIME_DIR=/run/user/1000",
                        "bash", "-c", script,
                    ], within: .seconds(60)
                ).stdout
            }

            func standing() async throws -> String {
                try await shell(
                    """
                    systemctl --user show mine web.socket -p Id,ActiveState,DropInPaths,UnitFileState
                    systemctl --user list-units --all --plain --no-legend "temper*"
                    systemctl --user --failed --plain --no-legend
                    ls -d /run/temper* $XDG_RUNTIME_DIR/systemd/*/temper* 2>/dev/null
                    ls -d $XDG_RUNTIME_DIR/temper* ~/.config/systemd/user/*.d 2>/dev/null
                    (\(HandedServer.askWeb)) && echo answers
                    """)
            }

            func settled(like before: String) async throws -> String {
                var now = try await standing()
                for _ in 0..<200 where now != before {
                    try await Task.sleep(for: .milliseconds(50))
                    now = try await standing()
                }
                return now
            }
        }

        private func withUser(
            _ root: String, _ body: @Sendable (UsersMachine) async throws -> Void
        ) async throws {
            let state = NSTemporaryDirectory() + "temper-live-\(UUID().uuidString)"
            defer { try? FileManager.default.removeItem(atPath: state) }
            try await withLab(root: root) { lab, machine in
                let manager = try await machine.manager(of: machine.account("mona"))
                await manager.bus.close()
                let directory = "/home/mona/.config/systemd/user"
                _ = try await lab.run(["install", "-d", "-o", "mona", "-g", "mona", directory])
                let units = HandedServer.units("mine").filter { $0.key != "ctl.socket" }
                for (name, text) in units {
                    try text.write(
                        toFile: "\(lab.rootPath)\(directory)/\(name)", atomically: true,
                        encoding: .utf8)
                }
                let users = UsersMachine(lab: lab, state: state)
                try await users.shell("systemctl --user daemon-reload")
                try await users.shell("systemctl --user start web.socket")
                try await users.shell("systemctl --user start mine")
                try await body(users)
            }
        }

        @Test(
            "are put back after a campaign, and after SIGKILL",
            arguments: [Release.bookworm.root, Release.services, Release.sid.root])
        func putBack(root: String) async throws {
            try await withUser(root) { machine in
                let before = try await machine.standing()
                #expect(before.contains("answers"), "\(before)")
                let report = try await machine.harden(trials: 6).end()
                #expect(report.status == 0, "\(report.errors)")
                let result = try report.result()
                #expect(result.notCarriedOver.isEmpty)
                #expect(result.exposure.after < result.exposure.before)
                #expect(try await machine.settled(like: before) == before)
                for line in [4, 6, 8] {
                    for suffix in ["", "-wal", "-shm"] {
                        try? FileManager.default.removeItem(
                            atPath: machine.state + "/trials.sqlite" + suffix)
                    }
                    let run = try machine.harden(trials: 6)
                    try await run.said(lines: line)
                    #expect(run.isRunning)
                    run.signal(SIGKILL)
                    _ = try await run.end()
                    #expect(try await machine.settled(like: before) == before, "line \(line)")
                }
            }
        }
    }
}
