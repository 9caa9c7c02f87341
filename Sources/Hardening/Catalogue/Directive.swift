/// One `[Service]` setting of the catalogue: everything that search, drop-in, exposure, help and
/// tests need to know of it stands in this row and nowhere else.
public struct Directive: Hashable, Sendable {
    public let name: String
    /// What taking it does, in one line that can stand as a comment in a drop-in.
    public let effect: String
    /// What commonly breaks under it, in one line.
    public let breaks: String
    /// The manual page, such as `systemd.exec(5)`.
    public let manual: String
    /// The systemd version that introduced it; 183 stands for "before 183".
    public let introduced: Int
    public let restrictions: [Restriction]

    public init(
        _ name: String, _ effect: String, breaks: String, manual: String = "systemd.exec(5)",
        introduced: Int, restrictions: [Restriction]
    ) {
        self.name = name
        self.effect = effect
        self.breaks = breaks
        self.manual = manual
        self.introduced = introduced
        self.restrictions = restrictions
    }
}

extension Directive {
    /// Whether it is a list of what is forbidden, which assignments without a reset only extend.
    var onlyForbids: Bool {
        restrictions.contains { if case .add = $0.change { true } else { false } }
    }

    /// Whether a drop-in has it beside another directive, or with the exceptions at its end.
    var isWrittenElsewhere: Bool {
        ["SocketBindAllow", "IPAddressAllow"].contains(name)
            || Exception.places.contains { $0.setting == name }
    }

    /// A directive that is only on or off.
    static func flag(
        _ name: String, _ effect: String, breaks: String, introduced: Int, prior: Prior,
        implies: Set<String> = [], needs: Set<Need> = []
    ) -> Directive {
        Directive(
            name, effect, breaks: breaks, introduced: introduced,
            restrictions: [
                Restriction(
                    id: "\(name)=yes", directive: name, change: .turn(true),
                    introduced: introduced, implies: implies, prior: prior, needs: needs)
            ])
    }

    /// One step of a ladder: a value, since when it is known, and its prior.
    struct Step {
        let value: String
        let introduced: Int
        let prior: Prior
        var heldBack: String?

        init(_ value: String, introduced: Int = 0, prior: Prior, heldBack: String? = nil) {
            self.value = value
            self.introduced = introduced
            self.prior = prior
            self.heldBack = heldBack
        }
    }

    /// A directive whose values are ordered. `order` lists every value from weak to strict;
    /// `steps` those that can be taken, each implying those before it.
    static func ladder(
        _ name: String, _ effect: String, breaks: String, manual: String = "systemd.exec(5)",
        introduced: Int, order: [String], steps: [Step], implies: Set<String> = [],
        needs: Set<Need> = []
    ) -> Directive {
        var below: Set<String> = implies
        let restrictions = steps.map { step in
            let id = "\(name)=\(step.value)"
            defer { if step.heldBack == nil { below.insert(id) } }
            return Restriction(
                id: id, directive: name, change: .climb(to: step.value, order: order),
                introduced: max(introduced, step.introduced), implies: below, prior: step.prior,
                needs: needs, heldBack: step.heldBack)
        }
        return Directive(
            name, effect, breaks: breaks, manual: manual, introduced: introduced,
            restrictions: restrictions)
    }
}
