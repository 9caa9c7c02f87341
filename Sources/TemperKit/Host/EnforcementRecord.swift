import Foundation
import Hardening
import Linux
import Systemd

/// What was measured of machines, so that it is measured once: a small file for each, named after
/// all that the result depends on.
struct EnforcementRecord {
    let path: String

    /// Where it was measured.
    enum Place: String {
        case machine
        case lab
        case cage
    }

    /// - Parameter root: the tree that the machine is made of.
    init(facts: MachineFacts, root: String, place: Place, stateDirectory: String) {
        let parts =
            [TemperVersion.current, facts.systemd, facts.kernel, root, place.rawValue]
            + [EnforcementRecord.identity(ofTree: root), "\(facts.hasBPFFileSystem)"]
            + facts.features + facts.securityModules
            + facts.libraries.map(\.rawValue).sorted()
            + Catalogue.standard.restrictions.map { "\($0.id) \($0.inForceCheck.outline)" }
        path = "\(stateDirectory)/enforcement/\(Fingerprint.digits(of: parts)).json"
    }

    func load() -> Enforcement? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        // What an interrupted disk or another release left there is measured again.
        return try? JSONDecoder().decode(Enforcement.self, from: data)
    }

    /// A record that cannot be written costs time at the next run and nothing else.
    func save(_ enforcement: Enforcement) {
        let url = URL(fileURLWithPath: path)
        let directory = url.deletingLastPathComponent().path
        mkdir(directory, 0o700)
        guard let text = try? JSON.line(enforcement),
            let place = try? RootedDirectory(directory)
        else { return }
        try? place.write(text, as: url.lastPathComponent, mode: 0o600)
    }

    /// Changes with the tree and with the systemd in it.
    private static func identity(ofTree root: String) -> String {
        let tree = try? RootedDirectory(root)
        return ["/", "/usr/lib/systemd/systemd", "/lib/systemd/systemd"].map { path in
            guard let about = tree?.status(of: path, followingLink: true) else { return "" }
            // A directory's own time changes with whatever is put into it.
            return "\(about.device) \(about.inode) \(path == "/" ? 0 : about.modified)"
        }.joined(separator: ";")
    }
}

extension InForceCheck {
    /// Differs where what is looked for does.
    fileprivate var outline: String { parts.map { "\($0.name) \($0.sign)" }.joined(separator: ",") }
}
