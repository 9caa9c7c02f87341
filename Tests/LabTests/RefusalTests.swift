import Foundation
import Testing

@testable import Lab

@Suite("A lab that cannot be had", .timeLimit(.minutes(5)))
struct RefusalTests {
    @Test(arguments: ["", "Web", "a/b", "..", "ä", String(repeating: "a", count: 33)])
    func `has a name that cannot be one`(name: String) async {
        let plan = LabFixture.plan { $0.name = name }
        await #expect(throws: LabError.badName(name)) { try await Lab.boot(plan) }
        #expect(throws: LabError.badName(name)) {
            try Lab.find(name, in: LabFixture.stateDirectory)
        }
        await #expect(throws: LabError.badName(name)) {
            try await Lab.down(name, in: LabFixture.stateDirectory)
        }
    }

    @Test func `is made from a directory that does not exist`() async {
        await #expect(throws: LabError.noSuchRoot("/nowhere")) {
            try await Lab.boot(LabFixture.plan(root: "/nowhere"))
        }
    }

    @Test func `is made from a tree without systemd, or without a bus`() async throws {
        let tree = try FakeTree()
        await #expect(throws: LabError.noSystemd(root: tree.path)) {
            try await Lab.boot(LabFixture.plan(root: tree.path))
        }
        try tree.write("usr/lib/systemd/systemd", "")
        await #expect(throws: LabError.noSystemBus(root: tree.path)) {
            try await Lab.boot(LabFixture.plan(root: tree.path))
        }
    }

    @Test func `says which step failed and why, and leaves nothing behind`() async throws {
        let tree = try FakeTree()
        try tree.write("usr/lib/systemd/systemd", "")
        try tree.write("usr/lib/systemd/system/dbus.socket", "")
        let plan = LabFixture.plan(root: tree.path)
        await #expect(
            throws: LabError.stepFailed(
                step: "mount proc on /proc", reason: "No such file or directory")
        ) { try await Lab.boot(plan) }
        #expect(try !LabFixture.isAnythingLeft(of: plan.name))
    }

    @Test func `says when systemd itself cannot be started`() async throws {
        let tree = try FakeTree()
        try tree.write("usr/lib/systemd/systemd", "")
        try tree.write("usr/lib/systemd/system/dbus.socket", "")
        for directory in ["proc", "sys", "dev", "run", "tmp", "etc"] {
            try tree.make(directory)
        }
        await #expect(
            throws: LabError.stepFailed(step: "start systemd", reason: "Permission denied")
        ) { try await Lab.boot(LabFixture.plan(root: tree.path)) }
    }

    @Test func `does not write through the links of a foreign tree`() async throws {
        let tree = try FakeTree()
        let outside = try FakeTree()
        try tree.write("usr/lib/systemd/systemd", "")
        try tree.write("usr/lib/systemd/system/dbus.socket", "")
        for directory in ["proc", "sys", "dev", "run", "tmp"] { try tree.make(directory) }
        try FileManager.default.createSymbolicLink(
            atPath: "\(tree.path)/etc", withDestinationPath: outside.path)
        await #expect(throws: LabError.self) {
            try await Lab.boot(LabFixture.plan(root: tree.path))
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: outside.path).isEmpty)
    }

    @Test(arguments: ["relative", "/", "/nowhere", "/proc/self"])
    func `binds what cannot be bound`(path: String) async {
        await #expect(throws: LabError.noSuchBind(path)) {
            try await Lab.boot(LabFixture.plan { $0.binds = [path] })
        }
    }

    @Test func `is not up in time, and leaves nothing behind`() async throws {
        let plan = LabFixture.plan { $0.bootDeadline = .milliseconds(60) }
        let error = await #expect(throws: LabError.self) { try await Lab.boot(plan) }
        // What it waits for is told where its systemd can already say that.
        guard case .bootTooSlow(plan.name, .milliseconds(60), _) = error else {
            Issue.record("\(error.map(\.description) ?? "it came up")")
            return
        }
        #expect(try !LabFixture.isAnythingLeft(of: plan.name))
        #expect(LabFixture.processes(of: plan.name).isEmpty)
    }

    @Test func `says what its boot waits for`() async throws {
        let units = try FakeTree()
        let text = """
            [Unit]
            DefaultDependencies=no
            Before=basic.target
            [Service]
            Type=oneshot
            ExecStart=/bin/sleep 1000
            """
        try units.write("hang.service", text)
        try units.make("basic.target.wants")
        try FileManager.default.createSymbolicLink(
            atPath: "\(units.path)/basic.target.wants/hang.service",
            withDestinationPath: "../hang.service")
        let plan = LabFixture.plan {
            $0.binds = [units.path]
            $0.environment = ["SYSTEMD_UNIT_PATH": "\(units.path):"]
            $0.bootDeadline = .seconds(3)
        }
        let error = LabError.bootTooSlow(
            name: plan.name, deadline: .seconds(3), waitingFor: ["hang.service"])
        await #expect(throws: error) { try await Lab.boot(plan) }
        #expect(try !LabFixture.isAnythingLeft(of: plan.name))
    }

    @Test func `is no longer wanted while it boots`() async throws {
        let plan = LabFixture.plan()
        let boot = Task { try await Lab.boot(plan) }
        try await Task.sleep(for: .milliseconds(150))
        boot.cancel()
        await #expect(throws: LabError.cancelled) { _ = try await boot.value }
        #expect(try !LabFixture.isAnythingLeft(of: plan.name))
    }

    @Test func `is not for everybody`() async throws {
        let victim = try LabFixture.victim()
        let copy = "/tmp/temper-victim-\(getpid())"
        // By another process: a child that this one forks meanwhile would have the copy open for
        // writing still, and then nobody can execute it (ETXTBSY).
        #expect(try await HostCommand(["cp", victim, copy]).wait() == 0)
        defer { try? FileManager.default.removeItem(atPath: copy) }
        let command = try HostCommand(
            ["setpriv", "--reuid=65534", "--clear-groups", copy, "web", "/tmp/temper-none"])
        #expect(try await command.wait() == 1)
        #expect(command.text == "\(LabError.notRoot)\n")
    }
}

/// A directory that looks like the root of a machine as far as a test wants it to.
final class FakeTree {
    let path = "/tmp/temper-tree-\(UUID().uuidString)"

    init() throws { try make("") }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    func make(_ directory: String) throws {
        try FileManager.default.createDirectory(
            atPath: "\(path)/\(directory)", withIntermediateDirectories: true)
    }

    func write(_ file: String, _ text: String) throws {
        try make(URL(filePath: "/\(file)").deletingLastPathComponent().path)
        try text.write(toFile: "\(path)/\(file)", atomically: false, encoding: .utf8)
    }
}
