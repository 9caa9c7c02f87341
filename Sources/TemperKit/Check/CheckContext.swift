import Hardening
import Reports
import Systemd
import TrialLedger
import Trials

/// A service in a lab with a record of it: what trials of a check stand on.
struct CheckContext: Sendable {
    private(set) var subject: CheckSubject
    let choices: CheckChoices
    let setup: ServiceSetup
    let bench: Bench
    let ledger: CampaignLedger
    let store: TrialStore
    /// What is valid now.
    let validity: Validity
    let changes: [UpgradeChange]
    let enforcement: Enforcement
    let inapplicable: [String: String]
    /// Directories that the service made in the lab while nothing restricted it, and the tree does not
    /// have: no trial may find them, as the machine has nothing that would make them.
    let made: Set<String>
    /// Gives the service's files back.
    private let undo: OwnershipUndo?

    var record: HardeningRecord { subject.record }
    var service: Service { bench.service }
    var plan: Plan { bench.plan }
    var progress: any ProgressListener { bench.progress }

    init(
        _ check: CheckSession, _ files: Validity, at host: Host, _ store: TrialStore
    ) async throws {
        subject = check.subject
        choices = check.choices
        self.store = store
        let record = check.record
        setup = ServiceSetup(
            unit: record.unit, manager: subject.manager, plan: record.plan,
            progress: check.progress)
        bench = try await setup.bench(at: host)
        if bench.isUnprobed {
            throw TemperError.usage("the record of \(record.unit) names no probe; run harden again")
        }
        let seen = try await bench.startedToSeeItsUser(of: record)
        made = bench.made(seen, since: check.subject.root)
        let users = ObservedUsage(seen, sandbox: bench.service.sandbox).users
        if let problem = bench.service.problem(
            withUsing: record.usage, under: record.profile, seen: users)
        {
            throw TemperError.experiment(
                "the record of \(record.unit) asks for what is not the service's: \(problem); "
                    + "`temper harden \(record.unit.shellQuoted)` makes another")
        }
        subject.record.usage.capabilities.formIntersection(
            bench.service.sandbox.boundCapabilities)
        // Its trials are those of this moment: none is ever taken from an earlier check.
        ledger = try store.campaign(
            unit: record.unit, fingerprint: "check \(now())", purpose: .check, now: now())
        // What renews the record says from now on what its lab is connected with.
        try ledger.note(Provenance(of: bench, using: record.usage, giving: record.ownership))
        (validity, enforcement) = try await CheckContext.compare(
            files, with: bench, record, stateDirectory: check.stateDirectory)
        changes = validity.changes(since: record.validity)
        inapplicable = try await bench.service.inapplicable
        undo = try record.ownership.map { [bench] ownership throws(ExperimentError) in
            try bench.service.machine.apply(ownership)
        }
    }

    /// What the running systemd adds to what its files said. What it enforces is measured again
    /// where anything of the machine changed that bears on it.
    private static func compare(
        _ files: Validity, with bench: Bench, _ record: HardeningRecord, stateDirectory: String
    ) async throws -> (Validity, Enforcement) {
        var validity = files
        let service = bench.service
        let facts = try await MachineFacts(of: service.machine)
        validity.learn(facts, .unmeasured, record.profile, service.dialect)
        validity.notInForce = record.validity.notInForce
        if facts.isCaged {
            // What the machine has cannot be seen from there.
            validity.features = record.validity.features
            guard service.machine.user == nil else { return (validity, .unmeasured) }
            let enforcement = try await bench.enforcement(stateDirectory)
            return (validity, enforcement.sparing(record.profile.restrictions))
        }
        let ofMachine: Set<UpgradeChange.Kind> = [.systemd, .kernel, .architecture, .feature]
        let isOther = validity.changes(since: record.validity).contains {
            ofMachine.contains($0.kind)
        }
        guard isOther, service.machine.user == nil else { return (validity, .unmeasured) }
        let enforcement = try await bench.enforcement(stateDirectory)
        validity.learn(facts, enforcement, record.profile, service.dialect)
        return (validity, enforcement)
    }

    /// How trials of a check are made besides what its record says.
    var options: CampaignOptions {
        var options = CampaignOptions()
        options.isStrict = record.isStrict
        // What the service is granted is no part of the record: held against a check are its probes,
        // its life and its footprint.
        options.tolerance = .everything
        options.baselineRuns = 1
        options.cadence = record.plan.cadence
        return options
    }

    /// What is known of the service before it is looked at anew: only what is on record counts.
    var unseen: Baseline {
        var baseline = Baseline.unknown
        baseline.holdsFootprint = record.baseline.footprint != nil
        return baseline
    }

    /// Whether files had to change hands for the service to be who it is on record.
    var changedHands: Bool { undo?.isEmpty == false }

    /// The service's own files go back to whom they belong.
    func giveBack() { undo?.run() }

