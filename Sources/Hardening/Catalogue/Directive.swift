/// One `[Service]` setting of the catalogue: everything that search, drop-in, exposure, evidence,
/// help and tests need to know of it stands in this row and nowhere else.
public struct Directive: Sendable {
    public let name: String
    /// What taking it does, in one line that can stand as a comment in a drop-in.
    public let effect: String
    /// What commonly breaks under it, in one line.
    public let breaks: String
    /// The manual page, such as `systemd.exec(5)`.
    public let manual: String
    /// The systemd version that introduced it; 183 stands for "before 183".
    public let introduced: Int
    public internal(set) var restrictions: [Restriction]

    // MARK: Columns that are empty in most rows

    /// How systemd and the kernel bring it about.
    var mechanisms: Set<Mechanism> = []
    /// Steps of systemd's preparations that it can make fail, besides those of its mechanisms.
    var steps: Set<ExecStep> = []
    /// The process of systemd's that it has prepare the service's (exec-invoke.c).
    var preparer: String?
    /// How the kernel refuses what it takes away.
    var refusals: Set<KernelRefusal> = []
    /// What programs say that it refused something.
    var logSignatures: Set<LogSignature> = []
    /// Its tests in `systemd-analyze security`.
    var assessments: [Assessment] = []
    /// What systemd does with a unit that has it, beyond the capabilities of its implications.
    var loading: (@Sendable (inout Sandbox, Dialect) -> Void)?
    /// Why a user's manager accepts it and does nothing, or refuses it.
    var userObstacle: String?
    /// The list that makes exceptions from it, and without which it is void.
    public internal(set) var grant: DirectiveName?
    /// What helps where it is survived beside others though not alone: then it is tried once more on
    /// the final profile (seen on systemd 252, 257 and 262, but for what programs make of another
    /// error).
    public internal(set) var survivedBecause: String?
    /// Why clients do not reach the service under it, although nothing is refused.
    public internal(set) var cutsOff: String?
    /// Whether processes have less rights under it, or files less to give: any refusal for lack of
    /// rights that no trial without it had is its own.
    public internal(set) var takesRights = false
    /// Whether processes under it keep their security label where they run another program.
    public internal(set) var holdsLabels = false
    /// What else systemd sets it for, in a unit with such a sandbox.
    var setBeside: (@Sendable (Restriction, Sandbox, Dialect) -> Bool)?
    /// Whether other processes than the main one can no longer tell systemd that they are ready.
    public internal(set) var silencesReadiness = false
    /// Why it is no good for a service with this sandbox, wherever it runs; nil where it may be.
    var noGood: (@Sendable (Sandbox, Dialect) -> String?)?
    /// What is behind `noGood`, where that is that the service may need what is denied.
    public internal(set) var contest: Contest?
    /// Whether one unit can tell of all its restrictions, as entries of one mask or one filter.
    var isExaminedAtOnce = false
    /// What it means otherwise to a later systemd.
    var meaningChanges: [MeaningChange] = []
    /// How its value travels on the bus.
    public internal(set) var bus = BusShape("b")

    init(
        _ name: DirectiveName, _ effect: String, breaks: String, manual: String = "systemd.exec(5)",
        introduced: Int, restrictions: [Restriction]
    ) {
        self.name = name.rawValue
        self.effect = effect
        self.breaks = breaks
        self.manual = manual
        self.introduced = introduced
        self.restrictions = restrictions
    }

    /// The same row with each of its restrictions changed.
    func mapping(_ change: (inout Restriction) -> Void) -> Directive {
        changing { row in
            for index in row.restrictions.indices { change(&row.restrictions[index]) }
        }
    }

    func changing(_ change: (inout Directive) -> Void) -> Directive {
        var row = self
        change(&row)
        return row
    }
}

extension Directive {
    /// Whether it is a list of what is forbidden, which assignments without a reset only extend.
    var onlyForbids: Bool {
        restrictions.contains { if case .add = $0.change { true } else { false } }
    }

    /// Whether it is a word on the bus, and yes or no to people.
    public var isFlagInWords: Bool {
        guard case .turn = restrictions[0].change else { return false }
        return bus.signature == "s"
    }

    /// Whether a drop-in has it beside another directive, or with the exceptions at its end.
    var isWrittenElsewhere: Bool { Exception.settings.contains { $0.rawValue == name } }

    /// A directive that is only on or off.
    static func flag(
        _ name: DirectiveName, _ effect: String, breaks: String, introduced: Int, prior: Prior,
        implies: Set<String> = [], needs: Set<Need> = []
    ) -> Directive {
        Directive(
            name, effect, breaks: breaks, introduced: introduced,
            restrictions: [
                Restriction(
                    name, "yes", .turn(true), introduced: introduced, implies: implies,
                    prior: prior, needs: needs)
            ])
    }

    /// One step of a ladder: a value, since when it is known, its prior, how it is seen to be in
    /// force.
    struct Step {
        let value: String
        let introduced: Int
        let prior: Prior
        let check: InForceCheck?
        let heldBack: String?

        init(
            _ value: String, introduced: Int = 0, prior: Prior, check: InForceCheck? = nil,
            heldBack: String? = nil
        ) {
            self.value = value
            self.introduced = introduced
            self.prior = prior
            self.check = check
            self.heldBack = heldBack
        }
    }

    /// A directive whose values are ordered. `order` lists every value from weak to strict;
    /// `steps` those that can be taken, each implying those before it.
    static func ladder(
        _ name: DirectiveName, _ effect: String, breaks: String,
        manual: String = "systemd.exec(5)", introduced: Int, order: [String], steps: [Step]
    ) -> Directive {
        var below: Set<String> = []
        let restrictions = steps.map { step in
            defer { if step.heldBack == nil { below.insert("\(name)=\(step.value)") } }
            var restriction = Restriction(
                name, step.value, .climb(to: step.value, order: order),
                introduced: max(introduced, step.introduced), implies: below, prior: step.prior,
                heldBack: step.heldBack)
            if let check = step.check { restriction.inForceCheck = check }
            return restriction
        }
        return Directive(
            name, effect, breaks: breaks, manual: manual, introduced: introduced,
            restrictions: restrictions)
    }
}
