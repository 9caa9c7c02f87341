import Hardening

/// What the service is like when nothing is restricted, learned from its baseline. Much of what a
/// copy does is only wrong by comparison: some daemons always exit with 1, some helpers always
/// fail, some logs are full of errors.
public struct Baseline: Hashable, Sendable {
    /// How it ends when it is stopped; several, where its endings differ.
    public private(set) var ends: [UnitState] = []
    /// The processes that are always there once it has settled; nil until a set was seen.
    public private(set) var processSet: ProcessSet?
    /// What others can always see of it; nil until that was looked at.
    public private(set) var footprint: Footprint?
    /// What of that there is once it has lived through an exercise: a log that was begun anew is
    /// not there before a next line is written to it.
    private var afterExercises: [String: Footprint] = [:]
    private(set) var helpers: Set<HelperExit> = []
    private(set) var exits: Set<ProcessExit> = []
    /// Its lines without what differs from run to run.
    private var lines: Set<String> = []
    /// What the kernel refuses it anyway, as patterns.
    private var refusals: Set<KernelRequest> = []
    /// The same without how it is refused.
    private var vainQuestions: Set<KernelRequest> = []
    /// What it is granted; nothing until it was looked at closely.
    var grants = Grants()
    private var lives = 0
    /// Why even the unrestricted service is not started a second time; nil if it is.
    public var noSecondStart: String? { omissions[.secondStart] }

    /// Why even the unrestricted service is not put through this stage; nil if it is.
    public func omission(of stage: Stage) -> String? { omissions[stage] }

    /// No trial is put through this stage, for a reason that is no matter of the service.
    public mutating func leaveOut(_ stage: Stage, because why: String) { omissions[stage] = why }

    /// The stages that even the unrestricted service is not put through, each with the reason.
    private(set) var omissions: [Stage: String] = [:]
    /// Whether a complaint that it never made before is a fault (`--strict-logs`).
    public var isStrict = false
    /// Whether a smaller footprint is a fault; what older records were proved by had none.
    public var holdsFootprint = true
    /// Which bites are no fault.
    public var tolerance = Tolerance.none
    /// The unit's `PIDFile=`, which systemd removes.
    public var pidFile: String?

    /// Of a service that was never seen: nothing is wrong by comparison.
    public static let unknown = Baseline()

    private init() {}

    /// It was seen to end in these ways, and to do with these processes, too, under a profile under
    /// which it otherwise passes.
    mutating func learnHabits(of trial: Trial) {
        ends += trial.ends
        learnProcesses(of: trial)
    }

    private mutating func learnProcesses(of trial: Trial) {
        guard let seen = trial.processSet else { return }
        processSet = processSet?.meet(seen) ?? seen
    }

    /// These processes were too few in a trial by chance.
    mutating func learnAbsence(of names: Set<String>, in trial: Trial) {
        guard let seen = trial.processSet, let processSet else { return }
        self.processSet = ProcessSet(
            processSet.meet(seen).members.filter { names.contains($0.key) }
                .merging(processSet.members.filter { !names.contains($0.key) }) { one, _ in one })
    }

    /// Whether what it exited with when it was stopped is all that is wrong with a trial.
    func blamesExitStatusAlone(for trial: Trial) -> Bool {
        var lenient = self
        lenient.ends += trial.ends
        guard lenient.exitStatusesAtStop.count > 1, trial.verdict.isFailure else { return false }
        return Verdict(of: trial.observations, baseline: lenient).isPass
    }

    /// Of which processes there are too few in a trial; nil where it was not seen who was there.
    func missing(in trial: Trial) -> Set<String>? {
        guard let processSet, let left = trial.processSet?.meet(processSet) else { return nil }
        return Set(processSet.members.filter { left.members[$0.key] != $0.value }.keys)
    }

    /// The same where that is all that is wrong with it; empty where it is not.
    func missingAlone(in trial: Trial) -> Set<String> {
        var lenient = self
        lenient.learnProcesses(of: trial)
        guard trial.verdict.isFailure, Verdict(of: trial.observations, baseline: lenient).isPass
        else { return [] }
        return missing(in: trial) ?? []
    }

