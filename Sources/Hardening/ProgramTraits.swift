/// What the files of a service's programs and of its unit say of it, without running anything.
public struct ProgramTraits: Hashable, Sendable {
    /// The names of its programs, without their directories.
    public var programs: Set<String> = []
    /// The libraries that they and their plug-ins are linked with, such as `libpam.so.0`.
    public var libraries: Set<String> = []
    /// The functions that the programs take from libraries, such as `initgroups`.
    public var imports: Set<String> = []
    /// A program that lies among its data, such as a script behind a page; nil where none was found.
    public var programAmongData: String?
    /// Directives that the unit sets to "no" or the like, with that word.
    public var declined: [String: String] = [:]
    /// A pid file that it was seen to write and that its unit does not name, so that nobody looks
    /// at who may read it.
    public var pidFile: String?
    /// The work of others that it runs, such as `scheduled jobs`; nil where it does its own.
    public var hostedWork: String?
    /// The name that its unit says it has on the bus; nil where it says none.
    public var busName: String?
    /// What names a module of PAM that talks on the bus, and which: `/etc/pam.d/x names pam_x.so`.
    public var talkingModule: String?
    /// Whether one of its processes stays root.
    public var keepsRoot = false
    /// The commands that its configuration names, with where: `/etc/x/x.conf:9`.
    public var commands: [String: String] = [:]
    /// What else speaks for something that restrictions deny.
    public var wishes: [Wish] = []

    public init() {}
}

/// Something that a service is known to want though no trial may show it.
public struct Wish: Hashable, Sendable {
    /// Ids of restrictions, and names of directives.
    public let needs: Set<String>
    public let contested: ContestedRestriction
    /// Whether only a process that is root can make use of it.
    public let isOfRoot: Bool
    /// Whether trials tell where the service was seen to do something of the kind.
    public let isSettledByExercise: Bool

    public init(
        _ source: Contest.Source, needs: Set<String>, because: String, settledBy: String,
        isOfRoot: Bool = false, isSettledByExercise: Bool = false
    ) {
        self.needs = needs
        self.isSettledByExercise = isSettledByExercise
        self.isOfRoot = isOfRoot
        contested = ContestedRestriction(
            because: because, contest: Contest(source, settledBy: settledBy))
    }

    public init(
        _ source: Contest.Source, for wished: WishedFor, because: String, settledBy: String,
        isOfRoot: Bool = false, isSettledByExercise: Bool = false
    ) {
        self.init(
            source, needs: wished.needs, because: because, settledBy: settledBy,
            isOfRoot: isOfRoot, isSettledByExercise: isSettledByExercise)
    }

    func needs(_ restriction: Restriction) -> Bool {
        needs.contains(restriction.id) || needs.contains(restriction.directive)
    }
}

/// A restriction that is left open because of what the service's programs or its unit say.
public struct ContestedRestriction: Hashable, Sendable {
    /// For people, in a few words that follow the restriction.
    public let because: String
    public let contest: Contest
}

extension ProgramTraits {
    /// What they contest of a catalogue, by the ids of restrictions.
    ///
    /// - Parameters:
    ///   - isRoot: whether the service is root under what is decided already.
    ///   - isExercised: whether the service was seen to do something of the kind, so that trials
    ///     tell.
    public func contested(
        in catalogue: Catalogue, isRoot: Bool, unless isExercised: (Restriction) -> Bool
    ) -> [String: ContestedRestriction] {
        let kinds = ProgramKind.all.compactMap { kind -> (ProgramKind, String)? in
            if kind.isOfRoot && !(isRoot && keepsRoot) { return nil }
            if let seen = kind.seen, catalogue[seen].map(isExercised) != true { return nil }
            return kind.sign(self).map { (kind, $0) }
        }
        let wishes = wishes.filter { !$0.isOfRoot || isRoot && keepsRoot }
        return catalogue.restrictions.reduce(into: [:]) { contested, restriction in
            if let value = declined[restriction.directive] {
                contested[restriction.id] = ContestedRestriction(
                    because: "the unit itself says \(restriction.directive)=\(value)",
                    contest: Contest(.unit, settledBy: "--try \(restriction.id)"))
                return
            }
            let wish = wishes.first { wish in
                wish.needs(restriction) && !(wish.isSettledByExercise && isExercised(restriction))
            }
            if let wish {
                contested[restriction.id] = wish.contested
                return
            }
            // Exceptions are made for what was seen, which is not all that such programs do.
            let isSettled = restriction.exceptions.isEmpty && isExercised(restriction)
            let found = kinds.first { kind, _ in
                (kind.isOpenEnded || !isSettled)
                    && (kind.needs.contains(restriction.id)
                        || kind.needs.contains(restriction.directive))
            }
            guard let (kind, sign) = found else { return }
            contested[restriction.id] = ContestedRestriction(
                because: "\(sign), and such programs may need it",
                contest: Contest(kind.source, settledBy: kind.settledBy))
        }
    }
}