    // MARK: What is tried

    /// The unit as it is now, with the catalogue in which the profile makes the exceptions that are
    /// on record.
    var asItIs: HardeningSubject { service.subject(using: record.usage) }

    /// The profile on record, without exceptions taken back of what is not on record itself: where
    /// `SocketBindDeny=` did nothing, forbidding a port did nothing either.
    var profile: Profile {
        let (taken, catalogue) = (record.profile.restrictions, asItIs.catalogue)
        return Profile(
            recorded: taken.filter { id in
                guard let restriction = catalogue[id], case .withdraw = restriction.change else {
                    return true
                }
                return restriction.implies.isSubset(of: taken)
            })
    }

    /// Who the service is under the profile.
    var identity: Profile { record.profile.identity(in: asItIs.catalogue) }

    /// The search for what broke a profile.
    ///
    /// - Parameter fixed: what every trial takes besides.
    func problem(
        _ profile: Profile, of subject: HardeningSubject, fixed: Profile
    ) throws -> SearchProblem {
        try SearchProblem(
            regressing: profile, of: subject, enforcement: enforcement, fixed: fixed)
    }

    /// What makes the trials of this check, measured by what is on record.
    ///
    /// - Parameter trials: those that were made already.
    func runner(after trials: [Trial] = []) -> TrialRunner {
        TrialRunner(
            bench.procedure(
                of: service.copies(in: asItIs.catalogue, leftovers: made.sorted())),
            expecting: Expectations(
                record.baseline, cadence: record.cadence, startLimit: record.patience,
                stopLimit: record.patience),
            ledger: ledger, recording: .atOnce, after: trials, now: now,
            report: progress.show)
    }

    /// The one trial that a check costs: the profile through the full life of the service, measured
    /// by what is on record of the unrestricted service.
    func tryProfile() async throws -> Trial {
        let problem = try problem(profile, of: asItIs, fixed: identity)
        var runner = runner()
        let trial = try await runner.run(
            TrialSpec(problem.everything, .onRecord, startsAgain: true),
            Prospect(exposure: problem.subject.exposure(of: problem.everything)))
        if case .unresolved(let why) = trial.verdict {
            throw TemperError.experiment("the trial of \(record.unit) could not be judged: \(why)")
        }
        return trial
    }

    /// Writes down what the check came to, and brings the record up to date where it passed.
    ///
    /// - Parameter installed: the record of what was installed; nil where nothing was.
    func finish(_ check: UnitCheck, installed: HardeningRecord?) throws {
        try ledger.finish(result: JSON.line(check), now: now())
        if let installed {
            // The next check is one of what is installed here, wherever this record came from.
            try keep(installed)
            if let file = subject.file, choices.updates {
                try RecordFile.update(installed, in: file)
            }
            return
        }
        guard check.standing == .passed else { return }
        var renewed = record
        renewed.validity = validity
        if check.furtherTrials > 0 {
            renewed.offered = Set(check.tightenings.map(\.restriction))
        }
        if let file = subject.file {
            if choices.updates { try RecordFile.update(renewed, in: file) }
        } else if subject.isAtHome {
            // Else `--if-changed` would find the same changes every day.
            try keep(renewed)
        }
    }

    private func keep(_ record: HardeningRecord) throws {
        try store.keep(
            KeptRecord(
                unit: record.unit, root: subject.root, account: service.machine.user?.name ?? "",
                made: now(), campaign: ledger.id, text: record.text))
    }
}

extension Bench {
    /// What the service as its unit is uses, its users among it. It is started for this only where the
    /// record makes it become one whom neither its unit nor its package names.
    fileprivate func startedToSeeItsUser(
        of record: HardeningRecord
    ) async throws -> Set<ObservedAccess> {
        guard let user = record.ownership?.user, !service.names(user: user) else { return [] }
        progress.step("starting \(unit) once as it is, to see whom it becomes")
        let seen: Trial
        do throws(ExperimentError) {
            seen = try await Campaign.warmUp(
                procedure(of: service.copies.closer), cadence: plan.cadence, now: now())
        } catch {
            if error.isBaseline { throw await TemperError.baseline(error, of: self) }
            throw error
        }
        return seen.accesses
    }

    /// The directories that the service was seen to make in the lab and the lab's tree does not have.
    /// With them goes what it made in them; a file that it made elsewhere may be half of something.
    func made(_ seen: Set<ObservedAccess>, since tree: String) -> Set<String> {
        service.machine.added(
            ObservedUsage(seen, sandbox: service.sandbox).madeDirectories, since: tree)
    }
}

extension HardeningRecord {
    /// What has to change hands before the service can run as the user of the profile.
    var ownership: Ownership? {
        guard let user = usage.user, profile.restrictions.contains(Restriction.becoming(user))
        else { return nil }
        return Ownership(user: user, usage)
    }
}
