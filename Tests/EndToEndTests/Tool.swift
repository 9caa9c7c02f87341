import Fixtures
import Foundation
import Glibc
import Lab
import PublishedSchemas
import Reports
import Testing

/// The `temper` that was built together with the tests, as its users run it.
enum Tool {
    static let temper = BuiltProduct("temper")
    static let directory = URL(filePath: temper.path).deletingLastPathComponent().path

    /// Where the tests of this run keep what was measured of machines.
    static let measured: String = {
        atexit { try? FileManager.default.removeItem(atPath: Tool.measured) }
        return NSTemporaryDirectory() + "temper-enforcement-\(getpid())"
    }()

    static func harden(
        _ unit: String, root: String, state: String, _ arguments: [String],
        within deadline: Duration = .seconds(180)
    ) async throws -> BuiltProduct.Report {
        try await temper.run(
            ["harden", unit, "--root", root, "--state-dir", state] + arguments, within: deadline)
    }

    static func result(_ report: BuiltProduct.Report) throws -> HardeningResult {
        let data = Data(report.output.utf8)
        let result = try JSONDecoder().decode(HardeningResult.self, from: data)
        try keeps(data, to: result.schema)
        return result
    }

    /// What was printed has the keys and values that its published schema tells of, and no others.
    static func keeps(_ data: Data, to schema: String) throws {
        #expect(try JSONSchema(schema).flaws(in: data) == [])
    }

    /// What there is of labs made from `root`, and of labs that nobody has: nothing, after any
    /// run. What is on its way out is waited for.
    static func leftovers(of root: String) async throws -> [String] {
        var left: Set<String>?
        for _ in 0..<40 {
            let now = Set(found(root))
            let still = left.map { $0.intersection(now) } ?? now
            if still.isEmpty { return [] }
            left = still
            try await Task.sleep(for: .milliseconds(100))
        }
        return (left ?? []).sorted()
    }

    /// Runs the commands at the end of what `explain` says of a trial by a shell that ends at the
    /// first failure; its status.
    static func repeatByHand(_ explanation: String) async throws -> Int32 {
        let marker = try #require(explanation.range(of: "To repeat it by hand"))
        let lines = explanation[marker.upperBound...].split(separator: "\n")
            .filter { $0.hasPrefix("    ") }
        let directory = URL(filePath: temper.path).deletingLastPathComponent().path
        let script = "PATH=\(directory):$PATH\n" + lines.dropLast().joined(separator: "\n") + "\n"
        let result = try await runProgram("/bin/sh", ["-ec", script])
        let down = try #require(lines.last)
        #expect(down.hasSuffix("temper lab down look"))
        _ = try await runProgram("/bin/sh", ["-c", "PATH=\(directory):$PATH\n\(down)"])
        return result.status
    }

    private static func found(_ root: String) -> [String] {
        let labs = Lab.list()
        let ours = labs.filter { $0.root == root }.map { "lab \($0.name)" }
        let known = Set(labs.map(\.name))
        let groups = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"].flatMap { tree in
            ((try? FileManager.default.contentsOfDirectory(atPath: tree)) ?? [])
                .filter { $0.hasPrefix("temper-lab-") && !known.contains(String($0.dropFirst(11))) }
                .map { "control group \(tree)/\($0)" }
        }
        let places =
            ((try? FileManager.default.contentsOfDirectory(
                atPath: LabPlan.defaultStateDirectory)) ?? [])
            .filter { !$0.hasPrefix(".") && !known.contains($0) }.map { "directory \($0)" }
        let mounts = ((try? String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)) ?? "")
            .split(separator: "\n").filter { $0.contains("/run/temper/") }.map(String.init)
        return ours + groups + places + mounts
    }

    /// Files below `root` that were changed after `date`.
    static func changes(in root: String, since date: Date) async throws -> String {
        try await runProgram(
            "/usr/bin/find",
            [root, "-xdev", "-newermt", "@\(date.timeIntervalSince1970)", "-print"]
        ).output
    }
}

/// A state directory of its own for a test. What was measured of the machines is handed from one
/// to the next: it depends on the trees alone, and takes seconds each time.
func withState<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let files = FileManager.default
    let directory = NSTemporaryDirectory() + "temper-state-\(UUID().uuidString)"
    try files.createDirectory(
        atPath: directory, withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
    defer { try? files.removeItem(atPath: directory) }
    let here = directory + "/enforcement"
    try? files.copyItem(atPath: Tool.measured, toPath: here)
    let result = try await body(directory)
    for record in (try? files.contentsOfDirectory(atPath: here)) ?? [] {
        try? files.createDirectory(atPath: Tool.measured, withIntermediateDirectories: true)
        try? files.copyItem(atPath: "\(here)/\(record)", toPath: "\(Tool.measured)/\(record)")
    }
    return result
}

/// A copy of a release's root tree with more units, and with programs in /usr/local/bin.
func withTree<Result>(
    _ release: Release, units: [String: String], programs: [String: String] = [:],
    _ body: (String) async throws -> Result
) async throws -> Result {
    try await withCopy(of: release.root) { tree in
        for (name, text) in units {
            try text.write(
                toFile: "\(tree)/etc/systemd/system/\(name)", atomically: true, encoding: .utf8)
        }
        for (name, text) in programs { try install(program: text, as: name, in: tree) }
        return try await body(tree)
    }
}

func install(program: String, as name: String, in tree: String) throws {
    let path = "\(tree)/usr/local/bin/\(name)"
    try program.write(toFile: path, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
}

/// A shell of a lab that is this machine, with the tool where its users have it.
func withThisMachine(
    binding directories: [String] = [],
    _ body:
        @Sendable (_ run: @escaping @Sendable (String) async throws -> LabOutput) async throws ->
        Void
) async throws {
    var plan = LabPlan()
    plan.binds = [Tool.directory] + directories
    try await Lab.with(plan) { lab in
        let run: @Sendable (String) async throws -> LabOutput = { script in
            try await lab.run(["sh", "-euc", script], within: .seconds(150))
        }
        let ready = try await run("ln -sf \(Tool.directory)/temper /usr/local/bin/temper")
        try #require(ready.status == 0, "\(ready.stderr)")
        try await body(run)
    }
}
