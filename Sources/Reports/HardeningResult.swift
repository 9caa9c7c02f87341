public import Hardening
public import Trials

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
    /// How many trials were made for this result, which is also the number of the last: those of
    /// the campaign, an earlier, interrupted run's included, and those on the real unit.
    public var trials: Int
    /// How many of them were on the real unit, after those of copies; absent in older results.
    public var realUnitTrials: Int?
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
    /// The same as a maintainer would write it, where that is not only another order of lines;
    /// absent without `--style packager`, where there is no such thing, and in older results.
    public var packaged: Packaged?
    public var ending: Ending
    /// Whether the drop-in was tried on the real unit and passed.
    public var verified: Bool
    /// What the real unit was put through and passed on machines on which it never ran before:
    /// `first start`, `reload under load`, `boot`...; absent where it was put through nothing.
    public var livedThrough: [String]?
    /// Why it does not pass there, whatever is opened; absent where it passes.
    public var unproved: String?
    /// Where the drop-in was installed; absent without `--apply`.
    public var applied: Applied?
    /// Why it was not installed although it was to be; all is then as it was.
    public var notApplied: String?
    /// Restrictions that were not asked about for other reasons, such as `--keep`; absent in older
    /// results.
    public var leftOut: [Ignored]?
    /// What was new in the journal, or of its processes, although the result passed.
    public var suspicious: [SuspiciousLine] = []
    /// Stages that no trial had, and what could not be seen on this machine.
    public var skipped: [Skipped] = []
    /// Passes above known failures, and whatever else is odd.
    public var warnings: [String]
    /// How long the real service was away; absent where it never stopped.
    public var downtime: Downtime?
    /// The share of the probe's answers that seem wrong, 0 to 1; absent where none was noticed.
    public var wrongAnswers: Double?
    /// How each restriction is known that was taken, refused or contested; absent in older results.
    public var known: [Knowledge]?
    /// The ways out of the real unit's sandbox, as a canary found them; absent where it was not let
    /// loose, and in older results.
    public var waysOut: WaysOutChange?
    /// What the work of others is denied that the service runs; absent where it runs none, where
    /// nothing was taken, and in older results.
    public var inherited: Inheritance?
    /// Whom it deals with on the system bus, by their names, as it was seen while nothing restricted
    /// it; absent where it was seen to deal with nobody or nobody listened, and in older results.
    public var bus: [BusPeer]?
    /// What `systemd-analyze security` still finds under the drop-in, and which of its tests do not
    /// apply; absent in older results.
    public var findings: [SecurityTest]?

    /// Why the campaign ended, as `CampaignEnding` tells it.
    public enum Ending: String, Hashable, Codable, Sendable, CaseIterable {
        case complete, limit, interrupted
        case goodEnough = "good-enough"
        case tooFlaky = "too-flaky"
    }

    public struct Applied: Hashable, Codable, Sendable {
        /// The file.
        public var path: String
        /// How long the service was stopped and tried.
        public var seconds: Double

        public init(path: String, seconds: Double) {
            self.path = path
            self.seconds = seconds
        }
    }

    public struct ExposureChange: Hashable, Codable, Sendable {
        /// 0.0 to 10.0, as `systemd-analyze security` prints it.
        public var before: Double
        public var after: Double
        /// The lowest that could still be reached if the search went on.
        public var possible: Double

        var from: Exposure { Exposure(before) }
        var to: Exposure { Exposure(after) }
        var lowest: Exposure { Exposure(possible) }
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
        /// What was given up with it, because this systemd sets it in such a unit for those, too;
        /// absent where there is nothing of the kind.
        public var alongside: [String]?
        /// The line of SELinux's policy that would allow it; absent where it was refused otherwise.
        public var policy: String?

        var words: RestrictionWords { RestrictionWords(restriction, because: because) }
    }

    /// Another choice between restrictions that only fail together.
    public struct Choice: Hashable, Codable, Sendable {
        /// What would be given up, with all that contains it.
        public var without: String
        /// The exposure that the result would then have.
        public var exposure: Double
    }

    public struct Ignored: Hashable, Codable, Sendable {
        public var restriction: String
        public var because: String
    }

    /// An exception that was tried and is needed.
    public struct Accommodation: Hashable, Codable, Sendable {
        /// `ProtectSystem=strict`
        public var restriction: String
        /// `ReadWritePaths=-/var/lib/x`
        public var settings: [String]
        /// How much lower the exposure would be without it.
        public var cost: Double
    }

    /// A drop-in in which systemd makes directories of the service at each start, in place of
    /// commands that are run once and of exceptions that keep them writable.
    public struct Packaged: Hashable, Codable, Sendable {
        /// Its text.
        public var dropIn: String
        /// Commands to be run once before it is installed all the same.
        public var preparations: [String]
        /// How the real unit failed under it where it never ran before; absent where it passed.
        public var because: String?

        public init(dropIn: String, preparations: [String], because: String?) {
            (self.dropIn, self.preparations, self.because) = (dropIn, preparations, because)
        }
    }

    public struct Knowledge: Hashable, Codable, Sendable {
        public var restriction: String
        public var known: Known
        /// What bites, or what contests it; absent for what is exercised or unused.
        public var because: String?
        /// What contests it.
        public var source: Contest.Source?
        /// How much lower the exposure would be with it; of what is contested only.
        public var price: Double?
        /// The probe or the option that would settle it; of what is contested only.
        public var settledBy: String?
    }

    /// The sandbox is that of others' work, too, which no trial of the service speaks for.
    public struct Inheritance: Hashable, Codable, Sendable {
        /// Whose work it is: `scheduled jobs`.
        public var work: String
        public var denied: [Denied]

        public struct Denied: Hashable, Codable, Sendable {
            /// `setting the clock`
            public var what: String
            /// The restrictions taken that each deny it.
            public var restrictions: [String]
        }
    }

    /// A name on the system bus, and what the service has to do with it.
    public struct BusPeer: Hashable, Codable, Sendable {
        /// Such as `org.freedesktop.login1`.
        public var name: String
        /// Methods that it called of whoever has the name: `Manager.CreateSession`.
        public var calls: [String]
        /// Whether it asked for the name itself.
        public var owns: Bool
        /// Whether it asked to hear the signals of whoever has it.
        public var hears: Bool
    }

    public struct SuspiciousLine: Hashable, Codable, Sendable {
        /// As it was seen, with its source: `nginx: open() failed`.
        public var line: String
        /// The smallest set that brings it; empty if that was not found.
        public var restrictions: [String]
        /// The number of a passing trial in which it was seen.
        public var trial: Int
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
    }
}

extension KeyedDecodingContainer {
    /// A list that a result of an earlier version lacks is empty: the decoding that the compiler
    /// writes for the types of this file takes this function for theirs.
    fileprivate func decode<Element: Decodable>(
        _ type: [Element].Type, forKey key: Key
    ) throws -> [Element] {
        try decodeIfPresent(type, forKey: key) ?? []
    }
}
