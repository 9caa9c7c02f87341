/// How a job of systemd ended. The words are systemd's (org.freedesktop.systemd1(5), JobRemoved);
/// a later version may add more, which is why this is not an enumeration.
public struct JobResult: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public var rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }

    /// It did what it was to do. A unit whose conditions did not hold is "done" as well, and
    /// inactive: see the unit's ActiveState.
    public static let done = JobResult(rawValue: "done")
    public static let failed = JobResult(rawValue: "failed")
    public static let timeout = JobResult(rawValue: "timeout")
    /// Another job took its place, or CancelJob did away with it.
    public static let canceled = JobResult(rawValue: "canceled")
    public static let dependency = JobResult(rawValue: "dependency")
    /// The job did not apply to the state the unit was in.
    public static let skipped = JobResult(rawValue: "skipped")
    /// An Assert*= of the unit did not hold.
    public static let assert = JobResult(rawValue: "assert")
    /// This kind of unit is not supported here.
    public static let unsupported = JobResult(rawValue: "unsupported")
    /// The unit was garbage-collected with the job still queued.
    public static let collected = JobResult(rawValue: "collected")
    /// A unit that may be started only once had been.
    public static let once = JobResult(rawValue: "once")

    /// Not a word of systemd's: it was removed while nobody could be told how it ended.
    public static let lost = JobResult(rawValue: "lost")

    public var description: String { rawValue }
}

/// What happens to a job that conflicts with one that is queued (systemctl(1), `--job-mode=`).
public enum JobMode: String, Hashable, Sendable {
    case fail
    case replace
    case replaceIrreversibly = "replace-irreversibly"
    case isolate
    case ignoreDependencies = "ignore-dependencies"
    case ignoreRequirements = "ignore-requirements"
}
