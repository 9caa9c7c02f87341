extension Sandbox {
    /// Meets one change of `restriction` with what is there.
    mutating func apply(_ restriction: Restriction, _ dialect: Dialect) {
        let name = restriction.directive
        switch restriction.change {
        case .climb(let value, let order): climb(name, to: value, order)
        case .turn(let on): if flag(name, isNot: on) { settings[name] = .flag(on) }
        case .addMode(let bits): addMode(name, bits)
        case .dropCapabilities(let bits): drop(name, bits, of: Capability.all)
        case .denyNamespace(let bit):
            drop(name, bit, of: NamespaceType.all(knownTo: dialect.version))
        case .empty: empty(name)
        case .set(let names):
            if Set(self[name].entries) != Set(names) { settings[name] = .list(names) }
        case .add(let names):
            let missing = names.filter {
                !self[name].entries.contains($0) && !isMoot($0, in: name)
            }
            if !missing.isEmpty { settings[name] = .list(self[name].entries + missing) }
        case .denyFamily(let family): deny([family], of: name)
        case .denyOtherFamilies: allowOnly(AddressFamily.named, of: name)
        case .denyCalls(let group): deny((dialect.calls[group] ?? [group]).sorted(), of: name)
        case .allowOnlyCalls(let group): allowOnly(dialect.allows(group).sorted(), of: name)
        case .killOnDeniedCall: settings[name] = .kill
        case .denyAddresses(let exceptLocalhost):
            if let grant = restriction.grant?.rawValue {
                denyAddresses(name, unless: grant, exceptLocalhost)
            }
        case .denyPorts:
            settings[name] = .ports([.any])
            // A port that is allowed stays allowed, whatever is denied.
            if let grant = restriction.grant, let granted = self[grant], granted != .ports([]) {
                self[grant] = .ports([])
            }
        case .withdraw: break
        case .become(let user, let capabilities, _): become(user, keeping: capabilities)
        case .denyFileSystems(let group):
            deny((dialect.fileSystems[group] ?? [group]).sorted(), of: name)
        case .allowOnlyInterfaces(let names):
            // An empty list of interfaces restricts nothing (systemd 252 to 262), so what would
            // leave none is not taken.
            let (allow, current) = self[name].filtered
            if names.contains(where: { current.contains($0) == allow }) {
                allowOnly(names, of: name)
            }
        }
    }

    /// The strictest step that is taken of each directive makes its exceptions, unless another
    /// restriction takes them back. They come last, so that nothing else wipes them out.
    mutating func makeExceptions(for taken: [Restriction]) {
        let withdrawn = taken.reduce(into: Set<Exception>()) { withdrawn, restriction in
            if case .withdraw(let exceptions) = restriction.change {
                withdrawn.formUnion(exceptions)
            }
        }
        var steps: [String: Restriction] = [:]
        for restriction in taken {
            // Of lists that forbid each adds its own.
            let key = restriction.isAdded ? restriction.id : restriction.directive
            steps[key] = restriction
        }
        let forbidsPrograms = taken.contains(where: \.forbidsPrograms)
        for key in steps.keys.sorted() {
            for exception in steps[key]?.exceptions ?? []
            where !withdrawn.contains(exception) {
                grant(exception, forbidsPrograms: forbidsPrograms)
            }
        }
        boundAmbientCapabilities()
    }

    private mutating func climb(_ name: String, to value: String, _ order: [String]) {
        // A value that the ladder does not list (`PrivateUsers=managed`) cannot be compared with
        // its steps and stays.
        let unset = Sandbox.defaults[name] ?? order[0]
        guard let current = order.firstIndex(of: self[name].value(default: unset)),
            let wanted = order.firstIndex(of: value), wanted > current
        else { return }
        settings[name] = .word(value)
    }

    private mutating func addMode(_ name: String, _ bits: UInt32) {
        // systemd's default is 0022 for the system's and the user's manager.
        var mode: UInt32 = 0o022
        if case .mode(let current) = settings[name] { mode = current }
        if mode | bits != mode { settings[name] = .mode(mode | bits) }
    }

    private mutating func drop(_ name: String, _ bits: UInt64, of all: UInt64) {
        let current = self[name].bits(within: all)
        if current & ~bits != current { settings[name] = .mask(current & ~bits) }
    }

    private mutating func empty(_ name: String) {
        switch settings[name] {
        case .list(let names):
            let lasting = lastingDevices
            let kept = names.filter(lasting.contains)
            if kept != names { settings[name] = .list(kept) }
        case .mask(let mask) where mask != 0: settings[name] = .mask(0)
        default: break
        }
    }

    /// Deny these names: taken from an allow-list, or added to a deny-list.
    private mutating func deny(_ names: [String], of name: String) {
        let (allow, current) = self[name].filtered
        let denied = Set(names)
        let next =
            allow
            ? current.filter { !denied.contains($0) }
            : current + denied.subtracting(current.map(CallName.bare)).sorted()
        if next != current { settings[name] = .filter(allow: allow, next) }
    }

    /// Allow only these names, less what is denied already.
    private mutating func allowOnly(_ names: [String], of name: String) {
        let (allow, current) = self[name].filtered
        let listed = Set(current.map(CallName.bare))
        let next = names.filter { allow == listed.contains($0) }
        if !(allow && Set(next) == listed) { settings[name] = .filter(allow: true, next) }
    }

    private mutating func denyAddresses(
        _ name: String, unless grant: String, _ exceptLocalhost: Bool
    ) {
        let localhost = Set(AddressPrefix.localhost)
        let denied = self[name].addresses
        let allowed = self[grant].addresses
        if !Set(AddressPrefix.any).isSubset(of: denied) {
            // What is denied already may be a part of localhost.
            if exceptLocalhost && !denied.isEmpty { return }
            settings[name] = .prefixes(AddressPrefix.any)
            if exceptLocalhost {
                settings[grant] = .prefixes(AddressPrefix.localhost)
                return
            }
        }
        let kept = exceptLocalhost ? allowed.filter { localhost.contains($0) } : []
        if kept != allowed { settings[grant] = .prefixes(kept) }
    }
}

extension Restriction {
    /// The list that makes exceptions from its directive.
    fileprivate var grant: DirectiveName? { Catalogue.standard.directive(directive)?.grant }

    fileprivate var isAdded: Bool { if case .add = change { true } else { false } }
}
