/// What can be tried on one service on one machine, and what cannot and why.
public struct Offer: Sendable {
    /// In the catalogue's order; each one's implications within the offer are `implications`.
    public let restrictions: [Restriction]
    public let leftOut: [LeftOut]

    /// A restriction that is not tried.
    public struct LeftOut: Hashable, Sendable {
        public let id: String
        public let reason: Reason
        /// What says that the service may need it; nil where it is left out for another reason.
        public let contest: Contest?
    }

    public enum Reason: Hashable, Sendable {
        /// This systemd does not know the value; the number is the version that first does.
        case unknownTo(version: Int)
        case alreadyInForce
        /// The manager that runs the service has no right to apply it; other services would not
        /// get it either.
        case beyondManager(String)
        /// Accepted by systemd and ignored on this machine, as was measured; with the cure.
        case ignored(cure: String)
        /// Nothing starts under it on this machine; with how a start ends.
        case failing(String)
        /// It could not be judged where the trials run.
        case unjudged(Need)
        case heldBack(String)
        /// The user wants it left as it is.
        case kept
        /// It contains a restriction that the user wants left out.
        case contains(String)

        /// For people, in a few words that follow the restriction.
        public var text: String {
            switch self {
            case .ignored(let cure): cure
            case .failing(let how): "nothing starts under it here: \(how)"
            case .unjudged(let need): need.cure
            case .beyondManager(let why), .heldBack(let why): why
            case .alreadyInForce: "in force before"
            case .unknownTo(let version): "needs systemd \(version)"
            case .kept: "kept as it is, as was asked for"
            case .contains(let other): "contains \(other), which is left open"
            }
        }
    }

    /// What it was made of.
    public let subject: HardeningSubject

    /// - Parameters:
    ///   - enforcement: what was measured of the machine; what was not measured counts as in force.
    ///   - keep: ids of restrictions, or names of directives, that stay as they are.
    ///   - attempt: ids of restrictions that are held back and tried all the same.
    ///   - unmet: the needs that depend on the service and that it does not meet. Of one that nobody
    ///     saw at work it is not known that it talks with its own machine only.
    ///   - contested: by what its programs and its unit say, by the ids of restrictions.
    ///   - inapplicable: ids of restrictions that this manager was seen to fail with, and how.
    public init(
        of subject: HardeningSubject, enforcement: Enforcement = .unmeasured,
        keep: Set<String> = [], attempt: Set<String> = [],
        unmet: Set<Need> = [.loopbackListener],
        contested: [String: ContestedRestriction] = [:],
        inapplicable: [String: String] = [:]
    ) {
        self.subject = subject
        let choice = Choice(
            subject: subject, enforcement: enforcement, keep: keep, attempt: attempt,
            unmet: unmet, contested: contested, inapplicable: inapplicable)
        let judged = subject.catalogue.restrictions.map { ($0, choice.leavesOut($0)) }
        restrictions = judged.filter { $0.1 == nil }.map(\.0)
        leftOut = judged.compactMap(\.1)
    }

    /// The restrictions of the offer that `restriction` contains.
    public func implications(of restriction: Restriction) -> Set<String> {
        restriction.implies.union(subject.set(beside: restriction))
            .intersection(restrictions.map(\.id))
    }

    /// How many points of exposure each restriction of the offer is worth: what a test of the
    /// exposure's table loses when everything is on, shared between those that are needed for it.
    ///
    /// A test that needs three capabilities gone gives each a third; no restriction is worth
    /// less than one point, so that tightening more is always better. What closes a way to root is
    /// worth more than all of them.
    public var weights: [Double] {
        let catalogue = subject.catalogue
        let everything = Profile(restrictions.map(\.id), in: catalogue)
        func points(without id: String?) -> [UInt64] {
            let taken = everything.restrictions.filter { candidate in
                candidate != id && !(catalogue[candidate]?.implies.contains(id ?? "") ?? false)
            }
            return subject.under(Profile(recorded: taken)).points
        }
        let best = points(without: nil)
        let worst = subject.points
        let without = restrictions.map { points(without: $0.id) }
        let all = restrictions.count + Int(worst.reduce(0, +))
        var weights = restrictions.map { 1.0 + ($0.closesWayToRoot ? Double(all) : 0) }
        for test in best.indices where worst[test] > best[test] {
            let needed = without.indices.filter { without[$0][test] > best[test] }
            for index in needed {
                weights[index] += Double(worst[test] - best[test]) / Double(needed.count)
            }
        }
        return weights
    }
}

