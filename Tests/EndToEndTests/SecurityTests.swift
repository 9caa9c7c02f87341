import Fixtures
import Foundation
import Glibc
import Reports
import Testing

extension EndToEnd {
    @Suite("keeps secrets, and does nothing for those who may not ask for it", .serialized)
    struct SecurityTests {
        private static let secrets = [
            "hunter2-of-the-environment", "file-s3cr3t-value", "set-credential-4Uhd",
            "loaded-credential-9xQ",
        ]

        /// Says all that it knows as soon as something fails, and at every start.
        private static let talkative = """
            [Service]
            Type=exec
            Environment=API_KEY=hunter2-of-the-environment
            EnvironmentFile=/etc/talkative.env
            SetCredential=token:set-credential-4Uhd
            LoadCredential=key:/etc/talkative.key
            ExecStart=/bin/sh -c 'echo "error: $API_KEY $PASSWORD" \
            "$$(cat $CREDENTIALS_DIRECTORY/token) $$(cat $CREDENTIALS_DIRECTORY/key)"; \
            touch /srv/talkative || exit 7; exec sleep 1000'
            """

        private func withTalkative(_ body: (String) async throws -> Void) async throws {
            try await withTree(.trixie, units: ["talkative.service": Self.talkative]) { root in
                try "PASSWORD='file-s3cr3t-value'\n".write(
                    toFile: root + "/etc/talkative.env", atomically: true, encoding: .utf8)
                try "loaded-credential-9xQ\n".write(
                    toFile: root + "/etc/talkative.key", atomically: true, encoding: .utf8)
                try await body(root)
            }
        }

        private func expectNoSecrets(
            _ state: String, _ report: BuiltProduct.Report,
            location: SourceLocation = #_sourceLocation
        ) async throws {
            for secret in Self.secrets {
                #expect(!report.output.contains(secret), sourceLocation: location)
                #expect(!report.errors.contains(secret), sourceLocation: location)
                let found = try await runProgram("/bin/grep", ["-rla", "-e", secret, state])
                #expect(found.output == "", "\(secret)", sourceLocation: location)
            }
        }

        @Test("no secret of a unit is in the ledger, the result or on the terminal")
        func secrets() async throws {
            try await withTalkative { root in
                try await withState { state in
                    let options = ["--max-trials", "6", "--keep", "SystemCallFilter"]
                    let report = try await Tool.harden(
                        "talkative", root: root, state: state,
                        options + ["--json", "--probe", "test -e /srv/talkative"])
                    #expect(report.status == 0, "\(report.errors)")
                    try await expectNoSecrets(state, report)
                    // Its words are there, with where the secrets come from.
                    let words = try await runProgram(
                        "/bin/grep", ["-rla", "-e", "error: \\[API_KEY\\] \\[PASSWORD\\]", state])
                    #expect(words.output.contains("trials.sqlite"))
                    for name in ["", "/trials.sqlite"] {
                        var about = stat()
                        #expect(lstat(state + name, &about) == 0)
                        #expect(about.st_mode & 0o077 == 0, "\(name)")
                    }
                }
            }
        }

        @Test(
            "nor in what is said when the service never passes, or its probe tells all",
            arguments: ["300ms", "4s"])
        func failing(patience: String) async throws {
            try await withTalkative { root in
                try await withState { state in
                    let report = try await Tool.harden(
                        "talkative", root: root, state: state,
                        [
                            "--start-period", patience, "--probe",
                            "cat /etc/talkative.key; cat /etc/talkative.env; exit 1",
                        ])
                    #expect(report.status == 2)
                    #expect(report.errors.contains("[PASSWORD]"), "\(report.errors)")
                    try await expectNoSecrets(state, report)
                }
            }
        }

