/// What a record is valid for: the machine, the unit's files and the programs that they start.
public struct Validity: Hashable, Sendable {
    /// The version of Temper.
    public var temper = ""
    /// As the manager says it, such as `257.13-1~deb13u1`.
    public var systemd = ""
    /// Tells one build of systemd from another.
    public var manager = ""
    /// The release, such as `6.12.48`.
    public var kernel = ""
    /// As uname(1) says it.
    public var architecture = ""
    /// Digests by path, without the drop-ins that Temper wrote.
    public var unitFiles: [String: String] = [:]
    public var programs: [String: FileIdentity] = [:]
    public var libraries: [String: FileIdentity] = [:]
    /// What of the machine bears on what is enforced: `seccomp`, `bpf`, `lsm=apparmor`.
    public var features: Set<String> = []
    /// Restrictions that could not be put in force there.
    public var notInForce: Set<String> = []
    /// The system calls of each group that the profile names.
    public var calls: [String: Set<String>] = [:]

    public init() {}
}

/// What a file is, and whose.
public struct FileIdentity: Hashable, Sendable {
    /// Its build ID, or a digest of what is in it.
    public var digest: String
    /// The package it is from; nil where that is not known.
    public var package: String?
    /// The version of that package; nil where the machine's package database cannot be read.
    public var version: String?

    public init(digest: String, package: String? = nil, version: String? = nil) {
        self.digest = digest
        self.package = package
        self.version = version
    }
}

/// One thing that is not as it was.
public struct UpgradeChange: Hashable, Codable, Sendable {
    public enum Kind: String, Hashable, Codable, Sendable {
        case systemd, kernel, architecture, feature, package, program, library
        case unitFile = "unit-file"
        case systemCalls = "system-calls"
    }

    public let kind: Kind
    /// What changed: `nginx-light`, `/etc/systemd/system/x.service`, `@mount`.
    public let what: String
    /// nil where there was none.
    public let before: String?
    /// nil where there is none any more.
    public let after: String?

    public init(_ kind: Kind, _ what: String, _ before: String?, _ after: String?) {
        self.kind = kind
        self.what = what
        self.before = before
        self.after = after
    }

    /// `nginx-light 1.22.1-9 → 1.26.3-3`
    public var text: String {
        switch kind {
        case .feature: "\(what) is \(after == nil ? "gone" : "new")"
        case .systemCalls:
            [after.map { "gained \($0)" }, before.map { "lost \($0)" }].compactMap { $0 }
                .reduce(what) { $0 == what ? "\($0) \($1)" : "\($0) and \($1)" }
        default: moved(what.isEmpty ? kind.rawValue : what)
        }
    }

    private func moved(_ name: String) -> String {
        switch (before, after) {
        case (nil, nil): "\(name) changed"
        case (let before?, nil): "\(name) \(before) is gone"
        case (nil, let after?): "\(name) \(after) is new"
        case (let before?, let after?): "\(name) \(before) → \(after)"
        }
    }
}

extension Validity {
    /// What is different from `then`, most telling first. What either side does not know is not
    /// compared.
    public func changes(since then: Validity) -> [UpgradeChange] {
        var changes: [UpgradeChange] = []
        func compare(_ kind: UpgradeChange.Kind, _ before: String, _ after: String) {
            if before != after, !before.isEmpty, !after.isEmpty {
                changes.append(.init(kind, "", before, after))
            }
        }
        compare(.systemd, then.systemd, systemd)
        if changes.isEmpty, then.manager != manager, !then.manager.isEmpty, !manager.isEmpty {
            changes.append(.init(.systemd, "", nil, nil))
        }
        compare(.kernel, then.kernel, kernel)
        compare(.architecture, then.architecture, architecture)
        changes += unitFileChanges(since: then)
        changes += fileChanges(since: then)
        changes += features.symmetricDifference(then.features).sorted().map {
            UpgradeChange(
                .feature, $0, then.features.contains($0) ? "yes" : nil,
                features.contains($0) ? "yes" : nil)
        }
        return changes + callChanges(since: then)
    }

    private func unitFileChanges(since then: Validity) -> [UpgradeChange] {
        if then.unitFiles.isEmpty || unitFiles.isEmpty { return [] }
        return Set(unitFiles.keys).union(then.unitFiles.keys).sorted().compactMap { path in
            let (before, after) = (then.unitFiles[path], unitFiles[path])
            if before == after { return nil }
            if before != nil, after != nil { return UpgradeChange(.unitFile, path, nil, nil) }
            return UpgradeChange(
                .unitFile, path, before.map { _ in "(a file of the unit)" },
                after.map { _ in "(a file of the unit)" })
        }
    }

    /// Programs and libraries of a package that has another version are one change.
    private func fileChanges(since then: Validity) -> [UpgradeChange] {
        var packages: Set<String> = []
        var changes: [UpgradeChange] = []
        for (kind, before, after) in [
            (UpgradeChange.Kind.program, then.programs, programs),
            (.library, then.libraries, libraries),
        ] where !before.isEmpty && !after.isEmpty {
            for path in Set(before.keys).union(after.keys).sorted() {
                let (old, new) = (before[path], after[path])
                if old?.digest == new?.digest { continue }
                if let package = old?.package, package == new?.package, let from = old?.version,
                    let to = new?.version, from != to
                {
                    if packages.insert(package).inserted {
                        changes.append(.init(.package, package, from, to))
                    }
                } else {
                    changes.append(.init(kind, path, old.map(\.text), new.map(\.text)))
                }
            }
        }
        return changes.sorted { ($0.kind == .package ? 0 : 1) < ($1.kind == .package ? 0 : 1) }
    }

    private func callChanges(since then: Validity) -> [UpgradeChange] {
        calls.keys.sorted().compactMap { group in
            guard let now = calls[group], let before = then.calls[group], now != before,
                !now.isEmpty
            else { return nil }
            let (lost, gained) = (before.subtracting(now), now.subtracting(before))
            return UpgradeChange(
                .systemCalls, group, lost.isEmpty ? nil : lost.sorted().joined(separator: " "),
                gained.isEmpty ? nil : gained.sorted().joined(separator: " "))
        }
    }
}

extension FileIdentity {
    /// Whose it is, or else what it is.
    fileprivate var text: String {
        guard let package else { return "(\(digest.prefix(12)))" }
        return "(\(package) \(version ?? "unknown"))"
    }
}

extension Validity {
    /// The number before the first dot: 257 of `257.13-1~deb13u1`; 0 where it is not known.
    public var systemdVersion: Int {
        Int(systemd.drop { !$0.isNumber }.prefix { $0.isNumber }) ?? 0
    }
}
