import Fixtures
import Foundation
import Hardening
import Reports
import Testing

/// Suites that boot labs run one after the other: they would fight for the processors.
@Suite("temper", .serialized, .timeLimit(.minutes(15)))
enum EndToEnd {}

extension EndToEnd {
    @Suite("hardens real services", .serialized)
    struct HardenTests {
        private func harden(
            _ unit: String, on release: Release = .trixie, _ arguments: String...
        ) async throws -> HardeningResult {
            try await withState { state in
                let began = Date()
                let report = try await Tool.harden(
                    unit, root: release.root, state: state, arguments + ["--json", "--quiet"])
                #expect(report.status == 0, "\(report.errors)")
                #expect(report.errors.isEmpty)
                let result = try Tool.result(report)
                print("\(unit): \(result.exposure) \(result.trials) trials, \(report.seconds) s")
                #expect(result.schema == "temper.harden/1")
                #expect(result.unit.hasPrefix(unit.prefix { $0 != "." }))
                #expect(result.exposure.after < result.exposure.before)
                #expect(result.verified)
                #expect(result.dropIn.contains("[Service]"))
                for accepted in result.accepted {
                    #expect(!result.refused.contains { $0.restriction == accepted })
                }
                for refused in result.refused {
                    #expect((1...result.trials).contains(refused.trial))
                    #expect(!refused.because.isEmpty && !refused.conflict.isEmpty)
                }
                #expect(try await Tool.leftovers(of: release.root) == [])
                #expect(try await Tool.changes(in: release.root, since: began) == "")
                return result
            }
        }

        @Test("nginx to an exposure of 2.4 or less, proved; told in at most 40 lines of 80 columns")
        func nginx() async throws {
            try await withState { state in
                let hardened = try await Tool.harden(
                    "nginx", root: Release.trixie.root, state: state,
                    ["--probe-http", "http://127.0.0.1/"])
                #expect(hardened.status == 0, "\(hardened.errors)")
                let json = try await Tool.temper.run(
                    ["report", "nginx", "--format", "json", "--state-dir", state])
                let result = try JSONDecoder().decode(Report.self, from: Data(json.output.utf8))
                    .units[0].result
                #expect(result.exposure.after <= 2.4)
                #expect(result.ending == .complete && result.verified)
                #expect(result.exposure.before == 9.6)
                let begin = try #require(hardened.errors.range(of: "\nNext ("))
                let lines = (hardened.output + hardened.errors[begin.lowerBound...])
                    .split(separator: "\n", omittingEmptySubsequences: false).dropLast()
                #expect(lines.count <= 40, "\(lines.joined(separator: "\n"))")
                // A path of the user's is not cut.
                #expect(lines.allSatisfy { $0.count <= 80 || $0.contains(state) }, "\(lines)")
                var choices = NextSteps.Choices()
                choices.record = "/var/lib/temper"
                let sample = try ReadmeSample()
                let screen = hardened.output + NextSteps(after: result, choices).text
                #expect(sample.linesMissing(in: screen) == [], "\(screen)")
                #expect(result.dropIn.contains(sample.dropIn), "\(sample.dropIn)")
                let all = try await Tool.temper.run(["report", "nginx", "--state-dir", state])
                for refusal in result.refused {
                    let words = RestrictionWords(refusal.restriction)
                    #expect(all.output.contains("  \(words.refused)"), "\(all.output)")
                }
                #expect(all.output.contains("\nContested: left open"))
                #expect(all.output.contains("\nWays out that stay open"))
                #expect(all.output.contains("\nDrop-in\n"))
            }
            #expect(try await Tool.leftovers(of: Release.trixie.root) == [])
        }

        @Test("nginx in caged labs, as of a tree of others; what is not judged there is said")
        func caged() async throws {
            let result = try await harden(
                "nginx", "--probe-http", "http://127.0.0.1/", "--untrusted")
            #expect(result.exposure.after <= 2.6)
            let unjudged = result.ignored.filter { $0.because == MachineFacts.uncaged }
            #expect(unjudged.contains { $0.restriction.hasPrefix("IPAddressDeny=") })
            #expect(!result.dropIn.contains("IPAddressDeny="))
            #expect(
                HardeningText(result, isColoured: false).text.contains("\nNot judged\n"))
        }

