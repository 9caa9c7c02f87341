import Foundation
import Testing

@testable import Lab

/// A tree is met by root of the machine while a lab of it boots.
@Suite("The boot of a hostile tree", .timeLimit(.minutes(3)))
struct HostileBootTests {
    /// The host's tree is still open then, under one of these numbers.
    private static let descriptors = 3...12

    /// As much of a tree as a lab is begun for, in a new directory.
    private static func newTree() throws -> String {
        let top = NSTemporaryDirectory() + "temper-boot-\(UUID().uuidString)"
        for name in ["usr/lib/systemd/system", "proc", "sys", "dev", "run", "tmp", "etc", "var"] {
            try FileManager.default.createDirectory(
                atPath: "\(top)/tree/\(name)", withIntermediateDirectories: true)
        }
        for name in ["systemd", "system/dbus.socket"] {
            try Data().write(to: URL(filePath: "\(top)/tree/usr/lib/systemd/\(name)"))
        }
        return top
    }

    @Test(
        "follows none of the kernel's links",
        arguments: ["/etc/hosts", "/etc/systemd", "/run", "/dev"])
    func kernelLinks(path: String) async throws {
        let top = try Self.newTree()
        defer { try? FileManager.default.removeItem(atPath: top) }
        let tree = "\(top)/tree"
        try FileManager.default.createDirectory(
            atPath: "\(top)/outside/system", withIntermediateDirectories: true)
        let target = path == "/etc/hosts" ? "\(top)/outside/hosts" : "\(top)/outside"
        var refused = 0
        for descriptor in Self.descriptors {
            try? FileManager.default.removeItem(atPath: tree + path)
            try FileManager.default.createSymbolicLink(
                atPath: tree + path, withDestinationPath: "/proc/self/fd/\(descriptor)\(target)")
            let error = await #expect(throws: LabError.self) {
                try await Lab.boot(LabFixture.plan(root: tree) { $0.network = .none })
            }
            // Without such a descriptor there is no link.
            let reasons = ["Too many levels of symbolic links", "No such file or directory"]
            let reason = reasons.firstIndex(where: "\(error!)".hasSuffix)
            #expect("\(error!)".contains(path) && reason != nil, "\(error!)")
            if reason == 0 { refused += 1 }
            let outside = FileManager.default.enumerator(atPath: "\(top)/outside")
            #expect(outside?.allObjects as? [String] == ["system"], "descriptor \(descriptor)")
        }
        #expect(refused > 0)
    }

    @Test("does not wait for a pipe in a file's place")
    func pipe() async throws {
        let top = try Self.newTree()
        defer { try? FileManager.default.removeItem(atPath: top) }
        try #require(mkfifo("\(top)/tree/etc/hosts", 0o644) == 0)
        let error = await #expect(throws: LabError.self) {
            try await Lab.boot(LabFixture.plan(root: "\(top)/tree") { $0.network = .none })
        }
        #expect("\(error!)".contains("append to /etc/hosts: No such device or address"))
    }

    @Test func `leaves room for so many processes, where the number is the lab's own`() async throws
    {
        guard KernelRelease.running >= KernelRelease(6, 14) else { return }
        try await Lab.with(LabFixture.plan(root: try LabFixture.tree("trixie"))) {
            (lab) async throws in
            let most = try await lab.run(["cat", "/proc/sys/kernel/pid_max"]).stdout
            #expect(most == "\(LabPlan.mostProcesses)\n")
        }
    }
}
