import Fixtures
import Synchronization
import Testing
import Trials

@testable import TemperKit

@Suite("A probe's command before it is run", .timeLimit(.minutes(2)))
struct ProbeCommandTests {
    private func examine(_ command: String) async throws -> BuiltProduct.Report {
        try await runProgram("/bin/sh", ["-c", ProbeCommand.examination(of: command)])
    }

    @Test(
        "what could hold passes, and nothing of it is run",
        arguments: [
            "true", "false", "exit 3", "test -e /nonexistent", "[ -e /nonexistent ]", "! false",
            "A=1 nonsense-program", "set -e; nonsense-program", "if true; then false; fi",
            "'a quoted program'", "/bin/false && echo 'it'\\''s'", ": \"$(exit 4)\"",
        ])
    func good(command: String) async throws {
        let report = try await examine(command)
        #expect(report.status == 0 && report.output.isEmpty, "\(report.errors)")
    }

    @Test("a program that is not there is named")
    func absent() async throws {
        let report = try await examine("nonsense-program --ping | grep -q pong")
        #expect(report.status != 0)
        #expect(report.output == "there is no program nonsense-program\n")
        let error = ProbeCommand.complaint(
            "exit status 1: there is no program kurl", about: "kurl -s http://x/")
        #expect(
            error
                == .experiment(
                    "the probe “kurl -s http://x/” cannot hold: there is no program kurl where the "
                        + "service runs; --probe-http and --probe-tcp need none, and Prepare= can "
                        + "bring one there"))
    }

    @Test(
        "what is no shell command is told in the shell's words",
        arguments: ["if then", "a 'b", "("])
    func syntax(command: String) async throws {
        let report = try await examine(command)
        #expect(report.status == 2 && report.errors.contains("yntax error"), "\(report.errors)")
        let error = ProbeCommand.complaint("exit status 2: sh: 1: Syntax error", about: "if then")
        #expect(
            error
                == .usage(
                    "the probe “if then” is no command for /bin/sh: exit status 2: sh: 1: Syntax error"
                ))
    }
}

@Suite("What a probe answers while it is waited for", .timeLimit(.minutes(2)))
struct ToldProbeTests {
    /// Keeps what is told.
    private final class Listener: ProgressListener {
        let told = Mutex<[String]>([])
        let left = Mutex<[Duration]>([])
        let answers = Mutex<[String?]>([])
        func wait(for probe: String, saying answer: String?, left time: Duration) {
            left.withLock { $0.append(time) }
            answers.withLock { $0.append(answer) }
        }
        func step(_ text: String) { told.withLock { $0.append(text) } }
        func say(_ text: String) {}
        func show(_ event: CampaignEvent) {}
    }

    private final class Answer: Sendable {
        let now = Mutex(CheckOutcome.unhealthy("HTTP 404"))
    }

    private struct Answering: Probe {
        let name = "GET http://x/"
        let answer: @Sendable () -> CheckOutcome
        func check(deadline: Duration) async -> CheckOutcome { answer() }
    }

    private struct Slow: Probe {
        let name = "sleep"
        func check(deadline: Duration) async -> CheckOutcome {
            try? await Task.sleep(for: .milliseconds(4_500))
            return .unhealthy("no end in time")
        }
    }

    @Test("has a clock that runs, also while nothing is answered")
    func countdown() async throws {
        let listener = Listener()
        let probe = ToldProbe(Slow(), patience: .seconds(30), without: .none, listener)
        _ = await probe.check(deadline: .seconds(5))
        let left = listener.left.withLock { $0 }
        // Nobody hears of the first two seconds.
        #expect((1...3).contains(left.count), "\(left)")
        #expect(left.allSatisfy { $0 <= .seconds(28) })
        #expect(listener.answers.withLock { $0 }.allSatisfy { $0 == nil })
        let before = left.count
        try await Task.sleep(for: .milliseconds(1_500))
        #expect(listener.left.withLock { $0.count } == before, "nobody waits any longer")
        _ = await probe.check(deadline: .seconds(5))
        #expect(listener.answers.withLock { $0.last } == "no end in time")
    }

    @Test("is told once it takes long, and again only where it is another answer")
    func long() async throws {
        let answer = Answer()
        let listener = Listener()
        let probe = ToldProbe(
            Answering { answer.now.withLock { $0 } }, patience: .seconds(30), without: .none,
            listener)
        func ask() async { _ = await probe.check(deadline: .seconds(1)) }
        await ask()
        #expect(listener.told.withLock { $0.isEmpty })
        try await Task.sleep(for: .milliseconds(2_100))
        await ask()
        await ask()
        let words =
            "the probe does not hold yet, which has 30.0 s (--start-period): GET http://x/: "
        #expect(listener.told.withLock { $0 } == [words + "HTTP 404"])
        answer.now.withLock { $0 = .unhealthy("HTTP 502") }
        await ask()
        #expect(listener.told.withLock { $0 } == [words + "HTTP 404", words + "HTTP 502"])
        // One that holds has nothing to be told of, and begins anew with its next life.
        answer.now.withLock { $0 = .healthy }
        await ask()
        answer.now.withLock { $0 = .unhealthy("HTTP 404") }
        await ask()
        #expect(listener.told.withLock { $0.count } == 2)
    }
}
