import Hardening

/// What the user wants of a campaign beyond the unit's name, as it stands in a unit's
/// `[X-Temper]` sections or in a file of the same syntax. systemd ignores such sections.
public struct Plan: Hashable, Sendable {
    public var probes: [ProbeRequest] = []
    /// Restrictions or directives that stay as they are.
    public var keep: Set<String> = []
    /// Restrictions that are held back unless asked for.
    public var attempt: Set<String> = []
    public var cadence = ChosenCadence()
    public var settle: Duration?
    /// The probes do the kind of work that the service runs for other people.
    public var probeDoesWork = false
    /// Who runs the probe commands; nil where nothing is said of it.
    public var probeUser: String?
    /// Commands that make a lab more like the machine, such as for a device node: run there once,
    /// before the service's first start, and never on a real machine.
    public var preparations: [String] = []
    /// Commands that make anew what the service starts with, such as the input of a oneshot: run in
    /// the lab before each start, and never on a real machine.
    public var beforeStart: [String] = []

    public init() {}

    /// Whether following it runs a command, or talks to anybody.
    public var acts: Bool {
        !preparations.isEmpty || !beforeStart.isEmpty || probes.contains { $0 != .footprint }
    }

    /// This plan, and `other` where it says more: probes and lists add up, cadence of `other`
    /// wins.
    public func overridden(by other: Plan) -> Plan {
        var plan = self
        // Probes of the command line replace those of the unit: they are how one tries others.
        if !other.probes.isEmpty { plan.probes = other.probes }
        plan.keep.formUnion(other.keep)
        plan.attempt.formUnion(other.attempt)
        plan.cadence.startPeriod = other.cadence.startPeriod ?? cadence.startPeriod
        plan.cadence.interval = other.cadence.interval ?? cadence.interval
        plan.cadence.timeout = other.cadence.timeout ?? cadence.timeout
        plan.cadence.successThreshold = other.cadence.successThreshold ?? cadence.successThreshold
        plan.cadence.failureThreshold = other.cadence.failureThreshold ?? cadence.failureThreshold
        plan.settle = other.settle ?? settle
        plan.probeDoesWork = probeDoesWork || other.probeDoesWork
        plan.probeUser = other.probeUser ?? probeUser
        // A record has those of the unit too.
        plan.preparations += other.preparations.filter { !preparations.contains($0) }
        plan.beforeStart += other.beforeStart.filter { !beforeStart.contains($0) }
        return plan
    }
}

/// A line of a plan that cannot be understood.
public struct PlanError: Error, Hashable, CustomStringConvertible {
    /// File and line number: `nginx.temper:4`.
    public let place: String
    public let problem: String
    public var description: String { "\(place): \(problem)" }
}

extension Plan {
    /// Reads the `[X-Temper]` sections of a unit file or plan; other sections are systemd's.
    ///
    /// - Parameter file: its name, for errors.
    public init(reading text: String, file: String) throws(PlanError) {
        self.init()
        var isOurs = false
        for line in UnitFileLine.all(in: text) {
            if line.isHeader {
                isOurs = line.text == "[X-Temper]"
                continue
            }
            guard isOurs else { continue }
            let place = "\(file):\(line.number)"
            guard let (name, value) = line.assignment else {
                throw PlanError(
                    place: place, problem: "“\(line.text)” is not a setting; write Name=value")
            }
            if let problem = take(name, value) { throw PlanError(place: place, problem: problem) }
        }
    }

    /// Whether a text asks for anything, or would.
    public static func hasSection(in text: String) -> Bool {
        UnitFileLine.all(in: text).contains { $0.text == "[X-Temper]" }
    }

    private static let settings = [
        "Probe", "ProbeHTTP", "ProbeTCP", "ProbeUnix", "ProbeDBus", "ProbeFootprint",
        "ProbeDoesWork", "ProbeUser", "Prepare", "Before", "Keep", "Try", "StartPeriod", "Interval",
        "Timeout", "Settle", "SuccessThreshold", "FailureThreshold",
    ]

