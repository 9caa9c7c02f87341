import Fixtures
import Foundation
import Reports
import Testing

extension EndToEnd {
    @Suite("hardens services that systemd hands their sockets", .serialized)
    struct SocketTests {
        /// A tree whose machine listens on these sockets from its boot on.
        private func withServer(
            _ release: Release, without left: String = "",
            _ body: (_ root: String) async throws -> Void
        ) async throws {
            let units = HandedServer.units().filter { $0.key != left }
            try await withTree(release, units: units) { root in
                let wanted = root + "/etc/systemd/system/sockets.target.wants"
                try FileManager.default.createDirectory(
                    atPath: wanted, withIntermediateDirectories: true)
                for socket in units.keys where socket.hasSuffix(".socket") {
                    try FileManager.default.createSymbolicLink(
                        atPath: "\(wanted)/\(socket)", withDestinationPath: "../\(socket)")
                }
                try await body(root)
                #expect(try await Tool.leftovers(of: root) == [])
            }
        }

        @Test("two, with two names; the drop-in is proved with them", arguments: Release.allCases)
        func both(release: Release) async throws {
            try await withServer(release) { root in
                try await withState { state in
                    let report = try await Tool.harden(
                        "handed", root: root, state: state,
                        ["--json", "--quiet", "--max-trials", "18"])
                    #expect(report.status == 0, "\(report.errors)")
                    let result = try Tool.result(report)
                    print("\(release): \(result.exposure), \(report.seconds) s")
                    #expect(result.verified && result.notCarriedOver.isEmpty)
                    #expect(result.exposure.after < result.exposure.before)
                    // What is listening already asks for no right to listen.
                    #expect(!result.dropIn.contains("SocketBindAllow="))
                    let text = try await explain(1, state)
                    #expect(text.contains("systemd-run cannot set the listening sockets of"))
                }
            }
        }

        @Test("one, which the commands for a person hand over as well")
        func one() async throws {
            try await withServer(.trixie, without: "web.socket") { root in
                try await withState { state in
                    let report = try await Tool.harden(
                        "handed", root: root, state: state,
                        [
                            "--json", "--quiet", "--max-trials", "8", "--probe",
                            HandedServer.askControl,
                        ])
                    #expect(report.status == 0, "\(report.errors)")
                    let text = try await explain(1, state)
                    #expect(text.contains("systemctl stop ctl.socket"), "\(text)")
                    #expect(text.contains("--socket-property=ListenStream=/run/handed.ctl "))
                    #expect(try await Tool.repeatByHand(text) == 0, "\(text)")
                }
            }
        }

        @Test("fails without them, and says what opens them")
        func closed() async throws {
            try await withTree(.trixie, units: HandedServer.units()) { root in
                try await withState { state in
                    let report = try await Tool.harden(
                        "handed", root: root, state: state, ["--quiet"])
                    #expect(report.status == 2)
                    #expect(
                        report.errors.contains(
                            "Perhaps it needs the sockets of ctl.socket and web.socket, which are not "
                                + "active in the lab; Prepare=systemctl start ctl.socket web.socket in a "
                                + "plan opens them"), "\(report.errors)")
                    let plan = state + "/plan"
                    try "[X-Temper]\nPrepare=systemctl start ctl.socket web.socket\n".write(
                        toFile: plan, atomically: true, encoding: .utf8)
                    let opened = try await Tool.harden(
                        "handed", root: root, state: state,
                        ["--json", "--quiet", "--max-trials", "8", "--plan", plan])
                    #expect(opened.status == 0, "\(opened.errors)")
                }
            }
        }

        @Test("a user's own")
        func user() async throws {
            let units = HandedServer.units().filter { $0.key != "ctl.socket" }
            let placed = units.map { ("../user/\($0.key)", $0.value) }
            try await withTree(
                .bookworm, units: Dictionary(uniqueKeysWithValues: placed)
            ) { root in
                let wanted = root + "/etc/systemd/user/sockets.target.wants"
                try FileManager.default.createDirectory(
                    atPath: wanted, withIntermediateDirectories: true)
                try FileManager.default.createSymbolicLink(
                    atPath: wanted + "/web.socket", withDestinationPath: "../web.socket")
                try await withState { state in
                    let report = try await Tool.harden(
                        "handed", root: root, state: state,
                        [
                            "--user", "--as", "mona", "--json", "--quiet", "--max-trials", "8",
                            "--probe", HandedServer.askWeb,
                        ])
                    #expect(report.status == 0, "\(report.errors)")
                    let result = try Tool.result(report)
                    #expect(result.verified && result.notCarriedOver.isEmpty)
                }
            }
        }

        @Test("not one that a socket starts for each connection: said in one line")
        func connections() async throws {
            let units = [
                "each.socket": "[Socket]\nListenStream=7001\nAccept=yes\n",
                "each@.service": "[Service]\nExecStart=-/bin/cat\nStandardInput=socket\n",
            ]
            try await withTree(.trixie, units: units) { root in
                try await withState { state in
                    let report = try await Tool.harden(
                        "each@1", root: root, state: state, ["--quiet", "--probe", "true"])
                    #expect(report.status == 2 && report.complaints.count == 1, "\(report.errors)")
                    #expect(report.errors.contains("each.socket starts each@1.service anew"))
                }
            }
        }

        private func explain(_ trial: Int, _ state: String) async throws -> String {
            try await Tool.temper.run(["explain", "\(trial)", "--state-dir", state]).output
        }
    }
}
