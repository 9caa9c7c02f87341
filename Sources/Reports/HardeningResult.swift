import Hardening
import Trials

/// What `temper harden --json` prints, and what every other form of the report is made from.
///
/// The schema is stable: keys are never renamed or removed under the same `schema`; keys may be
/// added.
public struct HardeningResult: Hashable, Codable, Sendable {
    /// `temper.harden/1`
    public var schema = "temper.harden/1"
    public var unit: String
    /// The version of the systemd that was asked, such as `257.13-1~deb13u1`.
    public var systemd: String
    public var exposure: ExposureChange
    /// How many trials were run, those from an earlier, interrupted run included; those on the
    /// real unit too where one of them refused something.
    public var trials: Int
    public var seconds: Double
    /// The restrictions taken, the strictest step of each ladder: `ProtectSystem=full`,
    /// `CapabilityBoundingSet=~CAP_SYS_ADMIN`. `temper explain` knows each.
    public var accepted: [String]
    public var refused: [Refusal]
    /// Restrictions that this machine would accept and not enforce; they were not tried.
    public var ignored: [Ignored]
    /// Restrictions that this machine enforces in part only, or that could not be seen to be in
    /// force; they were tried. nil in a result from before this was known.
    public var partlyInForce: [Ignored]?
    /// Restrictions that the user's own manager has no right to apply; they were not tried. Absent
    /// for services of the system's manager.
    public var beyondManager: [Ignored]?
    public var notCarriedOver: [NotCarried]
    /// What restrictions leave open, because the service needs it.
    public var accommodations: [Accommodation] = []
    /// Commands to be run once before the drop-in is installed, such as a change of owners.
    public var preparations: [String] = []
    /// The text of the drop-in; empty when nothing was accepted.
    public var dropIn: String
    /// `complete`, `limit`, `good-enough`, `interrupted` or `too-flaky`.
    public var ending: String
    /// Whether the drop-in was tried on the real unit and passed.
    public var verified: Bool
    /// Restrictions that were not asked about for other reasons, such as `--keep`; absent in older
    /// results.
    public var leftOut: [Ignored]?
    /// What was new in the journal, or of its processes, although the result passed.
    public var suspicious: [Suspicion] = []
    /// Stages that no trial had, and what could not be seen on this machine.
    public var skipped: [Skipped] = []
    /// Passes above known failures, and whatever else is odd.
    public var warnings: [String]
    /// How long the real service was away; absent where it never stopped.
    public var downtime: Downtime?

    public struct ExposureChange: Hashable, Codable, Sendable {
        /// 0.0 to 10.0, as `systemd-analyze security` prints it.
        public var before: Double
        public var after: Double
        /// The lowest that could still be reached if the search went on.
        public var possible: Double

        public init(before: Double, after: Double, possible: Double) {
            self.before = before
            self.after = after
            self.possible = possible
        }
    }

    /// In seconds.
    public struct Downtime: Hashable, Codable, Sendable {
        /// As it was said beforehand.
        public var estimate: Double
        public var seconds: Double
        /// What the user allowed.
        public var limit: Double

        public init(estimate: Double, seconds: Double, limit: Double) {
            self.estimate = estimate
            self.seconds = seconds
            self.limit = limit
        }
    }

    public struct Refusal: Hashable, Codable, Sendable {
        public var restriction: String
        /// The minimal set that fails together; only itself if it fails alone.
        public var conflict: [String]
        /// The number of the trial that shows it.
        public var trial: Int
        public var because: String
        /// How much lower the exposure would be with it; absent in older results.
        public var price: Double?
        /// What could be given up for it; absent where it fails alone, and in older results.
        public var instead: [Choice]?

        public init(
            restriction: String, conflict: [String], trial: Int, because: String,
            price: Double? = nil, instead: [Choice]? = nil
        ) {
            self.restriction = restriction
            self.conflict = conflict
            self.trial = trial
            self.because = because
            self.price = price
            self.instead = instead
        }
    }

    /// Another choice between restrictions that only fail together.
    public struct Choice: Hashable, Codable, Sendable {
        /// What would be given up, with all that contains it.
        public var without: String
        /// The exposure that the result would then have.
        public var exposure: Double

