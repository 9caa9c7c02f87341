public import Hardening

extension Sandbox {
    /// The directives by which this sandbox lets through something that `before` did not; empty
    /// when it is at least as strict.
    ///
    /// Says for each shape of value what "stricter" means, in terms of what a process can do and
    /// without the catalogue's rules, so that the two can be held against each other. Ladders
    /// are compared by the order that the catalogue gives them.
    public func loosened(from before: Sandbox, in catalogue: Catalogue) -> [String] {
        Set(settings.keys).union(before.settings.keys).sorted().filter { name in
            isLooser(than: before, by: name, catalogue)
        }
    }

    private func isLooser(
        than before: Sandbox, by name: String, _ catalogue: Catalogue
    ) -> Bool {
        switch name {
        case "CapabilityBoundingSet", "RestrictNamespaces", "AmbientCapabilities":
            let known =
                name == "RestrictNamespaces" ? NamespaceType.all(knownTo: .max) : Capability.all
            let unset = name == "AmbientCapabilities" ? 0 : known
            return bits(name, unset) & ~before.bits(name, unset) & known != 0
        case "SystemCallFilter", "RestrictAddressFamilies", "RestrictFileSystems",
            "RestrictNetworkInterfaces":
            return letsThroughMore(than: before, by: name)
        case "NoExecPaths":
            // What became read-only or empty holds no program of the service's making.
            let isStrict = self[.protectSystem].value(default: "no") == "strict"
            let hasHomes = self[.protectHome].value(default: "no") == "no"
            let sealed =
                (isStrict ? ["-/run", "-/srv", "-/tmp", "-/var", "-/var/tmp"] : [])
                + (hasHomes ? [] : ["-/home", "-/root"])
            return !Set(self[name].entries).union(sealed).isSuperset(of: before[name].entries)
        case "DeviceAllow", "SupplementaryGroups":
            // systemd itself adds the hardware clock, for reading, to a policy of its own making.
            return !Set(self[name].entries).subtracting(["char-rtc r"]).isSubset(
                of: before[name].entries)
        case "SystemCallArchitectures":
            if before[name].entries.isEmpty { return false }
            // The machine's own architecture is always there (systemd.exec(5)).
            let granted = Set(self[name].entries).subtracting(["native"])
            return self[name].entries.isEmpty || !granted.isSubset(of: before[name].entries)
        case "IPAddressAllow":
            // An exception from a denial that was not there before lets nothing through anew.
            let added = Set(self[name].addresses).subtracting(before[name].addresses)
            return !added.isEmpty && !before[.ipAddressDeny].addresses.isEmpty
        case "IPAddressDeny":
            return !Set(self[name].addresses).isSuperset(of: before[name].addresses)
                && !Set(self[name].addresses).isSuperset(of: AddressPrefix.any)
        case "SocketBindAllow": return !Set(ports(name)).isSubset(of: before.ports(name))
        case "SocketBindDeny":
            return !ports(name).contains(.any)
                && !Set(ports(name)).isSuperset(of: before.ports(name))
        case "UMask": return mode(name) & before.mode(name) != before.mode(name)
        case "SystemCallErrorNumber": return before.filtersCalls && answer < before.answer
        case "Delegate": return self[name].isOn && !before[name].isOn
        case "MemoryKSM": return self[name].isOn && !before[name].isOn
        default: return step(name, catalogue) < before.step(name, catalogue)
        }
    }

    private func letsThroughMore(than before: Sandbox, by name: String) -> Bool {
        let (allows, named) = plainFilter(name)
        let (allowed, listed) = before.plainFilter(name)
        return switch (allowed, allows) {
        case (false, false): !named.isSuperset(of: listed)
        case (false, true): !named.isDisjoint(with: listed)
        case (true, true): !named.isSubset(of: listed)
        case (true, false): true
        }
    }

    /// A filter's names without the answers that some of them carry (`mount:EPERM`). A list of
    /// interfaces that is empty restricts nothing.
    private func plainFilter(_ name: String) -> (allow: Bool, names: Set<String>) {
        let (allow, names) = self[name].filtered
        if name == "RestrictNetworkInterfaces" && names.isEmpty { return (false, []) }
        return (allow, Set(names.map { String($0.prefix { $0 != ":" }) }))
    }

    private func bits(_ name: String, _ unset: UInt64) -> UInt64 {
        if case .mask(let mask) = self[name] { mask } else { unset }
    }

    private func ports(_ name: String) -> [PortRange] {
        if case .ports(let ports) = self[name] { ports } else { [] }
    }

    private func mode(_ name: String) -> UInt32 {
        if case .mode(let mode) = self[name] { mode } else { 0o022 }
    }

    /// An error number is the mildest answer to a denied call, and death the hardest.
    private var answer: Int { self["SystemCallErrorNumber"] == .kill ? 1 : 0 }

    /// How far up its ladder a setting stands; a flag has two steps.
    private func step(_ name: String, _ catalogue: Catalogue) -> Int {
        for restriction in catalogue.directive(name)?.restrictions ?? [] {
            if case .climb(_, let order) = restriction.change {
                return order.firstIndex(of: self[name].value(default: order[0])) ?? order.count
            }
        }
        return self[name].isOn ? 1 : 0
    }
}
