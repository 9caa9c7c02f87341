import Foundation
import Glibc
public import Hardening
import Linux
public import Trials

extension Validity {
    /// What can be read in a tree with no systemd running in it: all but what its manager says of
    /// itself.
    ///
    /// - Parameters:
    ///   - programs: those that the service runs beside what its unit's files name.
    ///   - root: `/` for this machine.
    ///   - account: whose manager the unit belongs to; nil for the machine's.
    public init(
        of unit: String, running programs: some Sequence<String>, in root: String,
        account: UserAccount? = nil
    ) {
        self.init()
        let tree = RootedDirectory.tree(root)
        let packages = PackageDatabase(of: tree)
        var about = utsname()
        uname(&about)
        kernel = withUnsafeBytes(of: &about.release) { String(cText: $0) }
        architecture = withUnsafeBytes(of: &about.machine) { String(cText: $0) }
        let files = UnitPlaces(tree: tree, account: account).files(of: unit)
        unitFiles = files.mapValues { Digest.of($0) }
        if let manager = ["/usr/lib/systemd/systemd", "/lib/systemd/systemd"].lazy
            .compactMap({ TreeFile($0, in: tree) }).first
        {
            self.manager = manager.digest
            systemd = packages.owner(of: manager.path)?.version ?? ""
        }
        var libraries = LinkedLibraries(of: tree)
        func identity(_ file: TreeFile) -> FileIdentity {
            let owner = packages.owner(of: file.path)
            return FileIdentity(
                digest: file.digest, package: owner?.package, version: owner?.version)
        }
        let named = files.sorted { $0.key < $1.key }.map {
            UnitFile(path: $0.key, text: String(decoding: $0.value, as: UTF8.self))
        }
        for path in Set(programs).union(named.programs) {
            var next: String? = path
            // A script's interpreter may be a script.
            for _ in 0..<4 {
                guard let file = next.flatMap({ TreeFile($0, in: tree) }) else { break }
                self.programs[file.path] = identity(file)
                libraries.add(linkedWith: file)
                next = file.interpreter
            }
        }
        self.libraries = libraries.files.mapValues(identity)
    }

    /// What the machine's manager says, and what was measured of it.
    public mutating func learn(
        _ facts: MachineFacts, _ enforcement: Enforcement, _ profile: Profile, _ dialect: Dialect
    ) {
        systemd = facts.systemd
        features = Set(
            facts.libraries.map(\.rawValue) + facts.securityModules.map { "lsm=\($0)" }
                + (facts.hasBPFFileSystem ? ["bpf-file-system"] : []))
        notInForce = Set(
            enforcement.findings.filter { _, finding in
                switch finding.standing {
                case .inForce, .partly, .cannotTell: false
                case .ignored, .unknown, .absent, .failing: true
                }
            }.keys)
        let groups = profile.restrictions.filter { $0.hasPrefix("\(CallFilterChange.directive)=") }
            .map {
                String($0.drop { $0 != "@" })
            }
        calls = dialect.calls.filter { groups.contains($0.key) && !$0.value.isEmpty }
    }
}

/// The drop-ins of a unit that Temper wrote, as paths of the tree.
public func temperDropIns(
    of unit: String, in root: String, account: UserAccount? = nil
) -> [String] {
    UnitPlaces(tree: .tree(root), account: account).ours(of: unit)
}

extension UserAccount {
    /// The account of this name or number in a tree, or without one its only ordinary user.
    public static func named(
        _ name: String?, in root: String
    ) throws(ExperimentError) -> UserAccount {
        try chosen(name, from: all(in: RootedDirectory.tree(root).text(of: "/etc/passwd") ?? ""))
    }
}

extension RootedDirectory {
    fileprivate static func tree(_ path: String) -> RootedDirectory {
        (try? RootedDirectory(path)) ?? .nowhere
    }
}

extension [UnitFile] {
    /// The programs that the unit's commands name. Prefixes of a command are systemd's
    /// (systemd.service(5)).
    fileprivate var programs: [String] {
        ["ExecStart", "ExecStartPre", "ExecStartPost", "ExecReload", "ExecStop", "ExecStopPost"]
            .flatMap { values(of: $0) }.compactMap { command in
                command.drop { "@-:+!|".contains($0) }.split(whereSeparator: \.isWhitespace).first
                    .map(String.init)
            }
    }
}

extension String {
    /// A text that ends with a zero.
    fileprivate init(cText bytes: UnsafeRawBufferPointer) {
        self.init(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}
