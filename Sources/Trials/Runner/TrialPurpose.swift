import Hardening

/// Why a trial is made, in the words that people read and that ledgers hold. What counts trials
/// by their purpose compares these, and no prose of its own.
public struct TrialPurpose: RawRepresentable, Hashable, Codable, Sendable,
    CustomStringConvertible, ExpressibleByStringLiteral
{
    /// One line.
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }
    public init(stringLiteral value: String) { rawValue = value }

    public var description: String { rawValue }
}

/// The service as it is.
extension TrialPurpose {
    public static let warmUp: TrialPurpose = "warming up"
    public static let asItIs: TrialPurpose = "the service as it is"
    public static let asItIsOnceMore: TrialPurpose = "the service as it is, once more"
    static let stillAsItIs: TrialPurpose = "does the service still work as it is?"

    static func baseline(run: Int) -> TrialPurpose {
        TrialPurpose(rawValue: "the service as it is, run \(run)")
    }
}

/// A search.
extension TrialPurpose {
    static let endsSoAgain: TrialPurpose = "does it end so again?"
    static let missesAgain: TrialPurpose = "are its processes missing again?"
    public static let confirmation: TrialPurpose = "does the result pass again?"

    static func identity(_ name: String) -> TrialPurpose {
        TrialPurpose(rawValue: "does it work as \(name)?")
    }

    static func firstStart(as name: String) -> TrialPurpose {
        TrialPurpose(rawValue: "does it work as \(name) where it never ran before?")
    }
    static let firstStartAsItIs: TrialPurpose = "does it do so as it is?"

    static func cause(of line: String) -> TrialPurpose {
        TrialPurpose(rawValue: "what brings “\(line.prefix(60))”?")
    }
}

/// A check.
extension TrialPurpose {
    public static let onRecord: TrialPurpose = "does the profile on record still pass?"
    public static let failsAgain: TrialPurpose = "does it fail again?"
    static let passesAgain: TrialPurpose = "it passed now: does it pass again?"

    static func tightening(_ ids: [String]) -> TrialPurpose {
        let what = ids.count == 1 ? RestrictionWords(ids[0]).name : "\(ids.count) new restrictions"
        return TrialPurpose(rawValue: "can \(what) be taken now?")
    }
}

/// The real unit.
extension TrialPurpose {
    public static let realUnitAsItIs: TrialPurpose = "the real unit as it is"
    public static let realUnit: TrialPurpose = "the real unit with the drop-in"
    public static let proving: TrialPurpose = "the proving: a first start, upkeep, a boot"
    public static let packaged: TrialPurpose = "the proving, with directories that systemd makes"
}
