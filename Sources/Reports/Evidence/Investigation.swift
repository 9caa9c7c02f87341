public import Hardening
public import Trials

/// What the trials of a campaign tell of why restrictions were refused. Pure: the same record gives
/// the same reasons.
public struct Investigation: Sendable {
    let trials: [Trial]
    let catalogue: Catalogue
    let dialect: Dialect
    let baseline: Baseline
    /// What was taken in the end: not to blame for anything.
    let accepted: Set<String>
    /// What the kernel refused in trials that passed, as patterns: no reason to fail by itself.
    private let tolerated: Set<KernelRequest>
    /// What it said in trials that passed.
    private let toleratedWords: Set<String>

    public init(
        trials: [Trial], catalogue: Catalogue, dialect: Dialect, accepted: Set<String> = [],
        baseline: Baseline? = nil
    ) {
        self.trials = trials
        self.catalogue = catalogue
        self.dialect = dialect
        self.accepted = accepted
        self.baseline =
            baseline
            ?? Baseline(
                learnedFrom: trials.filter {
                    $0.profile.restrictions.isEmpty && $0.verdict.isPass
                })
        let passed = trials.filter(\.verdict.isPass)
        tolerated = Set(passed.flatMap(\.refusals).filter(\.isRefused).map(\.pattern))
        toleratedWords = Set(passed.flatMap(\.log).map(\.plain))
    }

    /// What is known of why `restriction` fails, strongest first.
    ///
    /// The witness is heard first. Where it names nothing, the failing trials that had the same
    /// conflict are, the least restricted first.
    public func evidence(
        against restriction: String, conflict: [String], witness: Int
    ) -> [Evidence] {
        let conflict = conflict.isEmpty ? [restriction] : conflict
        let suspects = names(of: restriction)
        let failing = trials.filter { trial in
            trial.verdict.isFailure && conflict.allSatisfy(trial.profile.restrictions.contains)
        }.sorted { $0.profile.restrictions.count < $1.profile.restrictions.count }
        let first = failing.last { $0.number == witness } ?? trials.last { $0.number == witness }
        let own = first.map { evidence(in: $0, against: restriction, suspects, conflict) } ?? []
        if own.first?.certainty == .certain { return own }
        for trial in failing where trial.number != witness {
            let more = evidence(in: trial, against: restriction, suspects, conflict)
            let telling = more.filter { $0.certainty == .certain }
            if !telling.isEmpty { return Evidence.strongestFirst(telling + own) }
        }
        return own
    }

    /// What one failing trial says against a restriction that it had.
    private func evidence(
        in trial: Trial, against restriction: String, _ suspects: Set<String>,
        _ conflict: [String]
    ) -> [Evidence] {
        var found = kernel(trial, against: restriction, suspects, conflict)
        found += setup(trial, against: restriction, suspects)
        found += manager(trial, suspects)
        found += outside(trial, suspects)
        found += endings(trial)
        found += journal(trial, suspects)
        found += probes(trial, against: restriction)
        return Evidence.strongestFirst(found)
    }

    /// The names under which suspicion falls on a restriction: its own, its directive's, and those
    /// of what it contains and what the service does not do with either.
    private func names(of id: String) -> Set<String> {
        guard let restriction = catalogue[id] else { return [id, String(id.prefix { $0 != "=" })] }
        var names: Set = [id, restriction.directive]
        for below in restriction.implies where !accepted.contains(below) {
            names.insert(below)
            if let directive = catalogue[below]?.directive { names.insert(directive) }
        }
        return names
    }

    // MARK: The kernel

    private func kernel(
        _ trial: Trial, against restriction: String, _ suspects: Set<String>,
        _ conflict: [String]
    ) -> [Evidence] {
        let isAlone = conflict.count == 1
        let blamed = trial.refusals.filter { request in
            request.isOfService && isBlamed(request, restriction, suspects)
                && (isNamed(by: request, suspects) || rivals(request, trial, conflict).isEmpty)
        }
        // What it can do without is no reason, unless it only fails together with others.
        let new = blamed.filter { !tolerated.contains($0.pattern) }
        let candidates = distinct(isAlone ? new : (new.isEmpty ? blamed : new))
        let sure = candidates.filter(\.isSure)
        // The last was the last straw, unless the service itself complains of another.
        let named = candidates.filter { request in isNamed(request, in: trial) }
        let order = candidates.filter { !named.contains($0) } + named
        let complaints = news(in: trial).filter(\.isComplaint)
        return order.reversed().map { request in
            Evidence(
                source: .kernel,
                certainty: sure.count == 1 && request == sure.first
                    && agrees(request, with: complaints)
                    && rivals(request, trial, conflict).isEmpty ? .certain : .likely,
                text: request.text, trial: trial.number, request: DeniedRequest(request),
                groups: groups(of: request, restriction))
        }
    }

