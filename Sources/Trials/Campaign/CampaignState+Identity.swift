import Bisection
import Hardening

/// Whether the service also works as somebody else where it never ran before, through what its
/// package does to it, and after a boot. A rotation of its logs may give them back to root: found out
/// only once everything else was searched on top of it, that would make the whole search worthless.
enum IdentityProof {
    case asOther
    /// It failed as somebody else: as it is, does it not?
    case asItIs(failed: Trial)
}

extension CampaignState {
    /// The baseline is known: who the service is comes before everything else, because it decides
    /// what else it needs. A service that never was root does not have to become somebody.
    ///
    /// - Parameter known: trials of profiles of the problem, made before.
    mutating func goOn(knowing known: [Trial]) {
        guard let identity else { return beginSearch(knowing: known) }
        self.known = known
        queue.append(.prepare(identity))
        // The second start meets what the first one left: a file that root made, or systemd
        // removed, is missed only then.
        phase = .identity(
            DecisiveTrial(
                TrialSpec(identity.problem.fixed, .identity(identity.name), startsAgain: true)))
    }

    mutating func learnIdentity(_ trial: Trial, _ awaited: DecisiveTrial) {
        var awaited = awaited
        guard awaited.isSettled(by: trial, failsByChance: flipRates != nil), let identity else {
            phase = .identity(awaited)
            return
        }
        identityTrial = trial
        if !trial.verdict.isPass { return stayAsItIs(identity) }
        // Of a service that fails by chance one failure says nothing: the proving asks again.
        if !identity.isProvedFirst || flipRates != nil { return become(identity) }
        queue.append(.expect(expectations.atFirstStart(options.cadence)))
        phase = .provingIdentity(.asOther)
    }

    /// Asks for what `proof` is about.
    func prove(_ proof: IdentityProof, of identity: Identity) -> TrialAction<Outcome> {
        let (profile, purpose): (Profile, TrialPurpose) =
            switch proof {
            case .asOther: (identity.problem.fixed, .firstStart(as: identity.name))
            case .asItIs: (.unrestricted, .firstStartAsItIs)
            }
        return run(TrialSpec(profile, purpose, isFirstStart: true))
    }

    mutating func learnProof(_ trial: Trial, _ proof: IdentityProof) {
        guard let identity else { return }
        let atFirstStart = expectations.atFirstStart(options.cadence)
        switch proof {
        case .asOther where trial.verdict.isFailure:
            queue.append(.expect(atFirstStart.unbound()))
            phase = .provingIdentity(.asItIs(failed: trial))
            return
        case .asItIs(let failed) where trial.verdict.isPass:
            var baseline = atFirstStart.baseline
            baseline.learn(trial)
            let judged = failed.judged(by: baseline)
            queue.append(.expect(expectations))
            if judged.verdict.isFailure {
                identityTrial = judged
                return stayAsItIs(identity)
            }
        // What it does not live through as it is either is left out of the proving.
        case .asOther, .asItIs: queue.append(.expect(expectations))
        }
        become(identity)
    }

    /// Whether it was made to prove who the service is.
    func isFirstStart(_ trial: Trial) -> Bool {
        trial.purpose == .firstStartAsItIs || trial.isFirstStart(as: identity?.name)
    }

    private mutating func become(_ identity: Identity) {
        problem = identity.problem
        beginSearch(knowing: known)
    }

    private mutating func stayAsItIs(_ identity: Identity) {
        queue.append(.undo(identity))
        // Where it cannot be who it was, what is left of a profile stands on other ground.
        beginSearch(knowing: [])
        // What was made for it below /run went with its trial, also where the service had it
        // before, and is there again once it ran as it is.
        if !identity.problem.fixed.startPreparations(in: identity.problem.subject.catalogue).isEmpty
        {
            lookBack(failures: 1)
        }
    }
}

extension Trial {
    fileprivate func isFirstStart(as name: String?) -> Bool {
        name.map { purpose == .firstStart(as: $0) } ?? false
    }
}

extension Outcome {
    /// The trials that proved beforehand whom the service can be; none where it stays who it is.
    public var proofsOfIdentity: [Trial] {
        trials.filter { $0.isFirstStart(as: problem.fixed.becoming) }
    }
}
