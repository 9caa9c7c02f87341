/// How much more often a restriction that breaks a service comes with something that the service was
/// seen to use than one that does not. Estimates, on the cautious side.
public struct Likelihood: Hashable, Sendable {
    public let sign: UsageSign
    /// The ratio where it was seen.
    public let seen: Double
    /// The ratio where it was not; nil where that says nothing.
    public let unseen: Double?
    /// The ratio where the restriction makes exceptions for what was seen.
    public let excepted: Double?
    /// When it is heard.
    public let hearing: Hearing

    public enum Hearing: Hashable, Sendable {
        case always
        /// Only where what was asked of the kernel was seen from the first start on: what was never
        /// asked for is hardly missed.
        case traced
        /// Only where it was not.
        case untraced
        /// Where it was not, or where the sign was seen.
        case untracedOrSeen
    }

    init(
        _ sign: UsageSign, _ seen: Double, else unseen: Double?, excepted: Double? = nil,
        _ hearing: Hearing = .always
    ) {
        self.sign = sign
        self.seen = seen
        self.unseen = unseen
        self.excepted = excepted
        self.hearing = hearing
    }

    /// By what was asked of the kernel.
    static func asked(
        _ sign: UsageSign, _ seen: Double = 8, else unseen: Double = 0.05,
        excepted: Double? = nil
    ) -> Likelihood {
        Likelihood(sign, seen, else: unseen, excepted: excepted, .traced)
    }
}

/// Something that a service can be seen to use.
public indirect enum UsageSign: Hashable, Sendable {
    /// It listens on a port; over this family, where one is given.
    case listens(family: String?)
    case bindsLowPort
    case severalUsers
    case device
    case writableCode
    /// It tells systemd when it is ready.
    case notifies
    /// It writes files; below these places, where some are given.
    case writes(below: [String]?)
    case writesOutsideKernel
    /// It reads or writes below these places.
    case touches([String])
    case runs(below: [String])
    case calls([String])
    /// A call of this group, or one that is not of it.
    case callsOf(group: String)
    case callsBeyond(group: String)
    case uses(capability: String)
    case opens(family: String)
    case either(UsageSign, UsageSign)
    case both(UsageSign, UsageSign)
}