    /// Of a service of which only an ending is known.
    public init(end: UnitState?) {
        if let end {
            ends = [end]
            lives = 1
        }
    }

    /// Of a service as it is on record, but for its journal.
    init(
        ends: [UnitState], processSet: ProcessSet?, footprint: Footprint?,
        helpers: Set<HelperExit>, exits: Set<ProcessExit>, omissions: [Stage: String]
    ) {
        self.ends = ends
        self.processSet = processSet
        self.footprint = footprint
        self.helpers = helpers
        self.exits = exits
        self.omissions = omissions
        lives = 1
    }

    /// The same without what differs from run to run: the journal, and what the kernel refuses.
    public var withoutJournal: Baseline {
        // An ending is how it ended; the rest of the state is of that run.
        let like = Dictionary(grouping: ends) { "\($0.result) \($0.mainCode) \($0.mainStatus)" }
        return Baseline(
            ends: like.sorted { $0.key < $1.key }.compactMap(\.value.first).map {
                UnitState(
                    type: "", active: "inactive", sub: "dead", result: $0.result,
                    mainCode: $0.mainCode, mainStatus: $0.mainStatus)
            }, processSet: processSet, footprint: footprint, helpers: helpers, exits: exits,
            omissions: omissions)
    }

    /// Of a service that did all this without restriction.
    public init(learnedFrom trials: some Sequence<Trial>) {
        for trial in trials { learn(trial) }
    }

    public mutating func learn(_ trial: Trial) {
        lives += 1
        learnHabits(of: trial)
        for observation in trial.observations {
            switch observation {
            case .helper(let exit): helpers.insert(exit)
            case .ended(let exit): exits.insert(exit)
            case .footprint(let seen): footprint = footprint?.meet(seen) ?? seen
            case .seenAfter(let exercise, let seen):
                afterExercises[exercise] = afterExercises[exercise]?.meet(seen) ?? seen
            case .log(let line): lines.insert(line.plain)
            case .refused(let request):
                refusals.insert(request.pattern)
                vainQuestions.insert(request.question)
            case .saw(let access): grants.learn(access)
            case .skipped(let stage, let why) where why != TrialProcedure.noReload:
                omissions[stage] = why
            default: break
            }
        }
    }

    /// The measure of it once it has lived through an exercise: as it was before, but as far as
    /// the service as it is was seen to be so afterwards, too.
    func after(_ exercise: String) -> Baseline {
        guard let seen = afterExercises[exercise] else { return self }
        var measure = self
        measure.footprint = footprint.map(seen.meet)
        return measure
    }

    var isKnown: Bool { lives > 0 }

    func refuses(_ pattern: KernelRequest) -> Bool { refusals.contains(pattern) }

    /// Without what is only missing: a file that the service makes is removed in vain before, and
    /// where that fails for another reason nothing can be made either.
    func refusesInAnyWay(_ request: KernelRequest) -> Bool {
        vainQuestions.contains(request.question)
            && (request.error == ErrorNumber.enoent.rawValue
                || !grants.changesFile(of: request) || refusals.contains(request.pattern))
    }

    func knows(_ end: UnitState) -> Bool {
        ends.isEmpty || ends.contains(where: end.endedLike)
            || (exitStatusesAtStop.count > 1 && end.exitStatus != nil)
    }

    /// With which statuses it exits when it is stopped. Of more than one, which is the usual one
    /// nobody can say: some daemons lose a race with their own threads.
    public var exitStatusesAtStop: Set<Int32> { Set(ends.compactMap(\.exitStatus)) }

    public func knows(_ exit: HelperExit) -> Bool { !isKnown || helpers.contains(exit) }

    public func knows(_ exit: ProcessExit) -> Bool { !isKnown || exits.contains(where: exit.mayBe) }

    public func knows(_ line: LogLine) -> Bool { !isKnown || lines.contains(line.plain) }
}
