import BusFixtures
import Fixtures
import Foundation
import SystemdBus
import Testing

@testable import Systemd

@Suite(.timeLimit(.minutes(5))) struct JournalTests {
    private struct Run {
        var unit: String
        var invocation: String
    }

    /// Runs a command as a unit to its end.
    private func run(
        _ unit: String, _ command: [String], on systemd: DisposableSystemd
    ) async throws -> Run {
        let bus = try await Bus.connect(to: systemd.address)
        _ = try await bus.startTransientUnit(
            unit,
            properties: Bus.service(
                command, [("Type", .string("oneshot")), ("LogRateLimitIntervalUSec", .uint64(0))]))
        let invocation = try await bus.invocation(of: unit)
        await bus.close()
        return Run(unit: unit, invocation: invocation)
    }

    /// What the unit writes reaches journald through a stream that nobody waits for.
    private func entries(
        _ journal: borrowing JournalReader, of run: Run,
        until isComplete: ([JournalEntry]) -> Bool
    ) async throws -> [JournalEntry] {
        for _ in 0..<500 {
            let entries = try journal.entries(ofInvocation: run.invocation, unit: run.unit)
            if isComplete(entries) { return entries }
            try await Task.sleep(for: .milliseconds(20))
        }
        return try journal.entries(ofInvocation: run.invocation, unit: run.unit)
    }

    @Test(arguments: Release.allCases)
    func `what systemd and the unit said of one invocation is found, and nothing else`(
        release: Release
    ) async throws {
        let systemd = try await DisposableSystemd.boot(release)
        let journal = try JournalReader(.root(systemd.root))
        let script = "echo one; echo '<3>two' >&2; echo three"
        let run = try await run("jra.service", ["/bin/sh", "-c", script], on: systemd)
        let other = try await self.run("jrb.service", ["/bin/echo", "other"], on: systemd)
        let entries = try await entries(journal, of: run) {
            $0.contains { $0.message == "three" } && $0.contains { $0.message.contains("Finished") }
        }
        let own = entries.filter { $0.identifier == "sh" }
        #expect(own.map(\.message) == ["one", "two", "three"])
        #expect(own.map(\.priority) == [6, 3, 6])
        #expect(own.allSatisfy { $0.unit == "jra.service" })
        #expect(own.allSatisfy { ($0.pid ?? 0) > 1 })
        let finished = try #require(entries.first { $0.message.contains("Finished") })
        #expect(finished.messageID == "39f53479d3a045ac8e11786248231fbf")
        #expect(finished.unit == "jra.service")
        #expect(finished.identifier == "systemd")
        #expect(!entries.contains { $0.message == "other" })
        #expect(other.invocation != run.invocation)
        #expect(entries.map(\.realtime) == entries.map(\.realtime).sorted())
        #expect(entries[0].realtime > 1_600_000_000_000_000)
        await systemd.end()
    }

    @Test func `the step at which systemd failed is read with its errno`() async throws {
        let systemd = try await DisposableSystemd.shared.value
        let run = try await run("jrc.service", ["/nonexistent/program"], on: systemd)
        let journal = try JournalReader(.root(systemd.root))
        let failure = "Failed at step EXEC"
        let entries = try await entries(journal, of: run) {
            $0.contains { $0.message.contains(failure) }
        }
        let step = try #require(entries.first { $0.message.contains(failure) })
        #expect(step.messageID == "641257651c1b4ec9a8624d7a40a9e1e7")
        #expect(step.errno == ENOENT)
        #expect(step.fields["EXECUTABLE"] == "/nonexistent/program")
        #expect(step.priority == 3)
    }

    @Test func `the directory above the machine's own serves as well as itself`() async throws {
        let systemd = try await DisposableSystemd.shared.value
        let run = try await run("jrd.service", ["/bin/echo", "found"], on: systemd)
        let parent = "\(systemd.root)/run/log/journal"
        let name = try #require(
            try String(contentsOfFile: "\(systemd.root)/etc/machine-id", encoding: .utf8)
                .split(separator: "\n").first)
        for directory in [parent, "\(parent)/\(name)"] {
            let journal = try JournalReader(.directory(directory))
            let entries = try await entries(journal, of: run) {
                $0.contains { $0.message == "found" }
            }
            #expect(entries.contains { $0.message == "found" }, "in \(directory)")
        }
    }

    @Test func `one reader sees what is written after it was opened`() async throws {
        let systemd = try await DisposableSystemd.shared.value
        let journal = try JournalReader(.root(systemd.root))
        for number in 0..<5 {
            let run = try await run(
                "jre\(number).service", ["/bin/echo", "line \(number)"], on: systemd)
            let entries = try await entries(journal, of: run) {
                $0.contains { $0.message == "line \(number)" }
            }
            #expect(entries.count { $0.message == "line \(number)" } == 1)
        }
    }

    @Test func `with the unit's name even lines are found that came too late for their invocation`()
        async throws
    {
        let systemd = try await DisposableSystemd.boot()
        let bus = try await Bus.connect(to: systemd.address)
        func signalJournald(_ signal: Int32) async throws {
            try await bus.manager(
                "KillUnit",
                [.string("systemd-journald.service"), .string("main"), .int32(signal)])
        }
        try await signalJournald(SIGSTOP)
        let run = try await run("jrh.service", ["/bin/echo", "late"], on: systemd)
        try await signalJournald(SIGCONT)
        let journal = try JournalReader(.root(systemd.root))
        let entries = try await entries(journal, of: run) { $0.contains { $0.message == "late" } }
        let late = try #require(entries.first { $0.message == "late" })
        #expect(late.unit == run.unit)
        #expect(late.fields["_SYSTEMD_INVOCATION_ID"] == nil)
        await bus.close()
        await systemd.end()
    }

    @Test func `the limit keeps the newest`() async throws {
        let systemd = try await DisposableSystemd.shared.value
        let run = try await run("jrf.service", ["/usr/bin/seq", "500"], on: systemd)
        let journal = try JournalReader(.root(systemd.root))
        let all = try await entries(journal, of: run) {
            $0.contains { $0.message == "500" }
                && $0.contains { $0.message.contains("Finished") }
        }
        let numbers = all.compactMap { Int($0.message) }
        #expect(numbers == Array(1...500))
        let last = try journal.entries(
            ofInvocation: run.invocation, unit: run.unit, limit: 10)
        #expect(last == Array(all.suffix(10)))
        #expect(try journal.entries(ofInvocation: run.invocation, limit: 0) == [])
    }

    @Test func `bytes that are no text and values that are too long do no harm`() async throws {
        let systemd = try await DisposableSystemd.shared.value
        let script = #"printf 'a\377b\n'; head -c 40000 /dev/zero | tr '\0' x; echo"#
        let run = try await run("jrg.service", ["/bin/sh", "-c", script], on: systemd)
        let journal = try JournalReader(.root(systemd.root))
        let entries = try await entries(journal, of: run) {
            $0.contains { $0.message.hasPrefix("xxxx") }
        }
        #expect(entries.contains { $0.message == "a\u{FFFD}b" })
        #expect(entries.contains { $0.message.utf8.count == 40000 })
        #expect(
            entries.allSatisfy { entry in
                entry.fields.values.allSatisfy { $0.utf8.count <= JournalReader.longestValue }
            })
    }

    @Test func `an unknown invocation has no entries, and a malformed one is refused`()
        async throws
    {
        let systemd = try await DisposableSystemd.shared.value
        let journal = try JournalReader(.root(systemd.root))
        #expect(try journal.entries(ofInvocation: String(repeating: "0", count: 32)) == [])
        for text in ["", "0123", String(repeating: "g", count: 32), "a\nb"] {
            do {
                _ = try journal.entries(ofInvocation: text)
                Issue.record("\(text) was taken for an invocation ID")
            } catch {
                #expect(error == .notAnInvocation(text))
            }
        }
    }

    @Test func `where there is no journal the error says so`() {
        do {
            _ = try JournalReader(.directory("/nonexistent/journal"))
            Issue.record("a journal was found where there is none")
        } catch {
            #expect(error == .unreadable(.directory("/nonexistent/journal"), errno: ENOENT))
            #expect(
                error.description
                    == "cannot read the journal in /nonexistent/journal: "
                    + "No such file or directory")
            #expect(error.hint?.contains("systemd-journald") == true)
        }
    }
}
