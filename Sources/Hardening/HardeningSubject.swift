/// What is hardened: the sandbox of a unit as it stands, what of it could be tightened, and what the
/// running systemd understands by that. Tells what a profile makes of it.
public struct HardeningSubject: Sendable {
    public let sandbox: Sandbox
    public let catalogue: Catalogue
    public let dialect: Dialect

    public init(_ sandbox: Sandbox, in catalogue: Catalogue = .standard, dialect: Dialect) {
        self.sandbox = sandbox
        self.catalogue = catalogue
        self.dialect = dialect
    }

    /// The sandbox after taking `profile`. It is never looser than it was: each change meets what
    /// is already there.
    public func tightened(by profile: Profile) -> Sandbox {
        var result = answering
        let taken = catalogue.restrictions.filter { profile.restrictions.contains($0.id) }
        for restriction in taken where !restriction.closesPlaces {
            result.apply(restriction, dialect)
        }
        result.makeExceptions(for: taken)
        result.closeRun(unlessOpenIn: sandbox)
        // Last, where it is known what is writable: the rest need not be named.
        for restriction in taken where restriction.closesPlaces {
            result.apply(restriction, dialect)
        }
        if !sandbox.filtersCalls && !result.filtersCalls { result.answer = sandbox.answer }
        return result
    }

    /// What systemd sets in this unit, whether it is taken or not, where `restriction` is.
    public func set(beside restriction: Restriction) -> Set<String> {
        let rows = catalogue.directives.filter { row in
            row.name != restriction.directive
                && row.setBeside?(restriction, sandbox, dialect) ?? false
        }
        return Set(rows.flatMap(\.restrictions).map(\.id))
    }

    /// The same unit, standing under `profile`.
    public func under(_ profile: Profile) -> HardeningSubject {
        HardeningSubject(tightened(by: profile), in: catalogue, dialect: dialect)
    }

    /// Whether taking `restriction` would change nothing.
    public func already(has restriction: Restriction) -> Bool {
        // Taking back what was never granted changes nothing, and yet it is no promise.
        if case .withdraw = restriction.change { return false }
        var after = answering
        after.apply(restriction, dialect)
        return after == answering
    }

    /// The sandbox with an answer to denied calls: until `SystemCallErrorNumber=kill` is taken it
    /// is an error number, the weaker of the two. A unit that has its own filter keeps its own
    /// answer; one without has no denied calls, so what would happen to one is not "in force".
    private var answering: Sandbox {
        var result = sandbox
        if !sandbox.filtersCalls { result.answer = .number(ErrorNumber.eperm.rawValue) }
        return result
    }

    /// How exposed the unit is as it stands.
    public var exposure: Exposure { Exposure(of: sandbox, dialect: dialect) }

    public func exposure(of profile: Profile) -> Exposure { under(profile).exposure }

    /// The points of each test of the exposure that applies: what weight a change carries.
    var points: [UInt64] {
        let seen = AnalyzedSandbox(sandbox, dialect)
        return Assessment.table.map { test in test.badness(seen).map(test.points) ?? 0 }
    }
}
