/// What `--apply` is to do.
public struct ApplyOrder: Sendable {
    /// Where the service runs.
    public var machine = LiveMachine()
    /// For all instances of the service's template instead of the one that was tried.
    public var forTemplate = false

    public init() {}
}
