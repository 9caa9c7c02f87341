import Foundation
public import Lab
public import Systemd
import SystemdBus
public import Testing

/// The Debian releases that are tested against, each as a root tree with real services that
/// `Tests/roots` makes once and keeps.
public enum Release: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case bookworm, trixie, sid

    /// The major version of its systemd.
    public var systemd: Int {
        switch self {
        case .bookworm: 252
        case .trixie: 257
        case .sid: 262
        }
    }

    /// Where its tree is: below `$TEMPER_ROOTS`, or the cache of this machine.
    public var root: String { Release.tree(rawValue) }

    /// The tree of trixie that has an ordinary user with a manager of its own, and the services of
    /// Examples/Services.
    public static var services: String { tree("services") }

    private static func tree(_ name: String) -> String {
        let cache = ProcessInfo.processInfo.environment["TEMPER_ROOTS"]
        return "\(cache ?? "/var/cache/temper/roots")/\(name)"
    }

    /// The instance of postgresql@.service that its package makes.
    public var postgresql: String {
        let versions =
            (try? FileManager.default.contentsOfDirectory(atPath: root + "/etc/postgresql"))
        return "postgresql@\(versions?.sorted().last ?? "missing")-main.service"
    }

    public var testDescription: String { "\(rawValue), systemd \(systemd)" }
}

/// A booted lab of a release with a connection to its systemd; it ends when `body` returns.
///
/// - Parameter change: what is to be otherwise than in a lab of the tree as it stands.
public func withLab<Result: Sendable>(
    _ release: Release, changing change: (inout LabPlan) -> Void = { _ in },
    _ body: @Sendable (Lab, Machine) async throws -> Result
) async throws -> Result {
    try await withLab(root: release.root, changing: change, body)
}

/// The same with a lab of any tree.
public func withLab<Result: Sendable>(
    root: String, changing change: (inout LabPlan) -> Void = { _ in },
    _ body: @Sendable (Lab, Machine) async throws -> Result
) async throws -> Result {
    var plan = LabPlan()
    plan.root = root
    change(&plan)
    let lab = try await Lab.boot(plan)
    do {
        let bus = try await Bus.connect(to: lab.bus)
        let machine = Machine(
            bus: bus, root: lab.rootPath, network: lab.networkNamespace, isDisposable: true)
        let result = try await body(lab, machine)
        await bus.close()
        try await lab.end()
        return result
    } catch {
        try? await lab.end()
        throw error
    }
}

/// A copy of a root tree, made in a second: of hard links, so files are replaced there and never
/// written to. Only /etc is a copy indeed: cron takes no crontab that has several links, and that
/// would hold for whoever boots a lab of the tree itself meanwhile.
public func withCopy<Result>(
    of root: String, _ body: (String) async throws -> Result
) async throws -> Result {
    let tree = root + ".copy-\(UUID().uuidString.prefix(8))"
    defer { try? FileManager.default.removeItem(atPath: tree) }
    let copied = try await runProgram(
        "/bin/sh",
        [
            "-euc",
            """
            mkdir "$2"
            find "$1" -mindepth 1 -maxdepth 1 ! -name etc -exec cp -al -t "$2" {} +
            cp -a "$1/etc" "$2"
            """, "sh", root, tree,
        ])
    try #require(copied.status == 0, "\(copied.errors)")
    return try await body(tree)
}
