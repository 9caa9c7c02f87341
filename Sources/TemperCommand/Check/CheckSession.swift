import Foundation
import Hardening
import Lab
import Reports
import Systemd
import TrialLedger
import Trials

/// A record that is to be held against what there is now.
struct CheckSubject: Sendable {
    let record: HardeningRecord
    /// The tree to make the lab of.
    var root: String
    let manager: ManagerChoice
    /// The file that the record was read from; nil for one of the ledger.
    var file: String?
    /// Whether the tree is the one that the ledger's record is of, so that what passes renews it.
    var isAtHome = false
    /// Directories of the machine that the lab shares.
    var binds: [String] = []
}

struct CheckChoices: Sendable {
    /// Nothing is tried where nothing changed.
    var ifChanged = false
    /// One trial where the profile passes, and no look around.
    var isQuick = false
    /// The record is brought up to date with what passes.
    var updates = false
}

/// One `check` of one unit: yesterday's profile in a lab of today.
struct CheckSession: Sendable {
    let subject: CheckSubject
    let choices: CheckChoices
    let stateDirectory: String
    let progress: Progress

    var record: HardeningRecord { subject.record }

    /// The same places and plan as a `harden` of the unit would have.
    var session: HardenSession {
        var plan = LabPlan()
        plan.root = subject.root
        plan.binds = subject.binds
        // What is checked must not be there already.
        plan.hidden = temperDropIns(of: record.unit, in: subject.root)
        var options = CampaignOptions()
        options.isStrict = record.isStrict
        options.baselineRuns = 1
        options.cadence = record.plan.cadence
        return HardenSession(
            unit: record.unit, plan: record.plan, options: options, place: .lab(plan),
            stateDirectory: stateDirectory, progress: progress, manager: subject.manager,
            isForced: true)
    }

    /// - Throws: `Failure.interrupted`; whatever else keeps a unit from being checked is its result.
    func run() async throws(Failure) -> UnitCheck {
        let began = ContinuousClock.now
        var check: UnitCheck
        do {
            check = try await tried()
        } catch {
            if error.status == Failure.interrupted.status { throw error }
            check = UnitCheck(unit: record.unit, standing: .untested, because: error.message)
        }
        check.profile = record.profile.restrictions.count
        check.seconds = (ContinuousClock.now - began).seconds
        return check
    }

    private func tried() async throws(Failure) -> UnitCheck {
        progress.step("comparing \(record.unit) with its record")
        var now = Validity(
            of: record.unit, running: record.validity.programs.keys, in: subject.root)
        now.temper = Temper.version
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
            let site = try await session.place.open(progress)
            let check: UnitCheck
            do { check = try await held(against: now, at: site, store) } catch {
                await site.close()
                throw error
            }
            await site.close()
            return check
        } catch {
            if let failure = error as? Failure { throw failure }
            let isInterruption = (error as? ExperimentError)?.isInterruption ?? Task.isCancelled
            throw isInterruption ? Failure.interrupted : Failure.experiment("\(error)")
        }
    }

    /// The service in the lab, and yesterday's profile on it.
    private func held(
        against files: Validity, at site: Site, _ store: TrialStore
    ) async throws -> UnitCheck {
        let bed = try await CheckBed(self, files, at: site, store)
        var check = UnitCheck(unit: record.unit, standing: .passed)
        check.systemd = .init(
            recorded: record.validity.systemd, now: bed.service.systemdVersion)
        check.changes = bed.changes
        let trial = try await bed.tryProfile()
        check.trials = 1
        check.notes = bed.notes
        do {
            if trial.verdict.isPass {
                try await bed.settle(trial, &check)
            } else {
                try await bed.explain(trial, &check)
            }
        } catch let error as ExperimentError {
            guard error.isBaseline else { throw error }
            check.standing = .broken
            check.because = session.baselineFailure(error, bed.service, bed.plan).message
        }
        try bed.finish(check)
        return check
    }
}
