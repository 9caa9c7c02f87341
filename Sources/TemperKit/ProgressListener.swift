public import Trials

/// Hears how far the work is. Calls come from any thread, and the work waits for them.
public protocol ProgressListener: Sendable {
    /// A step that is no trial begins, such as booting the lab.
    func step(_ text: String)
    /// What the user has to know and can read afterwards.
    func say(_ text: String)
    /// A probe does not hold yet: its name, what it answered last, if it did, and how long it has.
    /// Often, as long as it is waited for.
    func wait(for probe: String, saying answer: String?, left: Duration)
    /// A trial begins or has ended.
    func show(_ event: CampaignEvent)
}

extension ProgressListener {
    public func wait(for probe: String, saying answer: String?, left: Duration) {}
}

/// Nobody listens.
public struct Silence: ProgressListener {
    public init() {}
    public func step(_ text: String) {}
    public func say(_ text: String) {}
    public func show(_ event: CampaignEvent) {}
}
