/// A setting that means something else to a later systemd, so that a profile which passed under one
/// does not say the same under the other. Measured on systemd 252, 257 and 262; versions in between
/// by reading their sources.
public struct MeaningChange: Sendable {
    /// The last version that was seen to do as before.
    let before: Int
    /// The first that was seen to do otherwise.
    let after: Int
    /// It concerns a profile that takes something of its row, or this restriction...
    var only: String?
    /// ... and, where it says so, something with a system call filter...
    var besideFilter = false
    /// ... and not this restriction.
    var unless: String?
    public let text: String

    /// What means something else to systemd `new` than to `old`, in a profile.
    ///
    /// - Parameters:
    ///   - old: a major version, such as 252.
    ///   - new: either may be the later one.
    public static func concerning(
        _ profile: Profile, from old: Int, to new: Int
    ) -> [MeaningChange] {
        // By name, as a profile that was written down may have restrictions of any catalogue.
        let names = Set(profile.restrictions.map { String($0.prefix { $0 != "=" }) })
        return Catalogue.withExamples.directives.filter { names.contains($0.name) }
            .flatMap(\.meaningChanges).filter { change in
                min(old, new) <= change.before && max(old, new) >= change.after
                    && (change.only.map(profile.restrictions.contains) ?? true)
                    && !(change.unless.map(profile.restrictions.contains) ?? false)
                    && (!change.besideFilter || !names.isDisjoint(with: filtering))
            }
    }

    private static let filtering = Catalogue.standard.names(where: \.bringsFilter)
}
