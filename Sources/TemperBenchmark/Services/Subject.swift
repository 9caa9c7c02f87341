import ArgumentParser
import Foundation
import Lab
import TemperKit
import Trials

/// A service of the figures: where it comes from, whose it is, and what it should come to. Its
/// probes are the plan of the same name in Examples/Services, for anyone to use.
struct Subject: Sendable {
    /// As on the command line and as its plan is named.
    let name: String
    let unit: String
    /// The tree of Tests/roots that has it.
    var tree = "services"
    var manager = ManagerChoice.system
    /// The exposure to reach, or lower; nil where none was set.
    var aim: Double?
    /// How many trials the first version of the search needed, with the same probes (measured).
    var firstVersion: Int?
    /// Whose probes it has, where it is another form of one of them.
    var sibling: String?

    var plan: String { (sibling ?? name) + ".temper" }

    static let all: [Subject] = [
        Subject(name: "nginx", unit: "nginx.service", aim: 1.6, firstVersion: 45),
        Subject(name: "redis-server", unit: "redis-server.service", aim: 0.9, firstVersion: 22),
        Subject(name: "postgresql", unit: "postgresql@17-main.service", aim: 1.8, firstVersion: 55),
        Subject(name: "memcached", unit: "memcached.service", aim: 1.0, firstVersion: 47),
        // Without the wrapper that refuses to run as anyone but root.
        Subject(
            name: "memcached-direct", unit: "memcached-direct.service", aim: 1.0,
            sibling: "memcached"),
        Subject(name: "ssh", unit: "ssh.service", firstVersion: 95),
        Subject(name: "cron", unit: "cron.service", firstVersion: 79),
        Subject(name: "rsyslog", unit: "rsyslog.service", firstVersion: 14),
        // Unusual needs: a device node and an interface; a root and namespaces of its own, and
        // files in nobody's state directory.
        Subject(name: "tinc", unit: "tinc@home.service", firstVersion: 34),
        Subject(name: "vsftpd", unit: "vsftpd.service", firstVersion: 67),
        // Those that people gave up on. By hand, OpenRGB was brought to 4.5.
        Subject(
            name: "openrgb", unit: "openrgb.service", tree: "openrgb", aim: 4.4, firstVersion: 53),
        Subject(name: "opensnitch", unit: "opensnitch.service", aim: 3.5, firstVersion: 64),
        Subject(
            name: "syncthing", unit: "syncthing.service", manager: .user("mona"), firstVersion: 39),
    ]
}

extension Subject {
    /// - Throws: `ValidationError` where one of the names is nobody's.
    static func check(_ names: [String]) throws {
        let known = all.map(\.name)
        if let unknown = names.first(where: { !known.contains($0) }) {
            throw ValidationError("\(unknown) is none of \(known.joined(separator: ", "))")
        }
    }

    /// - Parameter state: where the ledger is kept.
    func session(from places: SubjectPlaces, state: String) throws -> HardenSession {
        let file = "\(places.plans)/\(plan)"
        var lab = LabPlan()
        lab.root = "\(places.roots)/\(tree)"
        var session = HardenSession(unit: unit, stateDirectory: state)
        session.plan = try Plan(
            reading: try String(contentsOfFile: file, encoding: .utf8), file: file)
        session.host = .lab(lab)
        session.manager = manager
        return session
    }
}

/// Where the services and their plans are.
struct SubjectPlaces: ParsableArguments {
    @Option(help: ArgumentHelp("Where the root trees are.", valueName: "dir"))
    var roots = ProcessInfo.processInfo.environment["TEMPER_ROOTS"] ?? "/var/cache/temper/roots"

    @Option(help: ArgumentHelp("Where the plans with the probes are.", valueName: "dir"))
    var plans = "Examples/Services"
}

/// Runs `body` with a directory for ledgers; nil for one that is gone afterwards.
func withStateDirectory<Result>(
    _ kept: String?, _ body: (String) async throws -> Result
) async throws -> Result {
    if let kept { return try await body(kept) }
    let state = FileManager.default.temporaryDirectory.appending(
        path: "temper-benchmark-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: state) }
    return try await body(state.path)
}
