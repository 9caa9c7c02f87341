import Fixtures
import Foundation
import Testing

/// What is wrong with the words alone: no lab is booted, and nobody waits.
@Suite("What cannot be meant is told in one line, at once", .timeLimit(.minutes(2)))
struct BadWordsTests {
    private static let temper = BuiltProduct("temper")

    /// Runs temper without a record of its own.
    private static func run(_ words: [String]) async throws -> BuiltProduct.Report {
        try await temper.run(
            words, environment: ["HOME": "/nonexistent", "XDG_STATE_HOME": ""],
            within: .seconds(20))
    }

    private static let harden = ["harden", "nginx", "--probe-tcp", "127.0.0.1:80"]

    @Test(
        "the whole line, and the exit status of usage",
        arguments: [
            (["hardn", "nginx"], "there is no command “hardn” of temper; did you mean harden?"),
            (["lab", "exce", "x"], "there is no command “exce” of temper lab; did you mean exec?"),
            (
                ["report", "nginx", "--format", "pdf"],
                "The value 'pdf' is invalid for '--format <format>'. Please provide one of the "
                    + "following: text, markdown, html, json, junit, sarif, drop-in, patch, "
                    + "nixos, ansible, quadlet, security-policy"
            ),
            (["frobnicate"], "there is no command “frobnicate” of temper"),
            (
                ["harden", "nginx", "--probe-http", "http://127.0.0.1:99999/"],
                "--probe-http: “http://127.0.0.1:99999/” is not a URL: a port is a number from 1 to "
                    + "65535; write one such as http://127.0.0.1/"
            ),
            (
                ["harden", "nginx", "--probe-tcp", "localhost:0"],
                "--probe-tcp: “localhost:0” is not HOST:PORT: a port is a number from 1 to 65535; "
                    + "write one such as 127.0.0.1:6379"
            ),
            (
                ["harden", "nginx", "--probe-dbus", "foo"],
                "--probe-dbus: “foo” is not a bus name; write one such as org.example.Thing"
            ),
            (["harden", "nginx", "--probe", ""], "--probe: a probe needs a command"),
            (
                harden + ["--keep", "privatenetwork"],
                "--keep: privatenetwork is not a directive that temper tries; did you mean "
                    + "PrivateNetwork?"
            ),
            (
                harden + ["--try", "ProtectSystem=maybe"],
                "--try: ProtectSystem=maybe is not a restriction; ProtectSystem= has yes, full, "
                    + "strict"
            ),
        ] as [([String], String)])
    func mistakes(words: [String], line: String) async throws {
        let report = try await Self.run(words)
        let command = Self.commands.contains(words[0]) ? " \(words[0])" : ""
        #expect(report.errors == "temper: \(line); see temper\(command) --help\n")
        #expect(report.status == 64 && report.output.isEmpty)
    }

    private static let commands: Set<String> = ["harden", "lab", "report"]

    @Test(
        "times that let nothing happen, and a plan that asks for nothing",
        arguments: [
            (["--timeout", "0"], "--timeout 0: allow more than no time"),
            (["--max-time", "0"], "--max-time 0: allow more than no time"),
            (["--max-time", "soon"], "--max-time soon: write a time such as 500ms, 2s or 1min"),
            (
                ["--plan", "/etc/hostname"],
                "/etc/hostname has no section [X-Temper], so it asks for nothing; begin it with that "
                    + "line, or leave --plan out"
            ),
        ] as [([String], String)])
    func choices(words: [String], line: String) async throws {
        let report = try await Self.run(Self.harden + words)
        #expect(report.errors == "temper: \(line)\n")
        #expect(report.status == 64 && report.output.isEmpty)
    }

    @Test("a directory may be named from where one stands")
    func relative() async throws {
        let report = try await runProgram(
            "/bin/sh",
            [
                "-c", "cd /usr/share && exec \"$0\" lab up x --root ../nowhere/at/all",
                BuiltProduct("temper").path,
            ])
        #expect(
            report.errors
                == "temper: there is no directory '/usr/share/../nowhere/at/all' to make a "
                + "lab from: check the path\n")
        #expect(report.status == 2)
    }

    @Test("two results do not go to one output")
    func bothWays() async throws {
        let report = try await Self.run(Self.harden + ["--json", "-o", "-"])
        #expect(
            report.errors
                == "temper: --json and --output - both want standard output; the drop-in is part of "
                + "the JSON; see temper harden --help\n")
        #expect(report.status == 64)
    }

    @Test("a word of a report is explained, and a mistyped one is told with what is near")
    func words() async throws {
        let bite = try await Self.run(["explain", "Bites"])
        #expect(bite.status == 0 && bite.output.contains("The kernel refuses"), "\(bite.output)")
        let directive = try await Self.run(["explain", "protectsystem"])
        #expect(directive.status == 0 && directive.output.hasPrefix("ProtectSystem=  ("))
        let wrong = try await Self.run(["explain", "campain"])
        #expect(
            wrong.errors
                == "temper: campain is neither a directive that temper knows nor a word of its "
                + "reports; did you mean campaign?\n")
        #expect(wrong.status == 64)
    }
}

/// A result that reaches nobody is no success.
@Suite("What cannot be printed ends with an error", .timeLimit(.minutes(2)))
struct OutputLossTests {
    private func shell(_ script: String) async throws -> BuiltProduct.Report {
        try await runProgram("/bin/sh", ["-c", script, BuiltProduct("temper").path])
    }

    @Test("a full disk")
    func full() async throws {
        let report = try await shell("\"$0\" explain >/dev/full")
        #expect(
            report.errors
                == "temper: the result cannot be written to standard output: No space left "
                + "on device\n")
        #expect(report.status == 2)
    }

    @Test("a closed standard output, which nothing else becomes")
    func closed() async throws {
        let report = try await shell("\"$0\" explain >&-")
        #expect(
            report.errors
                == "temper: the result cannot be written to standard output: Bad file descriptor\n")
        #expect(report.status == 2)
    }

    @Test("a reader that has enough is no error")
    func enough() async throws {
        let report = try await shell("\"$0\" explain | head -n 1")
        #expect(report.status == 0 && report.errors.isEmpty)
    }
}