        @Test("redis, by a command")
        func redis() async throws {
            _ = try await harden(
                "redis-server.service", "--probe", "redis-cli ping | grep -q PONG",
                "--good-enough", "0.9")
        }

        @Test("memcached, by a connection")
        func memcached() async throws {
            _ = try await harden(
                "memcached", "--probe-tcp", "127.0.0.1:11211", "--good-enough", "3.0")
        }

        @Test("ssh, by a connection")
        func ssh() async throws {
            let result = try await harden(
                "ssh", "--probe-tcp", "127.0.0.1:22", "--good-enough", "5.0", "--force")
            #expect(result.warnings.contains { $0.contains("login sessions") })
        }

        @Test("an instance of postgresql, by a query")
        func postgresql() async throws {
            _ = try await harden(
                Release.trixie.postgresql, "--probe", #"su postgres -c 'psql -c "select 1"'"#,
                "--good-enough", "9.0")
        }

        @Test("a unit that carries its own plan needs no options")
        func ownPlan() async throws {
            let unit = """
                [Service]
                Type=exec
                ExecStart=/usr/bin/redis-server --port 7000 --save ""

                [X-Temper]
                Probe=redis-cli -p 7000 ping | grep -q PONG
                Keep=PrivateNetwork ProtectHome=no
                Settle=20ms
                """
            try await withTree(.trixie, units: ["mine.service": unit]) { root in
                try await withState { state in
                    let report = try await Tool.harden(
                        "mine", root: root, state: state,
                        ["--json", "--quiet", "--max-trials", "16"])
                    #expect(report.status == 0, "\(report.errors)")
                    let result = try Tool.result(report)
                    #expect(result.verified && result.exposure.after < result.exposure.before)
                    #expect(!result.dropIn.contains("\nPrivateNetwork="))
                    #expect(!result.dropIn.contains("\nProtectHome="))
                }
                #expect(try await Tool.leftovers(of: root) == [])
            }
        }

        @Test(
            "a service of every type",
            arguments: ["simple", "exec", "notify", "forking", "oneshot", "dbus"])
        func types(type: String) async throws {
            let commands = [
                "simple": "ExecStart=/bin/sleep 1000", "exec": "ExecStart=/bin/sleep 1000",
                "notify":
                    "NotifyAccess=all\nExecStart=/bin/sh -c 'systemd-notify --ready; exec sleep 1000'",
                "forking": "ExecStart=/bin/sh -c 'sleep 1000 & exit 0'",
                "oneshot": "RemainAfterExit=yes\nExecStart=/bin/true",
                "dbus":
                    "BusName=org.freedesktop.hostname1\nExecStart=/usr/lib/systemd/systemd-hostnamed",
            ]
            let unit = "[Service]\nType=\(type)\n\(commands[type] ?? "")\n"
            // A bus name can be claimed by one unit only, so that one is replaced.
            let name = type == "dbus" ? "systemd-hostnamed.service" : "mine.service"
            try await withTree(.trixie, units: [name: unit]) { root in
                try await withState { state in
                    let probe =
                        type == "dbus"
                        ? ["--probe-dbus", "org.freedesktop.hostname1"]
                        : [
                            "--probe",
                            "systemctl --failed --plain --no-legend | wc -l | grep -qx 0",
                        ]
                    let report = try await Tool.harden(
                        name, root: root, state: state,
                        ["--json", "--quiet", "--fast", "--strictest", "--max-trials", "5"] + probe)
                    #expect(report.status == 0, "\(report.errors)")
                    let result = try Tool.result(report)
                    print("\(type): \(result.exposure), \(report.seconds) s")
                    #expect(result.verified && result.exposure.after < result.exposure.before)
                }
                #expect(try await Tool.leftovers(of: root) == [])
            }
        }
    }
}
