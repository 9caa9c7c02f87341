/// How a job of a unit ended, in systemd's words (org.freedesktop.systemd1(5), JobRemoved); a later
/// version may add more.
public struct JobEnding: RawRepresentable, Hashable, Codable, Sendable, CustomStringConvertible {
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }

    public static let done = JobEnding(rawValue: "done")
    public static let failed = JobEnding(rawValue: "failed")
    public static let timeout = JobEnding(rawValue: "timeout")

    public var description: String { rawValue }
}
