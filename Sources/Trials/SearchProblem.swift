public import Bisection
public import Hardening

/// The offer as a search sees it: restrictions are items, what they imply is what they require,
/// what they gain in exposure is their weight. Translates both ways.
public struct SearchProblem: Sendable {
    /// The unit before anything is decided.
    public let subject: HardeningSubject
    public let offer: Offer
    public let space: SearchSpace
    /// What every trial of the search takes besides: decided before the search began.
    public let fixed: Profile

    /// - Parameters:
    ///   - offer: made of the subject under `fixed`.
    ///   - chance: how likely each restriction is to break, where all are alike; nil for the rates
    ///     of the catalogue.
    /// - Throws: when the offer's implications are circular, which a test of the catalogue rules
    ///   out.
    public init(
        _ subject: HardeningSubject, offer: Offer, fixed: Profile = .unrestricted,
        chance: Double? = nil
    ) throws(SearchSpace.Flaw) {
        self.fixed = fixed
        self.subject = subject
        self.offer = offer
        let families = Set(offer.restrictions.map(\.prior.family)).sorted()
        let directives = subject.catalogue.directives.map(\.name)
        let weights = offer.weights
        let index = Dictionary(
            uniqueKeysWithValues: offer.restrictions.enumerated().map { ($0.element.id, $0.offset) }
        )
        space = try SearchSpace(
            items: offer.restrictions.enumerated().map { position, restriction in
                Item(
                    weight: Int(weights[position].rounded()),
                    requires: offer.implications(of: restriction).compactMap { index[$0] }.sorted(),
                    ladder: restriction.change.isOrdered
                        ? directives.firstIndex(of: restriction.directive) : nil,
                    chance: chance.map(Chance.independent)
                        ?? .family(
                            families.firstIndex(of: restriction.prior.family) ?? 0,
                            hot: restriction.prior.whenHot, cold: restriction.prior.whenCold),
                    isContextual: restriction.isContextual)
            },
            families: families.map { Catalogue.familyRates[$0] ?? Catalogue.rareFamily })
    }

    public func profile(_ items: ItemSet) -> Profile {
        Profile(recorded: Set(items.map { offer.restrictions[$0].id })).join(fixed)
    }

    /// All that is offered, and what is taken besides.
    public var everything: Profile { profile(space.all) }

    /// The items of a profile; those of its restrictions that are not offered are left out.
    func items(of profile: Profile) -> ItemSet {
        ItemSet(
            offer.restrictions.indices.filter {
                profile.restrictions.contains(offer.restrictions[$0].id)
            })
    }

    /// The restrictions of a set that no other member implies: how people name it.
    public func names(_ items: ItemSet) -> [String] {
        space.tops(of: items).map { offer.restrictions[$0].id }
    }

    /// The items that a failing trial points at.
    func evidence(_ trial: Trial) -> [CulpritHint] {
        trial.suspects(in: subject.dialect).compactMap { found in
            let suspects = items(found.names)
            return suspects.isEmpty
                ? nil
                : CulpritHint(
                    suspects: suspects, companions: items(found.companions),
                    confidence: found.confidence)
        }
    }

    /// Restrictions by their id, or all of a directive by its name.
    private func items(_ names: Set<String>) -> ItemSet {
        ItemSet(
            offer.restrictions.indices.filter {
                names.contains(offer.restrictions[$0].directive)
                    || names.contains(offer.restrictions[$0].id)
            })
    }

    /// What a question asks, in one line.
    func purpose(of question: Question) -> TrialPurpose {
        let text =
            switch question.purpose {
            case .accept(let items): "can all of these be taken: \(group(items))?"
            case .locate(let items): "is the culprit among \(group(items))?"
            case .solo(let item): "does \(name(item)) fail by itself?"
            case .explain(let items): "do these fail together: \(group(items))?"
            case .verify: "does the whole result pass?"
            case .certify(let item): "can \(name(item)) really not be added?"
            case .level(let item): "does the stricter \(name(item)) pass?"
            case .recheck: "it does not fit what others showed: does it come again?"
            }
        return TrialPurpose(rawValue: text)
    }

    private func group(_ items: ItemSet) -> String {
        let names = names(items)
        return names.count <= 2
            ? names.map { RestrictionWords($0).name }.joined(separator: ", ")
            : "\(items.count) restrictions"
    }

    private func name(_ item: Int) -> String {
        RestrictionWords(offer.restrictions[item].id).name
    }
}
