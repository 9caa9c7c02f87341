/// What an intruder in a service could do to what is not the service's, though systemd-analyze(1)
/// scores none of it: a row of the table, with a harmless try.
public struct WayOut: Sendable, Identifiable {
    /// For machines: `system-bus`.
    public let id: String
    /// In a few words for people: what is done.
    public let name: String
    public let gain: Gain
    /// What closes it, any of them, the mildest first: restrictions of the catalogue by their
    /// identifiers, and settings that are none. With ` + ` between them they close it together.
    public let closedBy: [String]
    /// How it is tried where the service runs; empty where nothing there is what it needs.
    public let attempts: @Sendable (EscapeGround) -> [Attempt]
    /// Why no lab shows it: it is taken away from every process there. nil where labs show it.
    public let withheld: String?

    /// What whoever takes it has then.
    public enum Gain: String, Sendable, CaseIterable, Codable {
        /// All of the machine.
        case root
        /// What another service has or does.
        case service
        /// More of the kernel, where faults are.
        case kernel
        /// What people keep.
        case people
        /// Others' work is hindered.
        case denial
    }

    init(
        _ id: String, _ name: String, _ gain: Gain, closedBy: [String], withheld: String? = nil,
        attempts: @escaping @Sendable (EscapeGround) -> [Attempt] = { _ in [] }
    ) {
        self.id = id
        self.name = name
        self.gain = gain
        self.closedBy = closedBy
        self.withheld = withheld
        self.attempts = attempts
    }
}

/// What is around a service where a canary is let loose in its sandbox.
public struct EscapeGround: Sendable {
    /// The user that an intruder in it is, by its number.
    public var user: UInt32 = 0
    /// What of it root runs and reads at its start: programs, scripts, configuration.
    public var filesOfRoot: [String] = []
    /// Directories in which commands of the unit's that always run as root are given a path.
    public var workplacesOfRoot: [String] = []
    /// The directory of the file by which systemd knows the service's main process; nil where there
    /// is none.
    public var placeOfPIDFile: String?
    /// Whether systemd heeds what processes of the service, the main one at least, tell it.
    public var isHeardBySystemd = false
    /// A process of another service of the same user, which has no capability; nil where no other
    /// service has that user.
    public var neighbour: Neighbour?
    /// Addresses of abstract sockets, with their `@`.
    public var abstractSockets: [String] = []
    /// The user whose own manager runs the service; nil for the system's.
    public var owner: Owner?

    /// A process of somebody else's.
    public struct Neighbour: Sendable {
        let process: Int32
        /// Its command name.
        let command: String
        /// The name of the user whom it shares.
        let user: String

        public init(process: Int32, command: String, user: String) {
            (self.process, self.command, self.user) = (process, command, user)
        }
    }

    /// A user with a manager.
    public struct Owner: Sendable {
        public let user: UInt32
        public let home: String

        public init(user: UInt32, home: String) {
            self.user = user
            self.home = home
        }
    }

    public init() {}
}

/// What is known of a way out of one sandbox.
public enum WayState: Sendable, Hashable {
    /// The canary got out: at these targets.
    case open([String])
    /// It did not. The error number of its last attempt; 0 for an answer that refuses.
    case closed(Int32)
    /// There is nothing here that it needs: nothing listens, no such file.
    case absent
    /// Not tried, for this reason.
    case untold(String)

    public var isOpen: Bool { if case .open = self { true } else { false } }
}

extension WayOut {
    /// All of them: what leads to root first.
    public static let all: [WayOut] = orders + managers + processes + kernel + others

    /// Its state by what came of its attempts.
    func state(of outcomes: [Attempt.Outcome], of attempts: [Attempt]) -> WayState {
        let open = zip(attempts, outcomes).filter { $0.1 == .open }.map(\.0.target)
        if !open.isEmpty { return .open(open) }
        if outcomes.contains(.unanswered) { return .untold(WayOut.unanswered) }
        let errors = outcomes.compactMap { outcome -> Int32? in
            if case .closed(let error) = outcome { error } else { nil }
        }
        // ENOENT, ESRCH, ENOSYS and ECONNREFUSED: nothing is there.
        return errors.first { ![2, 3, 38, 111].contains($0) }.map(WayState.closed) ?? .absent
    }

    /// Why nothing is known of a way where whoever was asked did not answer in time.
    public static let unanswered = "whoever was asked did not answer in time"

    /// The attempts of all ways on one ground, in the order of the table.
    ///
    /// - Parameter patience: how long each part of an answer is waited for.
    public static func script(on ground: EscapeGround, patience: Duration) -> CanaryScript {
        CanaryScript(all.flatMap { $0.attempts(ground) }, patience: patience)
    }

    /// The state of each, in the order of the table; `outcomes` are those of `script(on:)`.
    public static func states(
        of outcomes: [Attempt.Outcome], on ground: EscapeGround
    ) -> [WayState] {
        var rest = outcomes[...]
        return all.map { way in
            if let reason = way.withheld { return .untold(reason) }
            let attempts = way.attempts(ground)
            defer { rest = rest.dropFirst(attempts.count) }
            return way.state(of: Array(rest.prefix(attempts.count)), of: attempts)
        }
    }
}
