/// Whom a service could be instead of root, and what that takes.
public struct Identity: Sendable {
    /// The restriction: `User=www-data`.
    public let name: String
    /// The search on top of it.
    public let problem: SearchProblem
    /// Gives the service's files to that user.
    public let prepare: @Sendable () throws(ExperimentError) -> Void
    /// Takes them back.
    public let undo: @Sendable () -> Void
    /// Whether it has to work as that user where it never ran before, too, before anything is
    /// searched on top of it; only for campaigns that have first starts.
    public var isProvedFirst = false

    public init(
        name: String, problem: SearchProblem,
        prepare: @escaping @Sendable () throws(ExperimentError) -> Void,
        undo: @escaping @Sendable () -> Void
    ) {
        self.name = name
        self.problem = problem
        self.prepare = prepare
        self.undo = undo
    }
}
