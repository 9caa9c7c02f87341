// What of a sandbox other settings depend on, by what it means.

extension Sandbox {
    /// Whether the service starts as root.
    public var isRoot: Bool {
        !isDynamicUser && ["root", "0"].contains(user ?? "root")
    }

    /// The user by name or number; nil where none is named.
    public var user: String? {
        if case .word(let name) = self[.user], !name.isEmpty { name } else { nil }
    }

    public var isDynamicUser: Bool { self[.dynamicUser].isOn }

    /// What a service that is not root is granted; nothing where it is not set.
    public var ambientCapabilities: UInt64 {
        get { if case .mask(let mask) = self[.ambientCapabilities] { mask } else { 0 } }
        set { self[.ambientCapabilities] = .mask(newValue) }
    }

    /// Whether any system call is filtered.
    public var filtersCalls: Bool {
        let filter = self[.systemCallFilter].filtered
        return filter.allow || !filter.names.isEmpty
    }

    /// What a denied call gets.
    var answer: SettingValue? {
        get { self[.systemCallErrorNumber] }
        set { self[.systemCallErrorNumber] = newValue }
    }

    /// The addresses that cannot be talked to.
    public var deniedAddresses: [AddressPrefix] { self[.ipAddressDeny].addresses }

    /// Places that the unit keeps writable inside of what it forbids, each as its list has it.
    public var writablePlaces: [String] { self[.readWritePaths].entries + self[.bindPaths].entries }

    /// The names of the capabilities that it leaves to the service.
    public var boundCapabilities: [String] {
        Capability.names(in: self[.capabilityBoundingSet].bits(within: Capability.all))
    }

    /// Drops the capabilities that are not in the mask.
    mutating func bound(to mask: UInt64) {
        let kept = self[.capabilityBoundingSet].bits(within: Capability.all)
        self[.capabilityBoundingSet] = .mask(kept & mask)
    }

    /// Withdraws what is not in the bounding set: it cannot be granted, the start would fail.
    mutating func boundAmbientCapabilities() {
        let bound = self[.capabilityBoundingSet].bits(within: Capability.all)
        if ambientCapabilities & ~bound != 0 { ambientCapabilities &= bound }
    }

    mutating func become(_ user: String, keeping capabilities: UInt64) {
        self[.user] = .word(user)
        if capabilities != 0 { ambientCapabilities |= capabilities }
    }

    /// The hardware clock, as `ProtectClock=` allows it again whenever the unit is loaded.
    static let hardwareClock = "char-rtc r"

    /// Devices that a unit has whatever it says.
    public var lastingDevices: Set<String> {
        self[.protectClock].isOn ? [Sandbox.hardwareClock] : []
    }

    /// Whether a flag is other than this. A tri-state reads false where it is unset; setting it to no
    /// is a promise all the same, so it counts as in force only when it was written.
    func flag(_ name: String, isNot on: Bool) -> Bool {
        name == DirectiveName.memoryKSM.rawValue
            ? settings[name] != .flag(on) : self[name].isOn != on
    }

    /// Whether two sandboxes mean the same by a setting that reads otherwise.
    public func means(_ name: String, as other: Sandbox) -> Bool {
        switch DirectiveName(rawValue: name) {
        // A tri-state that was never written reads no.
        case .memoryKSM: !self[name].isOn && !other[name].isOn
        // systemd names a dynamic user after the unit.
        case .user: self[.dynamicUser].isOn && other[.dynamicUser].isOn
        default: false
        }
    }

    /// Forgets a tri-state that reads false, as one that was never written does: only a written yes
    /// can be told.
    public mutating func forgetUnwritten() {
        if self[.memoryKSM] == .flag(false) { self[.memoryKSM] = nil }
    }

    /// Every directive whose value matters: the catalogue's and those that bear on them.
    public static let directives: [String] = {
        let rows = Catalogue.standard.directives.map(\.name)
        return rows + DirectiveName.allCases.map(\.rawValue).filter { !rows.contains($0) }
    }()

    /// What stays in the file system, or goes from the machine, after a service that had it stopped.
    public static let lasting: [DirectiveName] = [.user, .dynamicUser, .umask, .removeIPC]

    /// Settings whose list holds device nodes, each with what may be done with it.
    static func listsDevices(_ name: String) -> Bool { name == DirectiveName.deviceAllow.rawValue }

    /// Settings whose mask is of types of namespaces and not of capabilities.
    public static func masksNamespaces(_ name: String) -> Bool {
        name == DirectiveName.restrictNamespaces.rawValue
    }

    /// Defaults of a system service that are not the weakest value (systemd.exec(5),
    /// systemd.service(5)).
    static let defaults: [String: String] = [
        DirectiveName.keyringMode.rawValue: "private", DirectiveName.notifyAccess.rawValue: "none",
    ]
}

// MARK: - Settings that undo each other

extension Sandbox {
    /// Closes what a new pair of settings would open.
    ///
    /// `ProtectSystem=strict` leaves /run writable beside `ProtectControlGroups=` and
    /// `ProtectKernelTunables=` (systemd 252, 257 and 262, in labs). Named by itself it is
    /// read-only again, which is what strict alone makes of it.
    mutating func closeRun(unlessOpenIn before: Sandbox) {
        guard opensRun, !before.opensRun else { return }
        let writable = self[.readWritePaths].entries.map { $0.drop { "-+".contains($0) } }
        if !writable.contains("/run") && !writable.contains("/") {
            grant(Exception(.readOnlyPaths, "-/run"))
        }
    }

    /// Whether /run is writable under it, though all is said to be read-only.
    var opensRun: Bool {
        self[.protectSystem].value(default: "no") == "strict"
            && (self[.protectControlGroups].value(default: "no") != "no"
                || self[.protectKernelTunables].isOn)
    }

    /// Whether an entry of a list that forbids would change nothing, or undo what others do.
    func isMoot(_ entry: String, in list: String) -> Bool {
        switch DirectiveName(rawValue: list) {
        case .noExecPaths: holdsNoNewProgram(entry)
        case .readOnlyPaths: !leavesWritable(String(entry.drop { "-+".contains($0) }))
        default: false
        }
    }

    /// Whether a path must not be named in `NoExecPaths=`, because another directive makes it
    /// read-only or empty: then nothing that the service makes can be run from there anyway.
    ///
    /// systemd makes each path of `NoExecPaths=` a mount of its own, and so undoes what others do
    /// there (seen on 252, 257 and 262): `NoExecPaths=/var` makes /var writable under
    /// `ProtectSystem=strict`, `NoExecPaths=/home` shows the homes under `ProtectHome=tmpfs`.
    func holdsNoNewProgram(_ entry: String) -> Bool {
        let path = String(entry.drop { "-+".contains($0) })
        func isBelow(_ places: [String]) -> Bool {
            places.contains { path == $0 || path.hasPrefix($0 + "/") }
        }
        let homes = ["/home", "/root", "/run/user"]
        if isBelow(homes) { return self[.protectHome].value(default: "no") != "no" }
        if isBelow(["/dev", "/proc", "/sys"]) { return false }
        if isBelow(["/tmp", "/var/tmp"]) && self[.privateTmp].value(default: "no") != "no" {
            return false
        }
        return self[.protectSystem].value(default: "no") == "strict"
    }

    /// Grants an exception and keeps programs out of it where `forbidsPrograms`: what can be written
    /// again must not be run (both hold together: measured).
    mutating func grant(_ exception: Exception, forbidsPrograms: Bool) {
        grant(exception)
        if forbidsPrograms, exception.name == .readWritePaths {
            grant(Exception(.noExecPaths, exception.value))
        }
    }
}
