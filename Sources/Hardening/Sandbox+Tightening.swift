extension Sandbox {
    /// The sandbox after taking `profile`, by the rules of `catalogue`. It is never looser than
    /// this one: each change meets what is already there.
    public func tightened(
        by profile: Profile, in catalogue: Catalogue, dialect: Dialect
    ) -> Sandbox {
        var result = self
        if !filtersCalls { result.settings["SystemCallErrorNumber"] = .number(Sandbox.refused) }
        let taken = catalogue.restrictions.filter { profile.restrictions.contains($0.id) }
        for restriction in taken { result.apply(restriction, dialect) }
        result.makeExceptions(for: taken)
        result.closeRun(unlessOpenIn: self)
        if !filtersCalls && !result.filtersCalls {
            result.settings["SystemCallErrorNumber"] = settings["SystemCallErrorNumber"]
        }
        return result
    }

    /// Whether taking `restriction` would change nothing.
    ///
    /// A service without a filter has no denied calls, so what would happen to one is not "in
    /// force": such a service is asked about with an error number, the weaker of the two answers.
    public func already(has restriction: Restriction, dialect: Dialect) -> Bool {
        // Taking back what was never granted changes nothing, and yet it is no promise.
        if case .withdraw = restriction.change { return false }
        var before = self
        if !filtersCalls { before.settings["SystemCallErrorNumber"] = .number(Sandbox.refused) }
        var after = before
        after.apply(restriction, dialect)
        return after == before
    }

    /// EPERM: what a denied call answers until `SystemCallErrorNumber=kill` is taken. A service
    /// that had its own filter keeps its own answer.
    static let refused: Int32 = 1

    private mutating func apply(_ restriction: Restriction, _ dialect: Dialect) {
        let name = restriction.directive
        switch restriction.change {
        case .climb(let value, let order): climb(name, to: value, order)
        case .turn(let on): if flagIsNot(name, on) { settings[name] = .flag(on) }
        case .addMode(let bits): addMode(name, bits)
        case .drop(let bits): drop(name, bits, dialect)
        case .empty: empty(name)
        case .set(let names): if Set(list(name)) != Set(names) { settings[name] = .list(names) }
        case .add(let names):
            let missing = names.filter { !list(name).contains($0) && !holdsNoNewProgram($0) }
            if !missing.isEmpty { settings[name] = .list(list(name) + missing) }
        case .denyFamily(let family): deny([family], of: name)
        case .denyOtherFamilies: allowOnly(AddressFamily.named, of: name)
        case .denyCalls(let group): deny((dialect.calls[group] ?? [group]).sorted(), of: name)
        case .allowOnlyCalls(let group): allowOnly(dialect.allows(group).sorted(), of: name)
        case .killOnDeniedCall: settings[name] = .kill
        case .denyAddresses(let exceptLocalhost): denyAddresses(exceptLocalhost)
        case .denyPorts:
            settings[name] = .ports([.any])
            // A port that is allowed stays allowed, whatever is denied.
            if let granted = settings["SocketBindAllow"], granted != .ports([]) {
                settings["SocketBindAllow"] = .ports([])
            }
        case .withdraw: break
        case .become(let user, let capabilities, _): become(user, keeping: capabilities)
        case .denyFileSystems(let group):
            deny((dialect.fileSystems[group] ?? [group]).sorted(), of: name)
        case .allowOnlyInterfaces(let names):
            // An empty list of interfaces restricts nothing (systemd 252 to 262), so what would
            // leave none is not taken.
            let (allow, current) = filter(name)
            if names.contains(where: { current.contains($0) == allow }) {
                allowOnly(names, of: name)
            }
        }
    }

    /// The strictest step that is taken of each directive makes its exceptions, unless another
    /// restriction takes them back. They come last, so that nothing else wipes them out.
    private mutating func makeExceptions(for taken: [Restriction]) {
        let withdrawn = taken.reduce(into: Set<Exception>()) { withdrawn, restriction in
            if case .withdraw(let exceptions) = restriction.change {
                withdrawn.formUnion(exceptions)
            }
        }
        var steps: [String: Restriction] = [:]
        for restriction in taken { steps[restriction.directive] = restriction }
        let forbidsPrograms = taken.contains { $0.id == "NoExecPaths=writable" }
        for directive in steps.keys.sorted() {
            for exception in steps[directive]?.exceptions ?? []
            where !withdrawn.contains(exception) {
                grant(exception)
                // What can be written again must not be run (both hold together: measured).
                if forbidsPrograms, exception.setting == "ReadWritePaths" {
                    grant(Exception("NoExecPaths", exception.value))
                }
            }
        }
        // What is not in the bounding set cannot be granted either: the start would fail.
        let granted = ambientCapabilities
        if granted != 0 {
            let bound = mask("CapabilityBoundingSet", default: Capability.all)
            if granted & ~bound != 0 { settings["AmbientCapabilities"] = .mask(granted & bound) }
        }
    }

    private mutating func become(_ user: String, keeping capabilities: UInt64) {
        settings["User"] = .word(user)
        if capabilities != 0 {
            settings["AmbientCapabilities"] = .mask(ambientCapabilities | capabilities)
        }
    }

    private func flagIsNot(_ name: String, _ on: Bool) -> Bool {
        // MemoryKSM= is a tri-state that reads false where it is unset; setting it to no is a
        // promise all the same, so it counts as in force only when it was written.
        name == "MemoryKSM" ? settings[name] != .flag(on) : flag(name) != on
    }

    private mutating func climb(_ name: String, to value: String, _ order: [String]) {
        // A value that the ladder does not list (`PrivateUsers=managed`) cannot be compared with
        // its steps and stays.
        let unset = Sandbox.defaults[name] ?? order[0]
        guard let current = order.firstIndex(of: word(name, default: unset)),
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

    private mutating func drop(_ name: String, _ bits: UInt64, _ dialect: Dialect) {
        let all =
            name == "CapabilityBoundingSet"
            ? Capability.all : NamespaceType.all(knownTo: dialect.version)
        let current = mask(name, default: all)
        if current & ~bits != current { settings[name] = .mask(current & ~bits) }
    }

    private mutating func empty(_ name: String) {
        switch settings[name] {
        case .list(let names):
            // ProtectClock= allows the clock's device again whenever the unit is loaded.
            let kept = flag("ProtectClock") ? names.filter { $0 == "char-rtc r" } : []
            if kept != names { settings[name] = .list(kept) }
        case .mask(let mask) where mask != 0: settings[name] = .mask(0)
        default: break
        }
    }

    /// Deny these names: taken from an allow-list, or added to a deny-list.
    private mutating func deny(_ names: [String], of name: String) {
        let (allow, current) = filter(name)
        let denied = Set(names)
        let next =
            allow
            ? current.filter { !denied.contains($0) }
            : current + denied.subtracting(current.map(CallName.bare)).sorted()
        if next != current { settings[name] = .filter(allow: allow, next) }
    }

    /// Allow only these names, less what is denied already.
    private mutating func allowOnly(_ names: [String], of name: String) {
        let (allow, current) = filter(name)
        let listed = Set(current.map(CallName.bare))
        let next = names.filter { allow == listed.contains($0) }
        if !(allow && Set(next) == listed) { settings[name] = .filter(allow: true, next) }
    }

    private mutating func denyAddresses(_ exceptLocalhost: Bool) {
        let localhost = Set(AddressPrefix.localhost)
        let denied = prefixes("IPAddressDeny")
        let allowed = prefixes("IPAddressAllow")
        if !Set(AddressPrefix.any).isSubset(of: denied) {
            // What is denied already may be a part of localhost.
            if exceptLocalhost && !denied.isEmpty { return }
            settings["IPAddressDeny"] = .prefixes(AddressPrefix.any)
            if exceptLocalhost {
                settings["IPAddressAllow"] = .prefixes(AddressPrefix.localhost)
                return
            }
        }
        let kept = exceptLocalhost ? allowed.filter { localhost.contains($0) } : []
        if kept != allowed { settings["IPAddressAllow"] = .prefixes(kept) }
    }
}
