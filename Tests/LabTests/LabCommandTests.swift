import Foundation
import Testing

@testable import Lab

@Suite("A command in a lab", .serialized, .timeLimit(.minutes(5)))
struct LabCommandTests {
    @Test func `ends with its own status, output and complaints`() async throws {
        try await Lab.with(LabFixture.plan()) { (lab) async throws in
            let said = try await lab.run(["sh", "-c", "echo out; echo err >&2; exit 7"])
            #expect(said == LabOutput(status: 7, stdout: "out\n", stderr: "err\n"))
            #expect(try await lab.run(["sh", "-c", "kill -TERM $$"]).status == 143)
            #expect(try await lab.execute(["sh", "-c", "exit 9"]) == 9)
            let long = try await lab.run(["head", "-c", "1000000", "/dev/zero"])
            #expect(long.stdout.utf8.count == 1_000_000)
        }
    }

    @Test func `is inside in every respect`() async throws {
        try await Lab.with(LabFixture.plan()) { (lab) async throws in
            for space in ["mnt", "pid", "net", "uts", "ipc", "cgroup"] {
                let own = try await lab.run(["readlink", "/proc/self/ns/\(space)"]).stdout
                let first = try await lab.run(["readlink", "/proc/1/ns/\(space)"]).stdout
                #expect(own == first && !own.isEmpty, "\(space)")
            }
            let cgroup = try await lab.run(["grep", "^0::", "/proc/self/cgroup"]).stdout
            #expect(cgroup.hasPrefix("0::/command-"))
            let environment = ["WORD": "given"]
            #expect(
                try await lab.run(["printenv", "WORD"], environment: environment).stdout
                    == "given\n")
        }
    }

    @Test func `that does not exist is an error and not a status`() async throws {
        try await Lab.with(LabFixture.plan()) { (lab) async throws in
            let error = LabError.commandNotStarted(
                command: "no-such-command", reason: "No such file or directory")
            await #expect(throws: error) { try await lab.run(["no-such-command"]) }
        }
    }

    @Test func `that takes too long is killed with its children`() async throws {
        try await Lab.with(LabFixture.plan()) { (lab) async throws in
            let error = LabError.commandTooSlow(command: "sh", deadline: .milliseconds(300))
            await #expect(throws: error) {
                try await lab.run(
                    ["sh", "-c", "sleep 4711 & sleep 4711"], within: .milliseconds(300))
            }
            #expect(try await lab.run(["pgrep", "-f", "sleep 4711"]).status == 1)
        }
    }

    @Test func `may leave a daemon behind without being waited for`() async throws {
        try await Lab.with(LabFixture.plan()) { (lab) async throws in
            let start = ContinuousClock.now
            let said = try await lab.run(["sh", "-c", "sleep 60 & echo done"])
            #expect(said.stdout == "done\n")
            #expect(ContinuousClock.now - start < .seconds(10))
        }
    }

    @Test func `that is no longer wanted is killed`() async throws {
        try await Lab.with(LabFixture.plan()) { (lab) async throws in
            let command = Task { try await lab.execute(["sleep", "4712"]) }
            try await Task.sleep(for: .milliseconds(200))
            command.cancel()
            await #expect(throws: LabError.cancelled) { _ = try await command.value }
            #expect(try await lab.run(["pgrep", "-f", "sleep 4712"]).status == 1)
        }
    }

    @Test func `that was killed does not keep its lab from ending`() async throws {
        let lab = try await Lab.boot(LabFixture.plan())
        await #expect(throws: LabError.self) {
            try await lab.run(["sleep", "4714"], within: .milliseconds(100))
        }
        let start = ContinuousClock.now
        try await lab.end()
        #expect(ContinuousClock.now - start < .seconds(5))
    }

    @Test func `dies with who asked for it`() async throws {
        try await Lab.with(LabFixture.plan()) { (lab) async throws in
            let asking = try HostCommand(
                [LabFixture.victim(), lab.name, LabFixture.stateDirectory, "exec", "sleep", "4713"])
            try #require(
                try await LabFixture.soon {
                    LabFixture.processes(of: lab.name).contains {
                        LabFixture.text("/proc/\($0)/cmdline") == "sleep\0" + "4713\0"
                    }
                }, "\(asking.text)")
            try await asking.kill()
            #expect(
                try await LabFixture.soon {
                    !LabFixture.processes(of: lab.name).contains {
                        LabFixture.text("/proc/\($0)/cmdline") == "sleep\0" + "4713\0"
                    }
                })
        }
    }
}
