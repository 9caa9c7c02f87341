/// How a profile changes `SystemCallFilter=`, as assignments in their order.
///
/// Denials extend whatever filter stands and tighten in both modes. Only an allow-list on top of
/// a deny-list would *loosen*: there the filter is emptied first and the old denials are written
/// again after it.
public struct CallFilterChange: Hashable, Sendable {
    /// Whether what stands must be emptied first. Also where it denies nothing: a deny-list that
    /// was emptied call by call is still one, and an allow-list on top of it would do nothing.
    public let replaces: Bool
    public let assignments: [Assignment]

    public static let directive = DirectiveName.systemCallFilter.rawValue

    public struct Assignment: Hashable, Sendable {
        public let allow: Bool
        /// Groups or names of system calls.
        public let names: [String]
    }

    public init(of subject: HardeningSubject, taking profile: Profile) {
        let dialect = subject.dialect
        let (allow, names) = subject.sandbox[.systemCallFilter].filtered
        let changes = subject.changes(of: .systemCallFilter, by: profile)
        let allowed = changes.compactMap { change in
            if case .allowOnlyCalls(let group) = change { group } else { nil }
        }
        let denied = changes.compactMap { change in
            if case .denyCalls(let group) = change { group } else { nil }
        }
        replaces = !allow && !allowed.isEmpty
        var assignments: [Assignment] = []
        if replaces {
            assignments.append(Assignment(allow: true, names: allowed))
            // Without error numbers of their own: in an allow-list they make systemd 257 and 262
            // fail with 218/CAPABILITIES for a user that is not root.
            assignments.append(Assignment(allow: false, names: names.map(CallName.bare)))
        } else if !allowed.isEmpty {
            let kept = allowed.reduce(into: Set<String>()) { $0.formUnion(dialect.allows($1)) }
            assignments.append(Assignment(allow: false, names: names.filter { !kept.contains($0) }))
        }
        assignments.append(Assignment(allow: false, names: denied))
        if !allow && !replaces {
            // Denying a call again would replace the error number that the unit gave it.
            let again = denied.reduce(into: Set<String>()) {
                $0.formUnion(dialect.calls[$1] ?? [])
            }
            let answered = names.filter {
                $0 != CallName.bare($0) && again.contains(CallName.bare($0))
            }
            assignments.append(Assignment(allow: false, names: answered))
        }
        self.assignments = assignments.filter { !$0.names.isEmpty }
    }
}

extension HardeningSubject {
    /// The directive that denies file systems.
    public static let fileSystemFilter = DirectiveName.restrictFileSystems.rawValue

    /// The groups of file systems that `profile` denies and the unit does not yet.
    public func fileSystemGroups(deniedBy profile: Profile) -> [String] {
        changes(of: .restrictFileSystems, by: profile).compactMap { change in
            if case .denyFileSystems(let group) = change { group } else { nil }
        }
    }

    /// What of a profile really changes one directive.
    fileprivate func changes(of name: DirectiveName, by profile: Profile) -> [Tightening] {
        let taken = catalogue.directive(name)?.restrictions.filter {
            profile.restrictions.contains($0.id) && !already(has: $0)
        }
        return taken?.map(\.change) ?? []
    }
}

/// A name in a deny-list of system calls, which may carry its own answer: `mount:EPERM`.
enum CallName {
    /// The name without the answer.
    static func bare(_ name: String) -> String {
        name.utf8.firstIndex(of: UInt8(ascii: ":")).map { String(name[..<$0]) } ?? name
    }
}

extension Dialect {
    /// What an allow-list of this group lets through; systemd adds `@default` to each.
    func allows(_ group: String) -> Set<String> {
        (calls[group] ?? []).union(calls["@default"] ?? [])
    }
}
