/// Rates counted in real campaigns: how often services needed what a family of restrictions takes
/// away, and which of its members then broke them.
///
/// Every count begins with one service of either kind (Laplace's rule), so that a restriction
/// which never broke anything keeps a small rate, and few campaigns move a rate only a little.
public struct RateEstimate: Hashable, Sendable {
    /// What one campaign showed.
    public struct Sample: Hashable, Sendable {
        /// The ids of the restrictions that were taken, with all that they contain.
        public let taken: Set<String>
        /// The ids of those that failed by themselves.
        public let broken: Set<String>

        public init(taken: Set<String>, broken: Set<String>) {
            self.taken = taken
            self.broken = broken
        }
    }

    public struct Family: Hashable, Sendable {
        public let name: String
        public let campaigns: Int
        /// Campaigns in which one of its restrictions or more broke the service.
        public let hot: Int

        public var rate: Double { Double(hot + 1) / Double(campaigns + 2) }
    }

    public struct Member: Hashable, Sendable {
        public let id: String
        public let family: String
        /// Campaigns in which it was tried.
        public let tried: Int
        /// Those of them in which its family was hot.
        public let triedHot: Int
        public let broke: Int

        public var whenHot: Double { Double(broke + 1) / Double(triedHot + 2) }
    }

    public let families: [Family]
    public let members: [Member]

    public init(_ samples: [Sample], in catalogue: Catalogue) {
        let groups = Dictionary(grouping: catalogue.restrictions, by: \.prior.family)
        func isHot(_ family: String, _ sample: Sample) -> Bool {
            groups[family]?.contains { sample.broken.contains($0.id) } ?? false
        }
        families = groups.keys.sorted().map { name in
            let seen = samples.filter { sample in
                groups[name]?.contains {
                    sample.taken.contains($0.id) || sample.broken.contains($0.id)
                } ?? false
            }
            return Family(
                name: name, campaigns: seen.count, hot: seen.count { isHot(name, $0) })
        }
        members = catalogue.restrictions.map { restriction in
            let id = restriction.id
            let tried = samples.filter { $0.taken.contains(id) || $0.broken.contains(id) }
            let hot = tried.filter { isHot(restriction.prior.family, $0) }
            return Member(
                id: id, family: restriction.prior.family, tried: tried.count,
                triedHot: hot.count, broke: hot.count { $0.broken.contains(id) })
        }
    }
}