    /// What is wrong with the setting, or nil.
    private mutating func take(_ name: String, _ value: String) -> String? {
        if name.hasPrefix("Probe") && value.isEmpty { return "\(name)= needs a value" }
        switch name {
        case "Probe": return add(.command(value))
        case "ProbeHTTP":
            let parts = value.split(separator: " ", maxSplits: 1).map(String.init)
            return add(.http(parts[0], contains: parts.count > 1 ? parts[1].trimmed : nil))
        case "ProbeTCP": return add(.tcp(value))
        case "ProbeUnix": return add(.unixSocket(value))
        case "ProbeDBus": return add(.busName(value))
        case "ProbeFootprint": return decide(value) { if $0 { probes.append(.footprint) } }
        case "ProbeDoesWork": return decide(value) { probeDoesWork = $0 }
        case "ProbeUser":
            probeUser = value
            return Plan.problem(withUser: value)
        case "Prepare": return prepare(value)
        case "Before":
            beforeStart.append(value)
            return value.isEmpty ? "Before= needs a command" : nil
        case "Keep":
            return collect(value, Plan.problem(withRestriction:)) {
                keep.insert(Plan.restriction($0))
            }
        case "Try":
            return collect(value, Plan.problem(withAttempt:)) {
                attempt.formUnion(Plan.attempts($0))
            }
        case "StartPeriod": return read(value) { cadence.startPeriod = $0 }
        case "Interval": return read(value) { cadence.interval = $0 }
        case "Timeout":
            return read(value) { cadence.timeout = $0 }
                ?? (cadence.timeout == .zero ? "a check needs more than no time" : nil)
        case "Settle": return read(value) { settle = $0 }
        case "SuccessThreshold": return count(value) { cadence.successThreshold = $0 }
        case "FailureThreshold": return count(value) { cadence.failureThreshold = $0 }
        default:
            return "there is no setting \(name)= in [X-Temper]"
                + name.suggestion(of: Plan.settings, "=")
        }
    }

    private mutating func add(_ probe: ProbeRequest) -> String? {
        probes.append(probe)
        return probe.problem
    }

    private mutating func prepare(_ command: String) -> String? {
        preparations.append(command)
        return command.isEmpty ? "Prepare= needs a command" : nil
    }

    private func collect(
        _ value: String, _ problem: (String) -> String?, _ store: (String) -> Void
    ) -> String? {
        for name in value.split(separator: " ").map(String.init) {
            if let problem = problem(name) { return problem }
            store(name)
        }
        return nil
    }

    /// Why this is no user's name or number, or nil. Whether there is such a user is the
    /// machine's to say.
    public static func problem(withUser name: String) -> String? {
        let isName = name.utf8.allSatisfy { byte in
            UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte
                || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
                || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || "_-.".utf8.contains(byte)
        }
        return isName && !name.isEmpty && !name.hasPrefix("-") && !name.hasPrefix(".")
            ? nil : "“\(name)” is not a user's name"
    }

    private func read(_ value: String, _ store: (Duration) -> Void) -> String? {
        guard let duration = Duration(timeSpan: value) else {
            return "“\(value)” is not a time; write 500ms, 2s or 1min"
        }
        store(duration)
        return nil
    }

    /// The words of systemd.syntax(7).
    private func decide(_ value: String, _ store: (Bool) -> Void) -> String? {
        switch value.lowercased() {
        case "yes", "true", "on", "1": store(true)
        case "no", "false", "off", "0": store(false)
        default: return "“\(value)” is neither yes nor no"
        }
        return nil
    }

    private func count(_ value: String, _ store: (Int) -> Void) -> String? {
        guard let number = Int(value), number > 0 else {
            return "“\(value)” is not a count; write a whole number from 1"
        }
        store(number)
        return nil
    }
}

extension Duration {
    /// A time span in systemd's notation (systemd.time(7)): `500ms`, `2s`, `1min 30s`, or a bare
    /// number of seconds.
    public init?(timeSpan text: String) {
        var sum = Duration.zero
        var rest = Substring(text)
        repeat {
            let digits = rest.prefix { $0.isNumber || $0 == "." }
            guard let value = Double(digits), value >= 0, value <= 1e9 else { return nil }
            rest = rest.dropFirst(digits.count).drop { $0 == " " }
            let unit = rest.prefix { $0.isLetter }
            guard let factor = Self.microseconds[String(unit)] else { return nil }
            sum += .microseconds(value * factor)
            rest = rest.dropFirst(unit.count).drop { $0 == " " }
            // A bare number of seconds stands alone, and nobody waits for longer than this.
            if unit.isEmpty && (!rest.isEmpty || sum != .microseconds(value * factor)) {
                return nil
            }
            if sum > .seconds(100 * 31_557_600) { return nil }
        } while !rest.isEmpty
        self = sum
    }

    /// The units of systemd.time(7), each with all its names.
    private static let microseconds: [String: Double] = [
        (["usec", "us", "µs", "μs"], 1), (["msec", "ms"], 1e3),
        (["seconds", "second", "sec", "s", ""], 1e6),
        (["minutes", "minute", "min", "m"], 60e6), (["hours", "hour", "hr", "h"], 3600e6),
        (["days", "day", "d"], 86_400e6), (["weeks", "week", "w"], 604_800e6),
        (["months", "month", "M"], 2_629_800e6), (["years", "year", "y"], 31_557_600e6),
    ].reduce(into: [:]) { units, row in for name in row.0 { units[name] = row.1 } }
}