/// Why a restriction is not tried: the machine first, then the unit, then what was asked for.
private struct Choice {
    let subject: HardeningSubject
    let enforcement: Enforcement
    let keep: Set<String>
    let attempt: Set<String>
    let unmet: Set<Need>
    let contested: [String: ContestedRestriction]
    let inapplicable: [String: String]

    /// nil where it is tried.
    func leavesOut(_ restriction: Restriction) -> Offer.LeftOut? {
        if let reason = ofMachine(restriction) { return leftOut(restriction, reason) }
        if let left = ofService(restriction) { return left }
        if subject.already(has: restriction) { return leftOut(restriction, .alreadyInForce) }
        if isKept(restriction) { return leftOut(restriction, .kept) }
        if let held = restriction.implies.sorted().first(where: isKept) {
            return leftOut(restriction, .contains(held))
        }
        let row = subject.catalogue.directive(restriction.directive)
        if let why = row?.noGood?(subject.sandbox, subject.dialect) {
            return leftOut(restriction, .heldBack(why), row?.contest)
        }
        if let why = restriction.heldBack, !attempt.contains(restriction.id) {
            return leftOut(restriction, .heldBack(why), restriction.contest)
        }
        if let contested = contested[restriction.id], !attempt.contains(restriction.id) {
            return leftOut(restriction, .heldBack(contested.because), contested.contest)
        }
        let part = restriction.implies.sorted().first { id in
            contested[id] != nil && !attempt.contains(id)
        }
        return part.map { leftOut(restriction, .contains($0)) }
    }

    private func leftOut(
        _ restriction: Restriction, _ reason: Offer.Reason, _ contest: Contest? = nil
    ) -> Offer.LeftOut {
        Offer.LeftOut(id: restriction.id, reason: reason, contest: contest)
    }

    private func ofMachine(_ restriction: Restriction) -> Offer.Reason? {
        let dialect = subject.dialect
        if restriction.introduced > dialect.version {
            return .unknownTo(version: restriction.introduced)
        }
        if let why = dialect.scope.obstacle(to: restriction.directive)
            ?? inapplicable[restriction.id]
        {
            return .beyondManager(why)
        }
        let finding = enforcement[restriction.id]
        switch finding?.standing {
        case .ignored: return .ignored(cure: finding?.cure ?? "no cure is known")
        case .unknown: return .ignored(cure: finding?.cure ?? "this systemd does not know it")
        case .failing(let how) where restriction.heldBack == nil:
            return finding?.cure == MachineFacts.uncaged
                ? .ignored(cure: MachineFacts.uncaged) : .failing(how)
        default: return nil
        }
    }

    /// Where something is missing without which its trial would say nothing.
    private func ofService(_ restriction: Restriction) -> Offer.LeftOut? {
        let missing = restriction.needs.intersection(Need.ofJudging)
            .sorted { $0.rawValue < $1.rawValue }.first { !isMet($0) }
        return missing.map { need in
            // Nothing to tell the user: it is no good for this service, wherever it runs.
            leftOut(
                restriction,
                Need.ofService.contains(need) ? .heldBack(need.cure) : .unjudged(need), need.contest
            )
        }
    }

    private func isMet(_ need: Need) -> Bool {
        Need.ofUse.contains(need)
            ? !unmet.contains(need) : subject.dialect.available.contains(need)
    }

    private func isKept(_ restriction: Restriction) -> Bool {
        restriction.isNamed(in: keep)
    }

    private func isKept(_ id: String) -> Bool {
        keep.contains(id) || keep.contains(subject.catalogue[id]?.directive ?? "")
    }
}

extension Restriction {
    /// Whether it is among these ids, or its directive among these names.
    public func isNamed(in names: Set<String>) -> Bool {
        names.contains(id) || names.contains(directive)
    }
}
