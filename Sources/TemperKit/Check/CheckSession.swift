import Hardening
import Lab
public import Reports
import Systemd
import TrialLedger
import Trials

/// What is asked of a check besides whether the profile on record passes.
public struct CheckChoices: Sendable {
    /// Nothing is tried where nothing changed.
    public var ifChanged = false
    /// One trial where the profile passes, and no look around.
    public var isQuick = false
    /// The record is brought up to date with what passes.
    public var updates = false
    /// Whether and how what passes instead, or besides, is installed.
    public var apply: ApplyOrder?
    /// Installs it also over what was changed by hand.
    public var isForced = false

    public init() {}
}

/// One `check` of one unit: yesterday's profile in a lab of today.
public struct CheckSession: Sendable {
    public let subject: CheckSubject
    public var choices: CheckChoices
    /// Where the record is kept.
    public var stateDirectory: String
    public var progress: any ProgressListener

    public init(
        subject: CheckSubject, choices: CheckChoices = CheckChoices(), stateDirectory: String,
        progress: any ProgressListener = Silence()
    ) {
        self.subject = subject
        self.choices = choices
        self.stateDirectory = stateDirectory
        self.progress = progress
    }

    var record: HardeningRecord { subject.record }

    /// Makes the trials: one where the profile passes and nothing changed.
    ///
    /// - Throws: `TemperError.interrupted`; whatever else keeps a unit from being checked is its
    ///   result.
    public func run() async throws(TemperError) -> UnitCheck {
        let began = ContinuousClock.now
        var check: UnitCheck
        do {
            check = try await TemperError.ofWork { try await tried() }
        } catch {
            if error.isInterruption { throw error }
            check = UnitCheck(unit: record.unit, standing: .untested, because: error.description)
        }
        check.count(record.profile, in: .standard.accommodating(record.usage))
        check.seconds = (ContinuousClock.now - began).seconds
        for message in check.journalMessages { message.send() }
        return check
    }

    private func tried() async throws -> UnitCheck {
        if let distrust = subject.distrust, choices.apply != nil, record.plan.acts {
            throw distrust.refusal
        }
        progress.step("comparing \(record.unit) with its record")
        let files = try validityOfFiles()
        if choices.ifChanged, files.changes(since: record.validity).isEmpty {
            return UnitCheck(unit: record.unit, standing: .unchanged)
        }
        try StateDirectory.prepare(stateDirectory)
        let lock = try CampaignLock(
            unit: record.unit, of: subject.manager, in: subject.root, directory: stateDirectory)
        defer { lock.release() }
        let store = try TrialStore(directory: stateDirectory)
        var finding = try await withHost(
            .lab(try labPlan),
            for: subject.distrust ?? Trust.ofCommands.distrust(ofTree: subject.root), progress
        ) { host in
            try await held(against: files, at: host, store)
        }
        let installed = try await install(&finding)
        do { try finding.context.finish(finding.check, installed: installed) } catch {
            if installed == nil { throw error }
            // What is installed is told of, whatever else goes wrong.
            finding.check.notes.append(
                .init(.warning, "it is installed, and the record is still the old one: \(error)"))
        }
        return finding.check
    }

    /// What the files of the tree say; what only a running systemd can tell is taken to be as it
    /// was.
    private func validityOfFiles() throws -> Validity {
        var validity = Validity(
            of: record.unit, running: record.validity.programs.keys, in: subject.root,
            account: try account)
        validity.temper = TemperVersion.current
        validity.features = record.validity.features
        return validity
    }

    private var labPlan: LabPlan {
        get throws {
            var plan = LabPlan()
            plan.root = subject.root
            plan.binds = subject.binds
            plan.network = subject.network
            // What is checked must not be there already.
            plan.hidden = temperDropIns(of: record.unit, in: subject.root, account: try account)
            return plan
        }
    }

    /// Whose manager the unit belongs to; nil for the machine's.
    private var account: UserAccount? {
        get throws(ExperimentError) {
            guard case .user(let name) = subject.manager else { return nil }
            return try UserAccount.named(name, in: subject.root)
        }
    }

    /// What the trials of a check came to.
    private struct Finding {
        let context: CheckContext
        var check: UnitCheck
        var offer: CheckOffer?
    }

    /// The service in the lab, and yesterday's profile on it.
    private func held(
        against files: Validity, at host: Host, _ store: TrialStore
    ) async throws -> Finding {
        let context = try await CheckContext(self, files, at: host, store)
        var check = UnitCheck(unit: record.unit, standing: .passed)
        check.systemd.recorded = record.validity.systemd
        check.systemd.now = context.service.systemdVersion
        check.changes = context.changes
        let trial = try await context.tryProfile()
        check.trials = 1
        check.notes =
            (subject.distrust.map { [.init(.warning, $0.text)] } ?? []) + context.notes
        do {
            let offer =
                trial.verdict.isPass
                ? try await context.settle(trial, &check)
                : try await context.explain(trial, &check)
            return Finding(context: context, check: check, offer: offer)
        } catch let error as ExperimentError where error.isBaseline {
            check.standing = .broken
            check.because = await TemperError.baseline(error, of: context.bench).description
            return Finding(context: context, check: check)
        }
    }

    /// What was offered, on the real unit for good, where that was asked for.
    ///
    /// - Returns: the record of what is installed now; nil where nothing was installed.
    /// - Throws: `TemperError.interrupted`; all is as it was.
    private func install(_ finding: inout Finding) async throws(TemperError) -> HardeningRecord? {
        guard let order = choices.apply, finding.check.offer != nil else { return nil }
        guard let offer = finding.offer else {
            finding.check.notApplied = "it was not tried on the real unit in the lab"
            return nil
        }
        if !offer.preparations.isEmpty {
            finding.check.notApplied =
                "files have to change hands before: run `\(offer.preparations.joined(separator: "; "))`"
            return nil
        }
        let installer = DropInInstaller(
            unit: record.unit, manager: subject.manager, order: order, isForced: choices.isForced,
            isTriedThere: false, progress: progress)
        do {
            let applied = try await installer.install(offer.dropIn)
            finding.check.applied = applied
            progress.say("installed as \(applied.path)")
            return offer.record
        } catch {
            finding.check.notApplied = error.description
            if Task.isCancelled { throw .interrupted("not applied: \(error)") }
            return nil
        }
    }
}
