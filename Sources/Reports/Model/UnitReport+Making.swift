import Hardening
public import Trials

extension UnitReport {
    /// From the record of a campaign that came to an end.
    ///
    /// - Parameters:
    ///   - campaign: its number in the ledger.
    ///   - began: microseconds since 1970.
    ///   - trials: those of the campaign and those on the real unit.
    ///   - provenance: nil in a record from before they were written down.
    public init(
        campaign: Int64, began: UInt64, result: HardeningResult, trials: [Trial],
        provenance: Provenance?
    ) {
        let catalogue = provenance?.catalogue ?? .standard
        let dialect =
            provenance?.dialect
            ?? Dialect(version: Int(result.systemd.prefix(while: \.isNumber)) ?? 0, calls: [:])
        let taken = Profile(result.accepted, in: catalogue).restrictions
        let investigation = Investigation(
            trials: trials.filter { $0.number > 0 }, catalogue: catalogue, dialect: dialect,
            accepted: taken)
        // What this systemd does not know is contained on paper only.
        let proof = trials.last { trial in
            trial.verdict.isPass && trial.profile.restrictions.isSubset(of: taken)
                && trial.profile.restrictions.isSuperset(of: result.accepted)
        }?.number
        let refusals = result.refused.map { refusal in
            RefusedRestriction(refusal, investigation, result, passedIn: proof)
        }.enumerated().sorted { one, other in
            (-(one.element.price ?? 0), one.offset) < (-(other.element.price ?? 0), other.offset)
        }.map(\.element)
        self.init(
            unit: result.unit, campaign: campaign, began: CivilTime(microseconds: began).text,
            result: result, refusals: refusals,
            ladders: Ladder.all(of: result, refusals, taken, catalogue),
            trials: trials.filter { $0.number > 0 }.map {
                TrialEntry($0, since: began, catalogue)
            },
            missing: (provenance?.missing ?? [UnitReport.oldRecord])
                + UnitReport.blindness(trials),
            unitFiles: provenance?.unitFiles ?? [])
    }

    /// What the trials themselves say that they could not see.
    private static func blindness(_ trials: [Trial]) -> [MissingSource] {
        var seen: Set<String> = []
        return trials.flatMap(\.observations).compactMap { observation in
            guard case .blind(let what) = observation, seen.insert(what).inserted else {
                return nil
            }
            return MissingSource(
                source: what, because: "the kernel's process connector does not answer here",
                cure: "run as root on the machine itself, not in a container")
        }
    }

    private static let oldRecord = MissingSource(
        source: "the groups of system calls, and what this service was seen to use",
        because: "the campaign was recorded by an older temper",
        cure: "run temper harden again")
}

extension RefusedRestriction {
    init(
        _ refusal: HardeningResult.Refusal, _ investigation: Investigation,
        _ result: HardeningResult, passedIn: Int?
    ) {
        let catalogue = investigation.catalogue
        let evidence = investigation.evidence(
            against: refusal.restriction, conflict: refusal.conflict, witness: refusal.trial)
        let name = String(refusal.restriction.prefix { $0 != "=" })
        self.init(
            restriction: refusal.restriction, directive: name,
            effect: catalogue.directive(name)?.effect ?? "", conflict: refusal.conflict,
            price: refusal.price, instead: refusal.instead ?? [], trial: refusal.trial,
            because: refusal.because, evidence: evidence,
            advice: catalogue[refusal.restriction].map {
                Advice.on($0, evidence, in: result, passedIn: passedIn)
            } ?? [])
    }
}

extension Ladder {
    static func all(
        of result: HardeningResult, _ refusals: [RefusedRestriction], _ taken: Set<String>,
        _ catalogue: Catalogue
    ) -> [Ladder] {
        let refused = Dictionary(refusals.map { ($0.restriction, $0) }) { first, _ in first }
        func reasons(_ list: [HardeningResult.Ignored]) -> [String: String] {
            Dictionary(list.map { ($0.restriction, $0.because) }) { first, _ in first }
        }
        let leftOut = reasons(result.leftOut ?? [])
        let ignored = reasons(result.ignored + (result.beyondManager ?? []))
        func status(_ step: Restriction) -> (StepStatus, because: String, trial: Int?) {
            if taken.contains(step.id) { return (.taken, "", nil) }
            if let refusal = refused[step.id] {
                return (.refused, refusal.cause?.text ?? refusal.because, refusal.trial)
            }
            if let because = ignored[step.id] { return (.ignored, because, nil) }
            if let because = leftOut[step.id] {
                return (because == HardeningResult.inForce ? .inForce : .leftOut, because, nil)
            }
            let holder = result.refused.first { $0.alongside?.contains(step.id) ?? false }
            if let holder {
                return (.untried, "brings \(holder.restriction), which was refused", holder.trial)
            }
            if let below = step.implies.sorted().first(where: { refused[$0] != nil }) {
                return (.untried, "contains \(below), which was refused", refused[below]?.trial)
            }
            return (.untried, "", nil)
        }
        return catalogue.directives.filter { !$0.restrictions.isEmpty }.map { directive in
            Ladder(
                directive: directive.name, effect: directive.effect,
                steps: directive.restrictions.map { restriction in
                    let (standing, because, trial) = status(restriction)
                    return Step(
                        restriction: restriction.id, standing: standing, because: because,
                        trial: trial)
                })
        }
    }
}

extension TrialEntry {
    init(_ trial: Trial, since began: UInt64, _ catalogue: Catalogue) {
        let word: Word =
            switch trial.verdict {
            case .passed: .passed
            case .failed: .failed
            case .unresolved: .unresolved
            }
        self.init(
            number: trial.number, purpose: trial.purpose.rawValue, verdict: word,
            because: trial.verdict.isPass ? "" : trial.because,
            startMilliseconds: Int((max(trial.began, began) - began) / 1000),
            milliseconds: Int(trial.microseconds.whole / 1000),
            restrictions: HardeningResult.tops(trial.profile, catalogue),
            observations: trial.observations.compactMap(\.text))
    }
}
