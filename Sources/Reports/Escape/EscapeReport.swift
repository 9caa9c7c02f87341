public import Hardening
public import WaysOut

/// What `temper escape --json` prints: which ways out of a unit's sandbox are open.
///
/// The schema is stable: keys are never renamed or removed under the same `schema`; keys may be
/// added.
public struct EscapeReport: Hashable, Codable, Sendable {
    /// `temper.escape/1`
    public var schema = "temper.escape/1"
    public var unit: String
    /// The tree that the lab was made of.
    public var root: String
    /// The version of systemd, such as `257.13-1~deb13u1`.
    public var systemd: String
    /// As systemd-analyze(1) scores it, 0...10.
    public var exposure: Double
    public var seconds: Double
    /// In the order of the table.
    public var ways: [Way]

    public struct Way: Hashable, Codable, Sendable {
        /// Such as `system-bus`.
        public var way: String
        /// In words.
        public var what: String
        public var gain: WayOut.Gain
        public var state: State
        /// Where it got out.
        public var targets: [String]
        /// Why it did not, or was not tried.
        public var because: String?
        /// Settings any of which closes it.
        public var closedBy: [String]
    }

    public enum State: String, Hashable, Codable, Sendable, CaseIterable {
        case open, closed
        /// Nothing is here that it needs.
        case absent
        /// No lab shows it.
        case untold
    }

    /// - Parameter states: in the order of the table.
    public init(
        unit: String, root: String, systemd: String, exposure: Exposure, states: [WayState],
        seconds: Double
    ) {
        self.unit = unit
        self.root = root
        self.systemd = systemd
        self.exposure = exposure.points
        self.seconds = (seconds * 1000).rounded() / 1000
        ways = zip(WayOut.all, states).map(Way.init)
    }

    /// How many lead to root.
    public var openToRoot: Int { ways.count { $0.gain == .root && $0.state == .open } }
}

extension EscapeReport.Way {
    init(_ way: WayOut, _ state: WayState) {
        self.way = way.id
        what = way.name
        gain = way.gain
        closedBy = way.closedBy
        (self.state, targets, because) =
            switch state {
            case .open(let targets): (.open, targets, nil)
            case .closed(let error): (.closed, [], error == 0 ? "refused" : ErrorNumber.name(error))
            case .absent: (.absent, [], nil)
            case .untold(let reason): (.untold, [], reason)
            }
    }
}