        public init(without: String, exposure: Double) {
            self.without = without
            self.exposure = exposure
        }
    }

    public struct Ignored: Hashable, Codable, Sendable {
        public var restriction: String
        public var because: String

        public init(restriction: String, because: String) {
            self.restriction = restriction
            self.because = because
        }
    }

    /// An exception that was tried and is needed.
    public struct Accommodation: Hashable, Codable, Sendable {
        /// `ProtectSystem=strict`
        public var restriction: String
        /// `ReadWritePaths=-/var/lib/x`
        public var settings: [String]
        /// How much lower the exposure would be without it.
        public var cost: Double

        public init(restriction: String, settings: [String], cost: Double) {
            self.restriction = restriction
            self.settings = settings
            self.cost = cost
        }
    }

    public struct Suspicion: Hashable, Codable, Sendable {
        /// As it was seen, with its source: `nginx: open() failed`.
        public var line: String
        /// The smallest set that brings it; empty if that was not found.
        public var restrictions: [String]
        /// The number of a passing trial in which it was seen.
        public var trial: Int

        public init(line: String, restrictions: [String], trial: Int) {
            self.line = line
            self.restrictions = restrictions
            self.trial = trial
        }
    }

    public struct Skipped: Hashable, Codable, Sendable {
        /// `reload`, `second start`, or what cannot be seen.
        public var what: String
        public var because: String

        public init(what: String, because: String) {
            self.what = what
            self.because = because
        }
    }

    public struct NotCarried: Hashable, Codable, Sendable {
        public var setting: String
        public var because: String

        public init(setting: String, because: String) {
            self.setting = setting
            self.because = because
        }
    }
}

