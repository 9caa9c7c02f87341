/// How a profile changes `SystemCallFilter=`, as assignments in their order.
///
/// Denials extend whatever filter stands and tighten in both modes. Only an allow-list on top of
/// a deny-list would *loosen*: there the filter is emptied first and the old denials are written
/// again after it.
public struct CallFilterChange: Hashable, Sendable {
    /// Whether the filter that stands must be emptied first.
    public let replaces: Bool
    public let assignments: [Assignment]

    public struct Assignment: Hashable, Sendable {
        public let allow: Bool
        /// Groups or names of system calls.
        public let names: [String]
    }

    public init(from before: Sandbox, taking profile: Profile, in catalogue: Catalogue) {
        let (allow, names) = before.filter("SystemCallFilter")
        let changes =
            catalogue.directive("SystemCallFilter")?.restrictions
            .filter { profile.restrictions.contains($0.id) }.map(\.change) ?? []
        let allowed = changes.compactMap { change in
            if case .allowOnlyCalls(let group) = change { group } else { nil }
        }
        let denied = changes.compactMap { change in
            if case .denyCalls(let group) = change { group } else { nil }
        }
        var assignments: [Assignment] = []
        if !allow && !allowed.isEmpty {
            assignments.append(Assignment(allow: true, names: allowed))
            if !names.isEmpty { assignments.append(Assignment(allow: false, names: names)) }
        }
        if !denied.isEmpty { assignments.append(Assignment(allow: false, names: denied)) }
        self.assignments = assignments
        replaces = !allow && !allowed.isEmpty && !names.isEmpty
    }
}
