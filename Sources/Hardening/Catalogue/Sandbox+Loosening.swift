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
        case "CapabilityBoundingSet", "RestrictNamespaces":
            let known =
                name == "RestrictNamespaces" ? NamespaceType.all(knownTo: .max) : Capability.all
            return bits(name, known) & ~before.bits(name, known) & known != 0
        case "AmbientCapabilities":
            // Root has all that is in its bounding set, and whoever it becomes may keep some.
            let had =
                before.isRoot && !isRoot
                ? before.bits("CapabilityBoundingSet", Capability.all) : 0
            return bits(name, 0) & ~(before.bits(name, 0) | had) & Capability.all != 0
        // Also of a dynamic user: a name that the machine has makes it that one (systemd.exec(5)).
        case "User":
            return self[name] != before[name] && !before.isRoot
        case "ReadWritePaths", "BindPaths", "BindReadOnlyPaths":
            return opensMore(than: before, by: name)
        case "ReadOnlyPaths":
            // What other settings make read-only need not be named.
            return Set(before[name].entries).subtracting(self[name].entries).contains { entry in
                leavesWritable(String(entry.drop { "-+".contains($0) }))
            }
        case "InaccessiblePaths":
            return !Set(self[name].entries).isSuperset(of: before[name].entries)
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
            // A list of devices bounds nothing by itself where each may be opened.
            if name == "DeviceAllow", !before.boundsDevices { return false }
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
        case "SocketBindAllow":
            return !before.ports("SocketBindDeny").isEmpty
                && !Set(ports(name)).isSubset(of: before.ports(name))
        case "SocketBindDeny":
            return !ports(name).contains(.any)
                && !Set(ports(name)).isSuperset(of: before.ports(name))
        case "UMask": return mode(name) & before.mode(name) != before.mode(name)
        case "SystemCallErrorNumber": return before.filtersCalls && severity < before.severity
        case "Delegate": return self[name].isOn && !before[name].isOn
        case "MemoryKSM": return self[name].isOn && !before[name].isOn
        default: return step(name, catalogue) < before.step(name, catalogue)
        }
    }

    private var boundsDevices: Bool {
        self[.devicePolicy].value(default: "auto") != "auto" || self[.privateDevices].isOn
            || self[.protectClock].isOn || !self[.deviceAllow].entries.isEmpty
    }

    /// Whether a list of places names one that was closed before. Places around it count as well as
    /// those in it where nothing is known of what is nested in which.
    private func opensMore(than before: Sandbox, by name: String) -> Bool {
        let held = before[name].entries
        return self[name].entries.contains { entry in
            guard !held.contains(entry) else { return false }
            let place = String(entry.drop { "-+".contains($0) }.prefix { $0 != ":" })
            return name == "BindReadOnlyPaths"
                ? before.hides(place) : before.hides(place) || !before.leavesWritable(place)
        }
    }

    private func hides(_ place: String) -> Bool {
        let home = self[.protectHome].value(default: "no")
        return home != "no" && home != "read-only" && place.isBelow(Sandbox.homes)
            || self[.privateDevices].isOn && place.isBelow(["/dev"])
    }

    /// Whether what this sandbox makes read-only leaves out a place, or what is named writable has it.
    /// Of places around it the deepest counts, and of two entries for one the read-only one (systemd
    /// 252, 257 and 262).
    func leavesWritable(_ place: String) -> Bool {
        /// How long the deepest entry around the place is.
        func depth(_ entries: [String]) -> Int? {
            entries.map { String($0.drop { "-+".contains($0) }.prefix { $0 != ":" }) }
                .filter { place.isBelow([$0]) }.map(\.utf8.count).max()
        }
        let closed = depth(self[.readOnlyPaths].entries)
        if let open = depth(self[.readWritePaths].entries + self[.bindPaths].entries) {
            return open > closed ?? 0
        }
        if closed != nil { return false }
        if place.isBelow(Sandbox.homes) {
            return self[.protectHome].value(default: "no") == "no"
                && self[.protectSystem].value(default: "no") != "strict"
        }
        if place.isBelow(["/proc/sys", "/sys"]), self[.protectKernelTunables].isOn { return false }
        if place.isBelow(["/dev"]) { return true }
        switch self[.protectSystem].value(default: "no") {
        case "no": return true
        case "yes": return !place.isBelow(["/boot", "/efi", "/usr"])
        case "full": return !place.isBelow(["/boot", "/efi", "/etc", "/usr"])
        default: return opensRun && place.isBelow(["/run"])
        }
    }

    private static let homes = ["/home", "/root", "/run/user"]

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
    private var severity: Int { self["SystemCallErrorNumber"] == .kill ? 1 : 0 }

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

extension String {
    /// Whether it is one of these places, or in one.
    fileprivate func isBelow(_ places: [String]) -> Bool {
        places.contains { self == $0 || hasPrefix($0 == "/" ? "/" : $0 + "/") }
    }
}