extension HardeningResult {
    /// Reads results of earlier versions too, which lack the keys that were added since.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        func list<Element: Decodable>(_ key: CodingKeys) throws -> [Element] {
            try values.decodeIfPresent([Element].self, forKey: key) ?? []
        }
        self.init(
            schema: try values.decode(String.self, forKey: .schema),
            unit: try values.decode(String.self, forKey: .unit),
            systemd: try values.decode(String.self, forKey: .systemd),
            exposure: try values.decode(ExposureChange.self, forKey: .exposure),
            trials: try values.decode(Int.self, forKey: .trials),
            seconds: try values.decode(Double.self, forKey: .seconds),
            accepted: try list(.accepted), refused: try list(.refused),
            ignored: try list(.ignored),
            partlyInForce: try values.decodeIfPresent([Ignored].self, forKey: .partlyInForce),
            beyondManager: try values.decodeIfPresent([Ignored].self, forKey: .beyondManager),
            notCarriedOver: try list(.notCarriedOver),
            accommodations: try list(.accommodations), preparations: try list(.preparations),
            dropIn: try values.decode(String.self, forKey: .dropIn),
            ending: try values.decode(String.self, forKey: .ending),
            verified: try values.decode(Bool.self, forKey: .verified),
            leftOut: try values.decodeIfPresent([Ignored].self, forKey: .leftOut),
            suspicious: try list(.suspicious), skipped: try list(.skipped),
            warnings: try list(.warnings),
            downtime: try values.decodeIfPresent(Downtime.self, forKey: .downtime))
    }

    public init(
        unit: String, systemd: String, outcome: Outcome, enforcement: Enforcement,
        notCarriedOver: [NotCarried], dropIn: String, verified: Bool, seconds: Double
    ) {
        let (offer, catalogue) = (outcome.agenda.offer, outcome.agenda.catalogue)
        self.init(
            unit: unit, systemd: systemd,
            exposure: ExposureChange(
                before: Double(outcome.before.tenths) / 10,
                after: Double(outcome.after.tenths) / 10,
                possible: Double(outcome.possible.tenths) / 10),
            trials: outcome.highestTrial, seconds: (seconds * 1000).rounded() / 1000,
            accepted: HardeningResult.tops(outcome.accepted, catalogue),
            refused: outcome.refused.map { Refusal($0, outcome) },
            ignored: offer.leftOut.compactMap { left in
                switch left.reason {
                case .ignored(let cure): Ignored(restriction: left.id, because: cure)
                case .failing(let how):
                    Ignored(restriction: left.id, because: "nothing starts under it here: \(how)")
                case .unjudged(let need): Ignored(restriction: left.id, because: need.cure)
                default: nil
                }
            },
            partlyInForce: offer.restrictions.compactMap { restriction in
                switch enforcement[restriction.id]?.standing {
                case .partly(let lacking):
                    Ignored(
                        restriction: restriction.id,
                        because: "without \(lacking.joined(separator: ", "))"
                            + (enforcement[restriction.id]?.cure.map { ": \($0)" } ?? ""))
                case .cannotTell(let why):
                    Ignored(restriction: restriction.id, because: "could not be checked: \(why)")
                default: nil
                }
            },
            beyondManager: HardeningResult.beyondManager(offer), notCarriedOver: notCarriedOver,
            accommodations: HardeningResult.accommodations(outcome), dropIn: dropIn,
            ending: HardeningResult.word(outcome.ending), verified: verified,
            leftOut: HardeningResult.leftOut(offer),
            suspicious: outcome.suspicious.map {
                Suspicion(line: $0.line, restrictions: $0.restrictions, trial: $0.trial)
            },
            skipped: outcome.skipped.map { Skipped(what: $0.what, because: $0.because) },
            warnings: outcome.surprises)
    }

    private static func accommodations(_ outcome: Outcome) -> [Accommodation] {
        let agenda = outcome.agenda
        let result = agenda.sandbox.tightened(
            by: outcome.accepted, in: agenda.catalogue, dialect: agenda.dialect)
        func cost(_ other: Sandbox) -> Double {
            let (with, without) = (
                Exposure(of: result, dialect: agenda.dialect),
                Exposure(of: other, dialect: agenda.dialect)
            )
            return Double(with.tenths - without.tenths) / 10
        }
        return agenda.catalogue.restrictions.compactMap { restriction in
            guard outcome.accepted.restrictions.contains(restriction.id) else { return nil }
            if case .become(_, let capabilities, _) = restriction.change {
                let granted = result.ambientCapabilities & capabilities
                if granted == 0 { return nil }
                var bare = result
                bare.settings["AmbientCapabilities"] = nil
                let names = Capability.names(in: granted).joined(separator: " ")
                return Accommodation(
                    restriction: restriction.id, settings: ["AmbientCapabilities=\(names)"],
                    cost: cost(bare))
            }
            let open = restriction.exceptions.filter(result.grants)
            return open.isEmpty
                ? nil
                : Accommodation(
                    restriction: restriction.id, settings: open.map(\.text),
                    cost: cost(result.without(open)))
        }
    }

    /// What the user or the service itself left no question about.
    private static func leftOut(_ offer: Offer) -> [Ignored] {
        offer.leftOut.compactMap { left in
            let because: String? =
                switch left.reason {
                case .alreadyInForce: inForce
                case .unknownTo(let version): "needs systemd \(version)"
                case .heldBack(let why): why
                case .kept: "kept as it is, as was asked for"
                case .contains(let other): "contains \(other), which is kept as it is"
                case .ignored, .failing, .unjudged, .beyondManager: nil
                }
            return because.map { Ignored(restriction: left.id, because: $0) }
        }
    }

    /// Why a restriction that the unit already had was not tried.
    static let inForce = "in force before"

    private static func beyondManager(_ offer: Offer) -> [Ignored]? {
        let entries = offer.leftOut.compactMap { left in
            if case .beyondManager(let why) = left.reason {
                Ignored(restriction: left.id, because: why)
            } else {
                nil
            }
        }
        return entries.isEmpty ? nil : entries
    }

    /// The restrictions of which no stricter step of the same directive was taken as well.
    static func tops(_ profile: Profile, _ catalogue: Catalogue) -> [String] {
        let taken = catalogue.restrictions.filter { profile.restrictions.contains($0.id) }
        return taken.filter { restriction in
            !taken.contains { stricter in
                stricter.directive == restriction.directive
                    && stricter.implies.contains(restriction.id)
                    && stricter.change.isOrdered
            }
        }.map(\.id)
    }

    private static func word(_ ending: CampaignEnding) -> String {
        switch ending {
        case .complete: "complete"
        case .limit: "limit"
        case .goodEnough: "good-enough"
        case .interrupted: "interrupted"
        case .tooFlaky: "too-flaky"
        }
    }
}
