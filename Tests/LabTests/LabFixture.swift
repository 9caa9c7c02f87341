import Foundation
import Testing

@testable import Lab

/// What the tests share: root trees, a place for state, and looks at the host from outside.
enum LabFixture {
    static let releases = ["bookworm", "trixie", "sid"]

    /// A root tree of a release. A tree that is missing fails the test: it must not pass unseen.
    static func tree(_ release: String) throws -> String {
        let directory = try #require(
            ProcessInfo.processInfo.environment["TEMPER_ROOTS"],
            "set TEMPER_ROOTS to the directory of the root trees \(releases)")
        let tree = "\(directory)/\(release)"
        try #require(
            FileManager.default.fileExists(atPath: "\(tree)/etc/os-release"),
            "no root tree at \(tree): make it with mmdebstrap")
        return tree
    }

    /// Short: a socket path has 108 bytes.
    static func plan(root: String = "/", _ change: (inout LabPlan) -> Void = { _ in }) -> LabPlan {
        var plan = LabPlan()
        plan.root = root
        plan.stateDirectory = stateDirectory
        change(&plan)
        return plan
    }

    static let stateDirectory = {
        atexit {
            unlink("/run/temper-tests-\(getpid())/.lock")
            rmdir("/run/temper-tests-\(getpid())")
        }
        return "/run/temper-tests-\(getpid())"
    }()

    /// The program beside the test bundle that owns a lab and can be killed.
    static func victim() throws -> String {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        var directory = URL(filePath: own).deletingLastPathComponent()
        let beside = CommandLine.arguments.first { $0.hasSuffix(".xctest") }
        if let beside { directory = URL(filePath: beside).deletingLastPathComponent() }
        let path = directory.appending(path: "lab-victim").path
        try #require(
            FileManager.default.isExecutableFile(atPath: path), "no \(path): build the package")
        return path
    }

    /// The processes that are in a lab's cgroup or carry its name on their command line. Those that
    /// have ended do not count, however long the machine's pid 1 takes to reap them.
    static func processes(of name: String) -> [pid_t] {
        pids().filter { pid in
            if text("/proc/\(pid)/status").contains("State:\tZ") { return false }
            return text("/proc/\(pid)/cgroup").contains("temper-lab-\(name)\n")
                || text("/proc/\(pid)/cgroup").contains("temper-lab-\(name)/")
                || text("/proc/\(pid)/cmdline").contains(name)
        }
    }

    static func isGone(_ pid: pid_t) -> Bool {
        let status = text("/proc/\(pid)/status")
        return status.isEmpty || status.contains("State:\tZ")
    }

    /// The processes of the pid namespace that `pid` is the first of.
    static func followers(of pid: pid_t) -> [pid_t] {
        pids().filter { follower in
            follower != pid && text("/proc/\(follower)/status").contains("PPid:\t\(pid)\n")
        }
    }

    static func keeper(of name: String) -> pid_t? {
        processes(of: name).first { text("/proc/\($0)/comm") == "temper-lab\n" }
    }

    static func cgroupExists(_ name: String) throws -> Bool {
        let tree = try CgroupTree.open()
        return faccessat(tree.number, CgroupTree.cgroup(of: name), F_OK, 0) == 0
    }

    static func isAnythingLeft(of name: String) throws -> Bool {
        let state = LabRegistry(directory: stateDirectory).home(of: name)
        return try cgroupExists(name) || FileManager.default.fileExists(atPath: state)
    }

    static func text(_ path: String) -> String { (try? TextFile.read(path)) ?? "" }

    private static func pids() -> [pid_t] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { pid_t($0) }
    }

    /// Looks every 20 ms until it is so, for five seconds.
    static func soon(_ isSo: () throws -> Bool) async throws -> Bool {
        for _ in 0..<250 {
            if try isSo() { return true }
            try await Task.sleep(for: .milliseconds(20))
        }
        return try isSo()
    }
}

/// A program on the host, with its output in a file that no forked process can hold open.
final class HostCommand {
    private let process = Process()
    private let output: URL

    init(_ arguments: [String]) throws {
        output = URL(filePath: "/tmp/temper-test-\(UUID().uuidString)")
        _ = FileManager.default.createFile(atPath: output.path, contents: nil)
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        let file = try FileHandle(forWritingTo: output)
        process.standardOutput = file
        process.standardError = file
        try process.run()
    }

    deinit { try? FileManager.default.removeItem(at: output) }

    var text: String { LabFixture.text(output.path) }
    var isRunning: Bool { process.isRunning }

    func kill() async throws {
        if process.isRunning { Glibc.kill(process.processIdentifier, SIGKILL) }
        try #require(try await LabFixture.soon { !process.isRunning })
    }

    func wait(within limit: Duration = .seconds(40)) async throws -> Int32 {
        let deadline = ContinuousClock.now + limit
        while process.isRunning, ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(10))
        }
        try #require(!process.isRunning, "\(process.arguments ?? []) did not end")
        return process.terminationStatus
    }
}
