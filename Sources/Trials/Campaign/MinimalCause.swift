import Hardening

/// Finds the restrictions that bring something, such as a failure or a complaint: a minimal set of
/// those taken under which it is seen. Pure: it is asked with all that is known so far, and answers
/// with the next profile to try or with the set.
///
/// By halving: the shortest beginning of the list of restrictions with which the thing is seen ends
/// in one that is needed; that one is kept, and the rest is halved again until those kept suffice.
/// About log2(n) questions for each, fewer where trials on record answer.
struct MinimalCause {
    /// The restrictions taken, each after all that it implies.
    private let taken: [String]
    private let implied: [String: Set<String>]
    private let samples: [Sample]

    /// What one trial said.
    struct Sample {
        let profile: Profile
        let isSeen: Bool
    }

    enum Step: Hashable {
        case ask(Profile)
        /// In the order in which they were found; none where it comes and goes by itself.
        case found([String])
    }

    /// - Parameters:
    ///   - profile: under which it was seen.
    ///   - implied: what each restriction implies.
    ///   - samples: what is known; trials of which nothing follows are left out.
    init(in profile: Profile, implied: [String: Set<String>], samples: [Sample]) {
        self.implied = implied
        self.samples = samples
        // What most of the trials without it had taken comes first: that much need not be asked.
        let quiet =
            samples.filter { !$0.isSeen }
            .map { $0.profile.meet(profile).restrictions }
            .max { $0.count < $1.count } ?? []
        func rank(_ id: String) -> (Int, Int, String) {
            (quiet.contains(id) ? 0 : 1, implied[id]?.count ?? 0, id)
        }
        taken = profile.restrictions.sorted { rank($0) < rank($1) }
    }

    var next: Step {
        do throws(Unknown) { return .found(try search()) } catch { return .ask(error.profile) }
    }

    private struct Unknown: Error { let profile: Profile }

    private func search() throws(Unknown) -> [String] {
        var kept: [String] = []
        var end = taken.count
        while try !isSeen(first: 0, kept) {
            // Seen with the first `end`, not with the first `start`.
            var start = 0
            guard try isSeen(first: end, kept) else { return [] }
            while end - start > 1 {
                let middle = (start + end) / 2
                if try isSeen(first: middle, kept) { end = middle } else { start = middle }
            }
            kept.append(taken[end - 1])
            end -= 1
        }
        return kept.filter { id in !kept.contains { implied[$0]?.contains(id) ?? false } }
    }

    /// Whether it is seen under the first so many restrictions and those kept. What is seen under
    /// less is seen under more.
    private func isSeen(first count: Int, _ kept: [String]) throws(Unknown) -> Bool {
        var restrictions = Set(taken.prefix(count))
        for id in kept { restrictions.formUnion(implied[id, default: []].union([id])) }
        let profile = Profile(recorded: restrictions)
        if samples.contains(where: { $0.isSeen && $0.profile.isAtMost(profile) }) {
            return true
        }
        if samples.contains(where: { !$0.isSeen && profile.isAtMost($0.profile) }) {
            return false
        }
        throw Unknown(profile: profile)
    }
}
