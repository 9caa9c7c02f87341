public import Trials

/// What `temper probe --json` prints: what the probes answered of a service that was started once
/// as it is, and what `harden` would hold it to besides.
///
/// The schema is stable: keys are never renamed or removed under the same `schema`; keys may be
/// added.
public struct ProbeReport: Hashable, Codable, Sendable {
    /// `temper.probe/1`
    public var schema = "temper.probe/1"
    public var unit: String
    /// The tree that the lab was made of.
    public var root: String
    /// The version of systemd, such as `257.13-1~deb13u1`.
    public var systemd: String
    public var verdict: TrialEntry.Word
    /// Why it does not pass; absent where it does.
    public var because: String?
    /// Whether the service itself was up when the last probe was asked.
    public var isUp: Bool
    /// How long its start job took, and all of it.
    public var startMilliseconds: Int
    public var milliseconds: Int
    /// In the order in which they were asked.
    public var probes: [Asked]
    public var listeners: [String]
    /// Its unix sockets in the file system, and what it keeps there for others.
    public var files: [File]
    /// The names on the bus that it owns.
    public var names: [String]
    public var labels: [String]
    public var processes: [Process]
    /// What it was not put through, such as a reload that it has not.
    public var skipped: [HardeningResult.Skipped]
    /// Its own last lines in the journal; none where it passes.
    public var log: [String]
    /// What has to be known of it, such as that no probe was given.
    public var warnings: [String]
    /// For a shell: the same by hand; none where it passes.
    public var commands: [String]

    /// A probe at one moment of the service's life.
    public struct Asked: Hashable, Codable, Sendable {
        /// `GET http://127.0.0.1/`
        public var probe: String
        /// `ready`, once it is up; `reloaded`.
        public var stage: Stage
        public var answer: Answer
        /// What it said that was not good.
        public var because: String?
        /// How often it was asked until that was its answer.
        public var checks: Int
        /// From the first time that it was asked until that was its answer.
        public var milliseconds: Int
        /// How long the last check took.
        public var lastMilliseconds: Int
    }

    public enum Answer: String, Hashable, Codable, Sendable, CaseIterable {
        case healthy, unhealthy
        case cannotTell = "cannot-tell"
    }

    public struct File: Hashable, Codable, Sendable {
        public var path: String
        public var user: UInt32
        public var group: UInt32
        /// As chmod(1) takes it: `0644`.
        public var mode: String
    }

    public struct Process: Hashable, Codable, Sendable {
        public var name: String
        public var count: Int
    }
}

/// One check of a probe.
public struct ProbeCheck: Hashable, Sendable {
    /// From any fixed moment.
    public var began: Duration
    public var ended: Duration
    public var outcome: CheckOutcome

    public init(began: Duration, ended: Duration, outcome: CheckOutcome) {
        self.began = began
        self.ended = ended
        self.outcome = outcome
    }
}

extension ProbeReport {
    /// - Parameters:
    ///   - checks: of each probe, in their order.
    ///   - successes: so many good answers in a row are one that counts.
    ///   - commands: how to see it by hand.
    public init(
        unit: String, root: String, systemd: String, trial: Trial, checks: [[ProbeCheck]],
        successes: Int, warnings: [String], commands: [String]
    ) {
        self.unit = unit
        self.root = root
        self.systemd = systemd
        (verdict, because) =
            switch trial.verdict {
            case .passed: (.passed, nil)
            case .failed: (.failed, trial.because)
            case .unresolved: (.unresolved, trial.because)
            }
        startMilliseconds = Int(trial.microseconds.start / 1000)
        milliseconds = Int(trial.microseconds.whole / 1000)
        probes = Asked.all(in: trial, checks.map { $0.lives(of: successes) })
        let states = trial.observations.compactMap { observation -> UnitState? in
            guard case .unit(let stage, let state) = observation, stage != .stop else { return nil }
            return state
        }
        isUp = states.last.map { $0.isUp || $0.isReloading } ?? false
        var footprint = Footprint()
        var members: [String: Int] = [:]
        skipped = []
        for observation in trial.observations {
            switch observation {
            case .footprint(let seen): footprint = seen
            case .processSet(let seen): members = seen.members
            case .skipped(let stage, let why):
                skipped.append(.init(what: stage.rawValue, because: why))
            default: continue
            }
        }
        listeners = footprint.listeners.sorted()
        let paths = footprint.sockets.merging(footprint.files ?? [:]) { one, _ in one }
        files = paths.sorted { $0.key < $1.key }.map(File.init)
        names = (footprint.names ?? []).sorted()
        labels = footprint.labels.sorted()
        processes = members.sorted { $0.key < $1.key }.map(Process.init)
        let isGood = trial.verdict.isPass
        log =
            isGood
            ? []
            : trial.log.filter { $0.source != "systemd" && !$0.message.isEmpty }.suffix(5)
                .map { "\($0.source): \($0.message)" }
        self.warnings = warnings
        self.commands = isGood ? [] : commands
    }
}

extension ProbeReport.File {
    fileprivate init(_ path: String, _ access: Footprint.Access) {
        let mode = String(access.mode, radix: 8)
        self.init(
            path: path, user: access.user, group: access.group,
            mode: String(repeating: "0", count: max(0, 4 - mode.count)) + mode)
    }
}

extension ProbeReport.Asked {
    /// - Parameter lives: the checks of each probe, those of each moment together.
    fileprivate static func all(in trial: Trial, _ lives: [[[ProbeCheck]]]) -> [Self] {
        var asked: [Stage: Int] = [:]
        var moments: [Int: Int] = [:]
        return trial.observations.compactMap { observation in
            guard case .probe(let stage, let name, let outcome) = observation else { return nil }
            let number = asked[stage, default: 0]
            asked[stage] = number + 1
            let moment = moments[number, default: 0]
            moments[number] = moment + 1
            let own = lives.indices.contains(number) ? lives[number] : []
            return Self(
                name, stage, outcome, own.indices.contains(moment) ? own[moment] : [])
        }
    }

    private init(_ name: String, _ stage: Stage, _ outcome: CheckOutcome, _ checks: [ProbeCheck]) {
        let (answer, because): (ProbeReport.Answer, String?) =
            switch outcome {
            case .healthy: (.healthy, nil)
            case .unhealthy(let why): (.unhealthy, why)
            case .cannotTell(let why): (.cannotTell, why)
            }
        func milliseconds(_ begin: Duration?, _ end: Duration?) -> Int {
            guard let begin, let end else { return 0 }
            return Int((end - begin) / .milliseconds(1))
        }
        self.init(
            probe: name, stage: stage, answer: answer, because: because, checks: checks.count,
            milliseconds: milliseconds(checks.first?.began, checks.last?.ended),
            lastMilliseconds: milliseconds(checks.last?.began, checks.last?.ended))
    }
}

extension [ProbeCheck] {
    /// Those of each moment at which it was asked: where an answer counts as good, the next moment
    /// begins.
    fileprivate func lives(of successes: Int) -> [[ProbeCheck]] {
        var lives: [[ProbeCheck]] = [[]]
        var good = 0
        for check in self {
            if good == successes {
                lives.append([])
                good = 0
            }
            lives[lives.count - 1].append(check)
            good = check.outcome.isHealthy ? good + 1 : 0
        }
        return lives
    }
}
