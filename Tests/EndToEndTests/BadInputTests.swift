import Fixtures
import Foundation
import Glibc
import Testing

extension EndToEnd {
    @Suite("says in one line what is wrong", .serialized)
    struct BadInputTests {
        static let root = Release.trixie.root
        static let probe = ["--probe-http", "http://127.0.0.1/"]

        /// Runs `temper harden nginx` with these arguments, expects that status and a line with
        /// these words, and that nothing is left and nothing printed as a result.
        private func expect(
            _ status: Int32, _ words: String, unit: String = "nginx", root: String = root,
            _ arguments: [String] = probe, isOneLine: Bool = true
        ) async throws {
            try await withState { state in
                let report = try await Tool.harden(
                    unit, root: root, state: state, ["--quiet"] + arguments)
                check(report, status, words, isOneLine: isOneLine)
            }
            #expect(try await Tool.leftovers(of: root) == [])
        }

        private func check(
            _ report: BuiltProduct.Report, _ status: Int32, _ words: String, isOneLine: Bool = true
        ) {
            #expect(report.status == status, "\(report.errors)")
            #expect(report.errors.contains(words), "\(report.errors)")
            #expect(report.output.isEmpty, "\(report.output)")
            // Bad usage ends with a hint at the help.
            let lines = report.complaints.filter {
                !$0.hasPrefix("Usage:") && !$0.hasPrefix("  See ")
            }
            if isOneLine { #expect(lines.count == 1, "\(report.errors)") }
        }

        // MARK: Usage

        @Test(
            "bad usage is seen before anything is booted",
            arguments: [
                ("postgresql@", probe, "is a template; name an instance"),
                ("nginx.socket", probe, "is not a service"),
                ("ng inx", probe, "is not a unit's name"),
                ("../x", probe, "is not a unit's name"), ("", probe, "is not a unit's name"),
                ("nginx", ["--probe-http", "127.0.0.1"], "--probe-http"),
                ("nginx", ["--probe-tcp", "22"], "--probe-tcp"),
                ("nginx", ["--probe-unix", "x"], "--probe-unix"),
                ("nginx", probe + ["--timeout", "soon"], "--timeout"),
                ("nginx", probe + ["--start-period=-1s"], "--start-period"),
                ("nginx", probe + ["--success-threshold", "0"], "--success-threshold"),
                ("nginx", probe + ["--keep", "ProtectSysten"], "ProtectSysten"),
                ("nginx", probe + ["--try", "Nonsense=yes"], "Nonsense"),
                ("nginx", probe + ["--plan", "/no/such/plan"], "/no/such/plan"),
                ("nginx", probe + ["--plan", "/usr"], "/usr"),
                ("nginx", probe + ["--max-trials", "1"], "--max-trials"),
                ("nginx", probe + ["--good-enough", "11"], "--good-enough"),
                ("nginx", probe + ["--nonsense"], "--nonsense"),
            ] as [(String, [String], String)])
        func usage(unit: String, arguments: [String], words: String) async throws {
            let began = ContinuousClock.now
            try await expect(64, words, unit: unit, arguments)
            #expect(ContinuousClock.now - began < .seconds(5))
        }

        @Test("a plan with a mistake is told with its file and line")
        func badPlan() async throws {
            try await withState { directory in
                try FileManager.default.createDirectory(
                    atPath: directory, withIntermediateDirectories: true)
                let plan = directory + "/plan"
                try "[X-Temper]\nProbeHTPP=x\n".write(
                    toFile: plan, atomically: true, encoding: .utf8)
                try await expect(64, "\(plan):2: there is no setting ProbeHTPP=", ["--plan", plan])
            }
        }

        // MARK: Units

        @Test("a unit that does not exist")
        func unknownUnit() async throws {
            try await expect(
                2, "there is no ngimx.service here; did you mean nginx.service?", unit: "ngimx")
            try await expect(
                2, "there is no nonsense.service here; `temper lab exec`", unit: "nonsense")
            try await expect(
                2, "no lab starts systemd-udevd.service: it would", unit: "systemd-udevd")
        }

        @Test("a unit that is masked, and one that systemd cannot load")
        func brokenUnits() async throws {
            let units = ["broken.service": "[Service]\nType=nonsense\n"]
            try await withTree(.trixie, units: units) { root in
                try FileManager.default.createSymbolicLink(
                    atPath: root + "/etc/systemd/system/masked.service",
                    withDestinationPath: "/dev/null")
                try await expect(2, "masked.service is masked", unit: "masked", root: root)
                try await expect(2, "cannot load broken.service", unit: "broken", root: root)
            }
        }

        // MARK: Probes

        @Test("a probe that never passes: what was seen, and how to see it oneself")
        func neverPasses() async throws {
            let options = ["--start-period", "300ms"]
            try await expect(
                2, "fails without any restriction: GET http://127.0.0.1:81/: connection refused",
                ["--probe-http", "http://127.0.0.1:81/"] + options, isOneLine: false)
            try await expect(
                2, "temper lab up look --root \(BadInputTests.root)",
                ["--probe", "echo no; exit 3"] + options, isOneLine: false)
        }

        @Test("a probe that hangs, and one that forks and detaches")
        func hangs() async throws {
            let options = ["--start-period", "300ms", "--timeout", "500ms"]
            try await expect(
                2, "no end in time", ["--probe", "sleep 1000"] + options, isOneLine: false)
            try await expect(
                2, "no end in time",
                ["--probe", "setsid sleep 2000 >/dev/null 2>&1 & sleep 1000"] + options,
                isOneLine: false)
        }

        @Test("a command that no service can make succeed is refused at once")
        func impossible() async throws {
            let began = ContinuousClock.now
            try await expect(
                2, "cannot hold: there is no program kurl where the service runs",
                ["--probe", "kurl http://127.0.0.1/"])
            try await expect(
                64,
                "the probe “if then” is no command for /bin/sh: exit status 2: /bin/sh: 1: Syntax",
                ["--probe", "if then"])
            #expect(ContinuousClock.now - began < .seconds(20))
        }

        @Test("what a probe answers is told while it is waited for, and how to ask by hand")
        func waiting() async throws {
            try await withState { state in
                let report = try await Tool.harden(
                    "nginx", root: BadInputTests.root, state: state,
                    ["--probe-http", "http://127.0.0.1/nothing", "--start-period", "4s"])
                #expect(report.status == 2)
                let lines = report.complaints
                #expect(
                    lines.contains(
                        "the probe does not hold yet, which has 4.0 s (--start-period): "
                            + "GET http://127.0.0.1/nothing: HTTP 404"), "\(report.errors)")
                #expect(
                    lines.contains {
                        $0.hasPrefix("temper: the service is up, and its probe fails without any")
                    }, "\(report.errors)")
                #expect(
                    lines.contains(
                        "    temper lab exec look sh -c 'curl -fsS http://127.0.0.1/nothing >/dev/null'"
                    ),
                    "\(report.errors)")
            }
        }

        @Test("a probe that cannot tell")
        func cannotTell() async throws {
            try await expect(
                2, "could not tell: exit status 125: who knows",
                ["--probe", "echo who knows; exit 125"], isOneLine: false)
        }

        // MARK: Places

        @Test("a root tree that is not there, is no tree, or has no systemd")
        func badRoots() async throws {
            try await expect(2, "/no/such/tree", root: "/no/such/tree")
            try await expect(2, "/etc/passwd", root: "/etc/passwd")
            try await withState { empty in
                try FileManager.default.createDirectory(
                    atPath: empty + "/bin", withIntermediateDirectories: true)
                try await expect(2, "systemd", root: empty)
            }
        }

        @Test("nobody may not do it")
        func nobody() async throws {
            try await withState { state in
                // Nobody must be able to run the program that was built here.
                let report = try await runProgram(
                    "/usr/bin/setpriv",
                    [
                        "--reuid=65534", "--regid=65534", "--clear-groups", Tool.temper.path,
                        "harden", "nginx", "--root", BadInputTests.root, "--state-dir", state,
                    ] + BadInputTests.probe)
                #expect(report.status == 2, "\(report.status) \(report.errors)")
                #expect(report.errors.contains("root"), "\(report.errors)")
            }
            #expect(try await Tool.leftovers(of: BadInputTests.root) == [])
        }

        // MARK: The record

        @Test("a ledger that is damaged, and one that cannot be made")
        func badLedgers() async throws {
            try await withState { state in
                try FileManager.default.createDirectory(
                    atPath: state, withIntermediateDirectories: true)
                try String(repeating: "nonsense", count: 1_000).write(
                    toFile: state + "/trials.sqlite", atomically: true, encoding: .utf8)
                let report = try await Tool.harden(
                    "nginx", root: BadInputTests.root, state: state, BadInputTests.probe)
                check(report, 2, "is damaged or no ledger; move the file away")
            }
            let report = try await Tool.harden(
                "nginx", root: BadInputTests.root, state: "/proc/nothing", BadInputTests.probe)
            check(report, 2, "--state-dir")
        }

        @Test("a disk that fills up under the ledger")
        func fullDisk() async throws {
            try await withState { state in
                try FileManager.default.createDirectory(
                    atPath: state, withIntermediateDirectories: true)
                try #require(
                    mount("tmpfs", state, "tmpfs", 0, "size=132k,mode=0700") == 0, "needs root")
                defer { umount2(state, Int32(MNT_DETACH)) }
                let report = try await Tool.harden(
                    "nginx", root: BadInputTests.root, state: state,
                    BadInputTests.probe + ["--quiet"])
                check(report, 2, "is full or failing; make room or choose another place")
                #expect(try await Tool.leftovers(of: BadInputTests.root) == [])
            }
        }

        @Test("two campaigns on one unit at once: the second is told, the first goes on")
        func twoAtOnce() async throws {
            try await withState { state in
                let arguments =
                    [
                        "harden", "nginx", "--root", BadInputTests.root, "--state-dir", state,
                        "--quiet", "--max-trials", "4",
                    ] + BadInputTests.probe
                let first = try Tool.temper.start(arguments)
                while first.isRunning,
                    !FileManager.default.fileExists(atPath: state + "/trials.sqlite")
                {
                    try await Task.sleep(for: .milliseconds(20))
                }
                let second = try await Tool.temper.run(arguments)
                check(second, 2, "another campaign on nginx.service is under way")
                #expect(try await first.end().status == 0)
            }
        }

        @Test("an output file that cannot be written is told before the work is done")
        func badOutput() async throws {
            let began = ContinuousClock.now
            try await expect(
                64, "/no/such/directory/x.conf",
                BadInputTests.probe + ["-o", "/no/such/directory/x.conf"])
            #expect(ContinuousClock.now - began < .seconds(10))
        }
    }
}
