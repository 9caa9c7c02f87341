/// Whom a service could be instead of root, and what that takes.
public struct Identity: Sendable {
    /// The restriction: `User=www-data`.
    public let name: String
    /// The search on top of it.
    public let agenda: Agenda
    /// Gives the service's files to that user.
    public let prepare: @Sendable () throws(ExperimentError) -> Void
    /// Takes them back.
    public let undo: @Sendable () -> Void

    public init(
        name: String, agenda: Agenda,
        prepare: @escaping @Sendable () throws(ExperimentError) -> Void,
        undo: @escaping @Sendable () -> Void
    ) {
        self.name = name
        self.agenda = agenda
        self.prepare = prepare
        self.undo = undo
    }
}