        @Test("probe commands run as the user that is named, or as the one who called sudo")
        func probeUser() async throws {
            try await withState { state in
                let options = ["--quiet", "--max-trials", "3", "--force"]
                func harden(
                    _ probe: [String], sudo: String? = nil
                ) async throws -> BuiltProduct.Report {
                    try await Tool.temper.run(
                        ["harden", "cron", "--root", Release.services, "--state-dir", state]
                            + options + probe,
                        environment: sudo.map { ["SUDO_UID": $0] } ?? [:])
                }
                let isMona = ["--probe", "test $(id -un) = mona", "--start-period", "300ms"]
                let named = try await harden(isMona + ["--probe-user", "mona"])
                #expect(named.status != 2 && named.status != 64, "\(named.errors)")
                let caller = try await harden(isMona, sudo: "1000")
                #expect(caller.status != 2 && caller.status != 64, "\(caller.errors)")
                let root = try await harden(isMona)
                #expect(root.status == 2, "\(root.errors)")
                let unknown = try await harden(isMona + ["--probe-user", "nobody-here"])
                #expect(unknown.status == 64)
                #expect(unknown.complaints.count == 1, "\(unknown.errors)")
                let bad = try await harden(isMona + ["--probe-user", "a b"])
                #expect(bad.status == 64, "\(bad.errors)")
            }
        }

        @Test("plans that another user may write are refused in one line outside of a lab")
        func foreignFiles() async throws {
            try await withState { state in
                try FileManager.default.createDirectory(
                    atPath: state, withIntermediateDirectories: true)
                let plan = state + "/x.temper"
                try "[X-Temper]\nProbe=true\n".write(
                    toFile: plan, atomically: true, encoding: .utf8)
                chmod(plan, 0o666)
                let open = try await Tool.temper.run(
                    ["harden", "cron", "--state-dir", state + "/s", "--plan", plan, "--live"],
                    within: .seconds(60))
                #expect(open.status == 2)
                #expect(open.complaints.count == 1)
                #expect(open.errors.contains("may be written by others"), "\(open.errors)")
                chmod(plan, 0o644)
                chmod(state, 0o777)
                let directory = try await Tool.harden(
                    "cron", root: Release.trixie.root, state: state + "/s", ["--probe", "true"])
                #expect(directory.status == 2)
                #expect(directory.complaints.count == 1)
                #expect(directory.errors.contains("is not to be trusted"), "\(directory.errors)")
                #expect(!FileManager.default.fileExists(atPath: state + "/s"))
                chmod(state, 0o755)
            }
        }

        @Test("an output file is no link, and readable by others")
        func output() async throws {
            try await withState { state in
                try FileManager.default.createDirectory(
                    atPath: state, withIntermediateDirectories: true)
                let link = state + "/out.conf"
                symlink("/etc/hostname", link)
                let report = try await Tool.harden(
                    "cron", root: Release.trixie.root, state: state + "/s",
                    ["--probe", "true", "-o", link])
                #expect(report.status == 64)
                #expect(report.errors.contains("is a link or no file"), "\(report.errors)")
            }
        }

        @Test("no failure of a trial reboots the lab or starts what reacts to failure")
        func emergencies() async throws {
            let units = [
                "grave.service": """
                [Unit]
                OnFailure=witness.service
                OnSuccess=witness.service
                FailureAction=reboot-force
                SuccessAction=poweroff-force
                StartLimitAction=reboot-force
                StartLimitBurst=1
                StartLimitIntervalSec=1h
                JobTimeoutAction=reboot-force
                [Service]
                Type=exec
                Restart=always
                ExecStart=/bin/sh -c 'touch /srv/a && exec sleep 1000'
                """,
                "witness.service": "[Service]\nExecStart=/bin/touch /srv/fired\n",
            ]
            try await withTree(.trixie, units: units) { root in
                try await withState { state in
                    let report = try await Tool.harden(
                        "grave", root: root, state: state,
                        [
                            "--probe", "test -e /srv/a && test ! -e /srv/fired", "--json",
                            "--quiet", "--max-trials", "8",
                        ])
                    #expect(report.status == 0, "\(report.errors)")
                    let result = try Tool.result(report)
                    #expect(result.verified)
                    #expect(!result.refused.isEmpty)
                }
                #expect(try await Tool.leftovers(of: root) == [])
            }
        }
    }
}
