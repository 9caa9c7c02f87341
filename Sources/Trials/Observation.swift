public import Hardening

/// One thing that was seen during a trial. A trial keeps all of them; what they mean is decided
/// afterwards, by `Verdict`, from nothing else.
public enum Observation: Hashable, Codable, Sendable {
    /// systemd refused the transient unit; the D-Bus error's name and message.
    case refusedByManager(name: String, message: String)
    /// A job of the unit ended: `done`, `failed`, `timeout`, ... (`JobRemoved`).
    case job(Stage, result: JobEnding)
    case unit(Stage, UnitState)
    /// What the checks of one probe came to at this stage.
    case probe(Stage, name: String, CheckOutcome)
    /// What became of it in something that services live through.
    case exercise(name: String, CheckOutcome)
    /// The manager reloaded its units meanwhile, which rewrites a transient unit.
    case managerReloaded
    /// A drop-in of the machine overrides the copy otherwise than the original.
    case foreignDropIn(path: String)
    /// The original ran beside its copy: whatever the probes saw may have been its work.
    case originalRan
    /// Its time ran out at this stage while processes around it waited for a processor, for memory or
    /// for a disk most of that time: on an idle machine it might have come to its end.
    case starved(Stage)
    /// It was killed because it took of the machine what no service may; in words that follow
    /// "it was".
    case excess(String)
    /// The stage does not apply to this unit.
    case skipped(Stage, why: String)
    case log(LogLine)
    case saw(ObservedAccess)
    /// The kernel refused something that it grants the unrestricted service.
    case refused(KernelRequest)
    /// The processes that there were when the copy had settled.
    case processSet(ProcessSet)
    /// What others could see of the copy when it had settled.
    case footprint(Footprint)
    /// The same, once it had lived through an exercise.
    case seenAfter(exercise: String, Footprint)
    /// A command beside the main process ran and ended.
    case helper(HelperExit)
    /// One of its processes ended, not with status 0.
    case ended(ProcessExit)
    /// How a person can start the same copy.
    case command(HandCommand)
    /// Something that cannot be seen on this machine, in words that follow "cannot see".
    case blind(to: String)

    // The keys of the ledgers that there are.
    private enum CodingKeys: String, CodingKey {
        case refusedByManager, job, unit, probe, managerReloaded, foreignDropIn, originalRan, excess
        case starved
        case skipped, log, saw, refused, helper, ended, command, blind, footprint
        case exercise, seenAfter
        case processSet = "crew"
    }

    /// Of a line in the journal, in characters: a record holds hundreds of lines of each trial.
    private static let longestMessage = 2000

    /// With no more of a long line than is kept.
    var bounded: Observation {
        guard case .log(let line) = self else { return self }
        return .log(line.mappingMessage { String($0.prefix(Self.longestMessage)) })
    }
}

/// Where in its life the copy was.
public enum Stage: String, Hashable, Codable, Sendable, CaseIterable {
    case start, ready, reload, reloaded, settled, stop
    /// The same copy is started again after its stop: what it left behind is then there.
    case secondStart = "second start"
    case secondReady = "second readiness"
    case secondStop = "second stop"
    /// After something that services live through.
    case exercised = "exercise"

    var isEnd: Bool { self == .stop || self == .secondStop }
}

/// The properties of a unit that say how it fares, read over D-Bus.
public struct UnitState: Hashable, Codable, Sendable {
    /// `Type`: `exec`, `forking`, `oneshot`...
    public var type: String
    /// `ActiveState`: `active`, `inactive`, `failed`...
    public var active: String
    /// `SubState`: `running`, `exited`...
    public var sub: String
    /// `Result`: `success`, `exit-code`, `signal`...
    public var result: String
    /// `ExecMainCode`: 0 still running, 1 exited, 2 killed, 3 dumped core.
    public var mainCode: Int32
    /// `ExecMainStatus`: exit status or signal number.
    public var mainStatus: Int32
    /// `MainPID`; 0 for none.
    public var mainPID: UInt32

    public init(
        type: String, active: String, sub: String, result: String, mainCode: Int32 = 0,
        mainStatus: Int32 = 0, mainPID: UInt32 = 0
    ) {
        self.type = type
        self.active = active
        self.sub = sub
        self.result = result
        self.mainCode = mainCode
        self.mainStatus = mainStatus
        self.mainPID = mainPID
    }

    /// Up: active, or a oneshot that did its work and is gone.
    public var isUp: Bool {
        active == "active" || (type == "oneshot" && active == "inactive" && result == "success")
    }

    /// Up, and busy with reading its configuration again (`refreshing` since systemd 260).
    public var isReloading: Bool { active == "reloading" || active == "refreshing" }

    /// It did not get as far as it was to in the time that systemd gives it.
    public var timedOut: Bool { result == "timeout" }

    /// What the main process exited with; nil for one that was killed or never ran, also by a step
    /// of systemd's before it.
    var exitStatus: Int32? {
        mainCode == 1 && ExecStep.of(exitStatus: mainStatus) == nil ? mainStatus : nil
    }

    /// Whether two endings are the same ending: the result, and how the main process went.
    public func endedLike(_ other: UnitState) -> Bool {
        result == other.result && mainCode == other.mainCode && mainStatus == other.mainStatus
    }
}

/// What one check said.
public enum CheckOutcome: Hashable, Codable, Sendable {
    case healthy
    /// The reason in a few words, such as `HTTP 502`.
    case unhealthy(String)
    /// The probe itself could not tell (exit status 125).
    case cannotTell(String)

    public var isHealthy: Bool { self == .healthy }
}

/// A line of the journal that belongs to the copy.
public struct LogLine: Hashable, Codable, Sendable {
    /// 0 (emergency) to 7 (debug), as in syslog(3).
    public let priority: Int
    /// Who said it, such as `nginx` or `systemd`.
    public let source: String
    public let message: String
    /// systemd's MESSAGE_ID, 32 hexadecimal digits, where there is one.
    public let messageID: String?

    public init(priority: Int, source: String, message: String, messageID: String? = nil) {
        self.priority = priority
        self.source = source
        self.message = message
        self.messageID = messageID
    }

    /// The same line in other words.
    func mappingMessage(_ change: (String) -> String) -> LogLine {
        LogLine(
            priority: priority, source: source, message: change(message), messageID: messageID)
    }
}
