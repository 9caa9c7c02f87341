/// A moment as people write it, in UTC: the proleptic Gregorian calendar (ISO 8601).
public struct CivilTime: Hashable, Sendable {
    public let text: String

    /// - Parameter microseconds: since 1970.
    public init(microseconds: UInt64) {
        let seconds = Int(microseconds / 1_000_000)
        let (days, rest) = (seconds / 86400, seconds % 86400)
        // Years are counted from March, so that the leap day is the last of its year, in eras of
        // 400 years (146097 days); 719468 days lie between 0000-03-01 and 1970-01-01.
        let shifted = days + 719_468
        let (era, day) = (shifted / 146_097, shifted % 146_097)
        let year = (day - day / 1460 + day / 36524 - day / 146_096) / 365
        let dayOfYear = day - (365 * year + year / 4 - year / 100)
        let month = (5 * dayOfYear + 2) / 153
        let date = dayOfYear - (153 * month + 2) / 5 + 1
        let civilMonth = month < 10 ? month + 3 : month - 9
        let civilYear = year + era * 400 + (civilMonth <= 2 ? 1 : 0)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        text =
            "\(civilYear)-\(two(civilMonth))-\(two(date))T"
            + "\(two(rest / 3600)):\(two(rest / 60 % 60)):\(two(rest % 60))Z"
    }

    /// `2026-11-24 18:10 UTC`
    public var short: String { text.prefix(16).replacing("T", with: " ") + " UTC" }
}