    /// Whether the service speaks of the file as well.
    private func isNamed(_ request: KernelRequest, in trial: Trial) -> Bool {
        guard let path = request.path, path.count > 1 else { return false }
        return trial.log.contains { line in
            line.source != "systemd" && line.message.contains(path)
                && !toleratedWords.contains(line.plain)
        }
    }

    /// Whether what the service says of its failure fits: a service that complains of something else
    /// may have failed for something else, which the kernel never saw. One that says nothing does
    /// not disagree.
    private func agrees(_ request: KernelRequest, with complaints: [LogLine]) -> Bool {
        if complaints.isEmpty { return true }
        return complaints.contains { line in
            request.telltales.contains(where: line.message.lowercased().contains)
        }
    }

    private func isBlamed(
        _ request: KernelRequest, _ restriction: String, _ suspects: Set<String>
    ) -> Bool {
        switch catalogue[restriction]?.change {
        case .withdraw(let exceptions): return exceptions.contains { $0.covers(request) }
        // Whoever is not root is refused for whatever root may do.
        case .become: return request.isForLackOfRights
        case _
        where row(of: restriction)?.takesRights == true
            && request.isForLackOfRights && request.call != nil:
            return true
        case _ where request.isStray: return false
        case .killOnDeniedCall:
            if case .killed = request.subject { return true }
            return false
        default: break
        }
        return isNamed(by: request, suspects)
    }

    /// Whether what refuses like that is among these.
    private func isNamed(by request: KernelRequest, _ names: Set<String>) -> Bool {
        request.suspects(in: dialect).map { !$0.names.isDisjoint(with: names) } ?? false
    }

    /// What else of a trial's profile refuses like that: neither taken in the end nor of the
    /// conflict. What another one did in its trial is no evidence.
    private func rivals(
        _ request: KernelRequest, _ trial: Trial, _ conflict: [String]
    ) -> Set<String> {
        let names = request.suspects(in: dialect)?.names
        // A right may be lacking for whatever takes rights.
        if names == nil && !request.isForLackOfRights { return [] }
        let own = conflict.reduce(into: Set(conflict)) {
            $0.formUnion(catalogue[$1]?.implies ?? [])
        }
        return trial.profile.restrictions.subtracting(accepted).subtracting(own).filter { id in
            guard let names else { return mayTakeRight(id) }
            return names.contains(id) || names.contains(catalogue[id]?.directive ?? id)
        }
    }

    private func mayTakeRight(_ id: String) -> Bool {
        switch catalogue[id]?.change {
        case .dropCapabilities, .become: true
        default: row(of: id)?.takesRights ?? false
        }
    }

    private func row(of restriction: String) -> Directive? {
        catalogue[restriction].flatMap { catalogue.directive($0.directive) }
    }

    /// Each kind once, at its last place.
    private func distinct(_ requests: [KernelRequest]) -> [KernelRequest] {
        var seen: Set<KernelRequest> = []
        return requests.reversed().filter { seen.insert($0.pattern).inserted }.reversed()
    }

    private func groups(of request: KernelRequest, _ restriction: String) -> [String]? {
        guard let call = request.call, restriction.hasPrefix("SystemCall") else { return nil }
        return dialect.calls.filter { $0.key != "@known" && $0.value.contains(call) }
            .sorted { ($0.value.count, $0.key) < ($1.value.count, $1.key) }.map(\.key)
    }

    // MARK: systemd

    private func setup(
        _ trial: Trial, against restriction: String, _ suspects: Set<String>
    ) -> [Evidence] {
        guard let step = trial.failedStep else { return [] }
        let said = SetupWords(trial.log, step)
        // What systemd's child was refused before it became the program.
        let refused = trial.refusals.last { request in
            !request.isOfService && request.path != nil && !tolerated.contains(request.pattern)
                && step.calls.contains(request.call ?? "")
        }
        let path = said.path ?? refused?.path.map(SetupWords.plain)
        let isSuspect = !step.suspects.isDisjoint(with: suspects)
        let object = path.map { said.text?.contains($0) == true ? "" : " for \($0)" } ?? ""
        let words = said.text.map { ": \($0)" } ?? ""
        return [
            Evidence(
                source: .setup,
                certainty: said.isSystemds && isSuspect ? .certain : .likely,
                text:
                    "systemd's preparations failed at \(step.ending)\(object)\(words)",
                trial: trial.number, path: path, step: step.ending)
        ]
    }

