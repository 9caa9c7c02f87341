import Foundation
import Hardening
import Lab
package import Reports
import Systemd
import TrialLedger
package import Trials

/// A record that is to be held against what there is now.
package struct CheckSubject: Sendable {
    package let record: HardeningRecord
    /// The tree to make the lab of.
    let root: String
    let manager: ManagerChoice
    /// The file that the record was read from; nil for one of the ledger.
    let file: String?
    /// Whether the tree is the one that the ledger's record is of, so that what passes renews it.
    let isAtHome: Bool
    /// Directories of the machine that the lab shares.
    let binds: [String]

    package init(
        record: HardeningRecord, root: String, manager: ManagerChoice, file: String? = nil,
        isAtHome: Bool = false, binds: [String] = []
    ) {
        self.record = record
        self.root = root
        self.manager = manager
        self.file = file
        self.isAtHome = isAtHome
        self.binds = binds
    }
}

package struct CheckChoices: Sendable {
    /// Nothing is tried where nothing changed.
    package var ifChanged = false
    /// One trial where the profile passes, and no look around.
    package var isQuick = false
    /// The record is brought up to date with what passes.
    package var updates = false
    /// Whether and how what passes instead, or besides, is installed.
    package var apply: ApplyOrder?
    /// Installs it also over what was changed by hand.
    package var isForced = false

    package init() {}
}

/// One `check` of one unit: yesterday's profile in a lab of today.
package struct CheckSession: Sendable {
    let subject: CheckSubject
    let choices: CheckChoices
    let stateDirectory: String
    let progress: any ProgressListener

    package init(
        subject: CheckSubject, choices: CheckChoices, stateDirectory: String,
        progress: any ProgressListener
    ) {
        self.subject = subject
        self.choices = choices
        self.stateDirectory = stateDirectory
        self.progress = progress
    }

    var record: HardeningRecord { subject.record }

    /// The same places and plan as a `harden` of the unit would have.
    ///
    /// - Parameter account: whose manager the unit belongs to; nil for the machine's.
    private func trying(of account: UserAccount?) -> HardenSession {
        var plan = LabPlan()
        plan.root = subject.root
        plan.binds = subject.binds
        // What is checked must not be there already.
        plan.hidden = temperDropIns(of: record.unit, in: subject.root, account: account)
        return session(in: .lab(plan), isForced: true)
    }

    private func session(in place: HostChoice, isForced: Bool) -> HardenSession {
        var options = CampaignOptions()
        options.isStrict = record.isStrict
        options.baselineRuns = 1
        options.cadence = record.plan.cadence
        return HardenSession(
            unit: record.unit, plan: record.plan, options: options, place: place,
            stateDirectory: stateDirectory, progress: progress, manager: subject.manager,
            isForced: isForced)
    }

    /// - Throws: `TemperError.interrupted`; whatever else keeps a unit from being checked is its result.
    package func run() async throws(TemperError) -> UnitCheck {
        let began = ContinuousClock.now
        var check: UnitCheck
        do {
            check = try await tried()
        } catch {
            if error.isInterruption { throw error }
            check = UnitCheck(unit: record.unit, standing: .untested, because: error.description)
        }
        check.profile = record.profile.restrictions.count
        check.seconds = (ContinuousClock.now - began).seconds
        return check
    }

    private func tried() async throws(TemperError) -> UnitCheck {
        progress.step("comparing \(record.unit) with its record")
        let account = try experimentFailures { () throws(ExperimentError) in try self.account }
        var now = Validity(
            of: record.unit, running: record.validity.programs.keys, in: subject.root,
            account: account)
        now.temper = TemperVersion.current
        // What only a running systemd can tell is taken to be as it was.
        now.features = record.validity.features
        if choices.ifChanged, now.changes(since: record.validity).isEmpty {
            return UnitCheck(unit: record.unit, standing: .unchanged)
        }
        try StateDirectory.prepare(stateDirectory)
        let lock = try CampaignLock(unit: record.unit, directory: stateDirectory)
        defer { lock.release() }
        let store = try experimentFailures { () throws(ExperimentError) in
            try TrialStore(directory: stateDirectory)
        }
        do {
            let session = trying(of: account)
            let host = try await session.place.open(progress)
            var finding: Finding
            do { finding = try await held(against: now, at: host, session, store) } catch {
                await host.close()
                throw error
            }
            await host.close()
            let installed = try await install(&finding)
            do { try finding.bed.finish(finding.check, installed: installed) } catch {
                if installed == nil { throw error }
                // What is installed is told of, whatever else goes wrong.
                finding.check.notes.append(
                    .init(
                        .warning, "it is installed, and the record is still the old one: \(error)")
                )
            }
            return finding.check
        } catch {
            if let failure = error as? TemperError { throw failure }
            let isInterruption = (error as? ExperimentError)?.isInterruption ?? Task.isCancelled
            throw isInterruption ? TemperError.interrupted() : TemperError.experiment("\(error)")
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
        let bed: CheckContext
        var check: UnitCheck
        var offer: CheckOffer?
    }

    /// The service in the lab, and yesterday's profile on it.
    private func held(
        against files: Validity, at host: Host, _ session: HardenSession, _ store: TrialStore
    ) async throws -> Finding {
        let bed = try await CheckContext(self, session, files, at: host, store)
        var finding = Finding(bed: bed, check: UnitCheck(unit: record.unit, standing: .passed))
        finding.check.systemd = .init(
            recorded: record.validity.systemd, now: bed.service.systemdVersion)
        finding.check.changes = bed.changes
        let trial = try await bed.tryProfile()
        finding.check.trials = 1
        finding.check.notes = bed.notes
        do {
            finding.offer =
                trial.verdict.isPass
                ? try await bed.settle(trial, &finding.check)
                : try await bed.explain(trial, &finding.check)
        } catch let error as ExperimentError {
            guard error.isBaseline else { throw error }
            finding.check.standing = .broken
            finding.check.because =
                session.baselineFailure(error, bed.service, bed.plan).description
        }
        return finding
    }

    /// What was offered, on the real unit for good, where that was asked for.
    ///
    /// - Returns: the record of what is installed now; nil where nothing was installed.
    /// - Throws: `TemperError` with the status of an interruption; all is as it was.
    private func install(_ finding: inout Finding) async throws -> HardeningRecord? {
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
        switch try await session(in: .lab(LabPlan()), isForced: choices.isForced)
            .install(offer.dropIn, order)
        {
        case .success(let applied):
            finding.check.applied = applied
            progress.say("installed as \(applied.path)")
            return offer.record
        case .failure(let failure):
            finding.check.notApplied = failure.description
            if Task.isCancelled {
                throw TemperError.interrupted("not applied: \(failure.description)")
            }
            return nil
        }
    }
}
