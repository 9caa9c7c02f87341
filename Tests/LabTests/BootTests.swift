import Foundation
import Testing

@testable import Lab

@Suite("A lab", .serialized, .timeLimit(.minutes(5)))
struct BootTests {
    private func bootAndEnd(_ plan: LabPlan, version: String?) async throws {
        let clock = ContinuousClock()
        let start = clock.now
        let lab = try await Lab.boot(plan)
        let up = clock.now
        // From outside, at once: systemd must answer when boot returns.
        let bus = try HostCommand([
            "busctl", "--address=\(lab.busAddress)", "get-property", "org.freedesktop.systemd1",
            "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager", "Version",
        ])
        #expect(try await bus.wait() == 0, "\(bus.text)")
        if let version { #expect(bus.text.hasPrefix("s \"\(version)"), "\(bus.text)") }
        let state = try await lab.run(["systemctl", "is-system-running", "--wait"])
        #expect(state.stdout == "running\n", "\(state)")
        let failed = try await lab.run(["systemctl", "--failed", "--plain", "--no-legend"])
        #expect(failed.stdout.isEmpty, "\(failed.stdout)")

        let ending = clock.now
        try await lab.end()
        let end = clock.now
        print("boot of \(plan.root): up after \(up - start), down after \(end - ending)")
        #expect(try !LabFixture.isAnythingLeft(of: plan.name))
        #expect(LabFixture.processes(of: plan.name).isEmpty)
    }

    @Test func `boots on the machine's own root`() async throws {
        for _ in 0..<3 { try await bootAndEnd(LabFixture.plan(), version: nil) }
    }

    @Test(arguments: zip(LabFixture.releases, ["252", "257", "262"]))
    func `boots on another root tree`(release: String, version: String) async throws {
        let tree = try LabFixture.tree(release)
        for _ in 0..<3 { try await bootAndEnd(LabFixture.plan(root: tree), version: version) }
    }

    @Test func `stands beside others`() async throws {
        try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    try await Lab.with(LabFixture.plan()) { (lab) async throws in
                        try await Task.sleep(for: .milliseconds(300))
                        return try await lab.run(["hostname"]).stdout
                    }
                }
            }
            var names: Set<String> = []
            for try await name in group { names.insert(name) }
            #expect(names.count == 4)
        }
    }

    @Test func `keeps what is written inside from the machine`() async throws {
        let mark = "/etc/temper-mark-\(UUID().uuidString)"
        try await Lab.with(LabFixture.plan()) { (lab) async throws in
            #expect(try await lab.run(["touch", mark]).status == 0)
            #expect(FileManager.default.fileExists(atPath: lab.rootPath + mark))
            #expect(!FileManager.default.fileExists(atPath: mark))
        }
        #expect(!FileManager.default.fileExists(atPath: mark))
    }

    @Test func `has a network, a host name, and a machine id of its own`() async throws {
        let plan = LabFixture.plan()
        try await Lab.with(plan) { (lab) async throws in
            #expect(try await lab.run(["ls", "/sys/class/net"]).stdout == "eth0\nlo\n")
            let host = try FileManager.default.destinationOfSymbolicLink(
                atPath: "/proc/self/ns/net")
            let inside = try FileManager.default.destinationOfSymbolicLink(
                atPath: lab.networkNamespace)
            #expect(host != inside)
            #expect(try await lab.run(["hostname"]).stdout == "temper-lab-\(plan.name)\n")
            let id = try await lab.run(["cat", "/etc/machine-id"]).stdout
            #expect(id.count == 33)
            #expect(id != LabFixture.text("/etc/machine-id"))
        }
    }

    @Test func `cannot write to the machine's kernel`() async throws {
        try await Lab.with(LabFixture.plan()) { (lab) async throws in
            for path in [
                "/proc/sys/kernel/panic", "/proc/sysrq-trigger", "/sys/kernel/mm",
                "/sys/kernel/security",
            ] where FileManager.default.fileExists(atPath: path) {
                #expect(try await lab.run(["test", "-w", path]).status == 1, "\(path)")
            }
            #expect(try await lab.run(["test", "-w", "/proc/sys/net/ipv4/ip_forward"]).status == 0)
            let devices = try await lab.run(["find", "/dev", "-type", "b"])
            #expect(devices.stdout.isEmpty)
        }
    }

    @Test func `can be given a writable /sys`() async throws {
        try await Lab.with(LabFixture.plan { $0.writableSys = true }) { (lab) async throws in
            #expect(try await lab.run(["test", "-w", "/sys/kernel/mm"]).status == 0)
        }
    }

    @Test func `sees a directory of the machine that is bound`() async throws {
        let shared = try FakeTree()
        try shared.write("from-host", "hello")
        try await Lab.with(LabFixture.plan { $0.binds = [shared.path] }) { (lab) async throws in
            #expect(try await lab.run(["cat", "\(shared.path)/from-host"]).stdout == "hello")
            _ = try await lab.run(["cp", "\(shared.path)/from-host", "\(shared.path)/from-lab"])
        }
        #expect(LabFixture.text("\(shared.path)/from-lab") == "hello")
    }

    @Test func `gives its pid 1 the environment of the plan and nothing of ours`() async throws {
        let plan = LabFixture.plan { $0.environment = ["SYSTEMD_LOG_SECCOMP": "1"] }
        try await Lab.with(plan) { (lab) async throws in
            let all = LabFixture.text("/proc/\(lab.pid)/environ").split(separator: "\0").sorted()
            #expect(all == ["SYSTEMD_LOG_SECCOMP=1", "container=lab"])
        }
    }

    @Test func `has a volatile journal that is read from outside`() async throws {
        try await Lab.with(LabFixture.plan()) { (lab) async throws in
            _ = try await lab.run(["sh", "-c", "echo a word from inside | systemd-cat"])
            let found = try await LabFixture.soon {
                let journal = try HostCommand([
                    "journalctl", "--directory=\(lab.journalDirectory)", "--output=cat",
                ])
                while journal.isRunning { usleep(2000) }
                return journal.text.contains("a word from inside\n")
            }
            #expect(found)
        }
    }

    @Test func `runs a lab inside itself`() async throws {
        let victim = try LabFixture.victim()
        let program = URL(filePath: victim).deletingLastPathComponent().path
        try await Lab.with(LabFixture.plan { $0.binds = [program] }) { (lab) async throws in
            let inner = try await lab.run([victim, "inner", "/run/temper/labs", "up"])
            #expect(inner.status == 0, "\(inner)")
        }
    }

    @Test func `boots where no cgroup2 is mounted`() async throws {
        let plan = LabFixture.plan()
        let mounts = CgroupTree.mountPoints(in: LabFixture.text("/proc/self/mountinfo"))
        let unmount = mounts.map { "umount -l '\($0)'" }.joined(separator: " && ")
        let command = try HostCommand([
            "unshare", "-m", "sh", "-c", "\(unmount) && exec \"$@\"", "sh", LabFixture.victim(),
            plan.name, plan.stateDirectory, "up",
        ])
        #expect(try await command.wait() == 0, "\(command.text)")
        try await Lab.down(plan.name, in: plan.stateDirectory)
        #expect(try !LabFixture.isAnythingLeft(of: plan.name))
    }
}