    private func manager(_ trial: Trial, _ suspects: Set<String>) -> [Evidence] {
        trial.observations.compactMap { observation in
            switch observation {
            case .refusedByManager(_, let message):
                return Evidence(
                    source: .manager, certainty: .certain,
                    text: "systemd refuses the unit: \(message)",
                    trial: trial.number)
            case .unit(_, let state)
            where state.timedOut && !suspects.isDisjoint(with: Suspects.silencing):
                return Evidence(
                    source: .manager, certainty: .likely,
                    text: "systemd was not told that it is ready in time; notifications of other "
                        + "processes than those allowed are not heard", trial: trial.number)
            default: return nil
            }
        }
    }

    // MARK: What others see of the service

    /// What the verdict says by itself: its label, or a mode, is not what it was.
    private func outside(_ trial: Trial, _ suspects: Set<String>) -> [Evidence] {
        let words = trial.verdict.words
        func evidence(_ source: Evidence.Source, of culprits: Set<String>) -> Evidence {
            Evidence(
                source: source,
                certainty: culprits.isDisjoint(with: suspects) ? .likely : .certain,
                text: words, trial: trial.number)
        }
        if LabelChange(in: words) != nil {
            return [evidence(.label, of: Suspects.holdingLabels)]
        }
        return Footprint.isNarrowed(in: words)
            ? [evidence(.footprint, of: Suspects.narrowingModes)] : []
    }

    // MARK: The service

    private func endings(_ trial: Trial) -> [Evidence] {
        // The same ending is seen of the main process, of its command and by the kernel.
        var known: Set<String> = []
        return trial.observations.compactMap { observation in
            let (who, ending): (String, String)
            switch observation {
            // Without a main process it is the helper's ending, which stands by itself.
            case .unit(let stage, let state)
            where !state.isUp && stage.isOfLife && state.mainCode != 0:
                (who, ending) = ("the main process", Verdict.ending(state))
            case .job(let stage, let result) where result != .done && result != .failed:
                (who, ending) = (stage.rawValue, "ended with \(result)")
            case .helper(let exit) where !exit.isSuccess && !baseline.knows(exit):
                (who, ending) = ("\(exit.directive) \(exit.program)", exit.ending)
            case .ended(let exit) where !baseline.knows(exit):
                (who, ending) = (exit.name ?? "a process of unknown name", exit.ending)
            default: return nil
            }
            guard known.insert(ending).inserted else { return nil }
            return Evidence(
                source: .ending, certainty: .seen, text: "\(who): \(ending)", trial: trial.number)
        }
    }

    private func journal(_ trial: Trial, _ suspects: Set<String>) -> [Evidence] {
        let own = news(in: trial)
        let complaints = own.filter(\.isComplaint)
        var known: Set<String> = []
        return (complaints.isEmpty ? Array(own.suffix(2)) : complaints)
            .filter { known.insert($0.plain).inserted }.prefix(5).map { line in
                let isClue = !Suspects.named(inLine: line.message).isDisjoint(with: suspects)
                return Evidence(
                    source: .journal, certainty: isClue ? .likely : .seen,
                    text: "\(line.source): \(line.message)",
                    trial: trial.number)
            }
    }

    /// The service's own lines that it never says where it works.
    private func news(in trial: Trial) -> [LogLine] {
        trial.log.filter { line in
            line.source != "systemd" && !line.source.hasPrefix("(") && !line.message.isEmpty
                && !baseline.knows(line) && !toleratedWords.contains(line.plain)
        }
    }

    private func probes(_ trial: Trial, against restriction: String) -> [Evidence] {
        trial.observations.compactMap { observation in
            guard case .probe(let stage, let name, .unhealthy(let why)) = observation else {
                return nil
            }
            let moment = stage == .ready ? "" : " (\(stage.rawValue))"
            let reason = row(of: restriction)?.cutsOff
            return Evidence(
                source: .probe, certainty: reason == nil ? .seen : .likely,
                text: "\(name.abridged)\(moment): \(why)" + (reason.map { "; \($0)" } ?? ""),
                trial: trial.number)
        }
    }
}
