/// Whether a restriction is in force on a machine.
public enum EnforcementState: Hashable, Codable, Sendable {
    case inForce
    /// Some of what it promises is in force and these parts of it are not.
    case partly(lacking: [String])
    /// systemd accepts it and does nothing.
    case ignored
    /// This systemd does not know it; the number is the version that first does, nil where it was
    /// left out of this build.
    case unknown(since: Int?)
    /// There is nothing here that it could forbid.
    case absent
    /// Nothing starts under it here; with how a start ends.
    case failing(String)
    case cannotTell(String)
}

extension InForceCheck {
    /// What two units tell of a restriction: `bare` without it and `restricted` with it.
    ///
    /// A sign that the bare unit shows as well counts: the machine gives what was promised.
    public func standing(bare: InForceObservation, restricted: InForceObservation)
        -> EnforcementState
    {
        guard case .read(let bare) = bare else {
            return .cannotTell("the unit without it \(bare.trouble)")
        }
        switch restricted {
        case .refused: return .unknown(since: nil)
        case .nothingRan(let how): return .failing(how)
        case .read(let restricted):
            let views = parts.map { ($0, $0.sign.glimpse(bare: bare, restricted: restricted)) }
            let lacking = views.filter { $0.1 == .missing }.map(\.0)
            let seen = views.contains { $0.1 == .seen }
            if !lacking.isEmpty { return seen ? .partly(lacking: lacking.map(\.name)) : .ignored }
            if seen { return .inForce }
            for case (_, .hidden(let why)) in views { return .cannotTell(why) }
            return .absent
        }
    }
}

extension Restriction {
    /// What two units tell of it: `bare` without it and `restricted` with it.
    ///
    /// What is held back because no program runs under it is seen to be in force by just that.
    public func standing(bare: InForceObservation, restricted: InForceObservation)
        -> EnforcementState
    {
        let standing = inForceCheck.standing(bare: bare, restricted: restricted)
        if case .failing = standing, heldBack != nil { return .inForce }
        return standing
    }
}

extension InForceObservation {
    fileprivate var trouble: String {
        switch self {
        case .read: ""
        case .nothingRan(let how): "did not run: \(how)"
        case .refused(let why): "was refused: \(why)"
        }
    }
}

/// What is seen of a sign.
enum Glimpse: Hashable {
    case seen, missing
    /// What it would be seen on is not there.
    case absent
    case hidden(String)
}

extension InForceSign {
    func glimpse(bare: ProcessReading, restricted: ProcessReading) -> Glimpse {
        func seen(_ isSeen: Bool) -> Glimpse { isSeen ? .seen : .missing }
        switch self {
        case .noNewPrivileges: return seen(restricted.noNewPrivileges)
        case .withoutCapabilities(let mask): return seen(restricted.bounding & mask == 0)
        case .filtersCalls:
            guard let before = bare.filters, let after = restricted.filters else {
                return .hidden("the kernel does not count filters")
            }
            return seen(after > before)
        case .ownNamespace(let kind):
            guard let before = bare.namespaces[kind] else { return .absent }
            return seen(restricted.namespaces[kind] != before)
        case .mount(let path, let trait):
            guard bare.present.contains(path) else { return .absent }
            // What another restriction took away altogether is as good.
            guard restricted.present.contains(path) else { return .seen }
            return seen(
                trait.holds(at: path, in: restricted.mounts, comparedWith: bare.mounts))
        case .program(let kind):
            guard let before = bare.programs, let after = restricted.programs else {
                return .hidden("the kernel does not let BPF programs be counted")
            }
            return seen(after[kind, default: 0] > before[kind, default: 0])
        case .umask(let bits):
            guard let umask = restricted.umask else { return .hidden("the kernel hides the umask") }
            return seen(umask & bits == bits)
        case .otherUser: return seen(restricted.user != 0)
        case .keepsMemoryApart:
            guard let merges = restricted.mergesMemory else { return .absent }
            return seen(!merges)
        case .canary(let canary):
            guard let before = bare.canaries[canary], let after = restricted.canaries[canary] else {
                return .hidden("the canary could not be run")
            }
            if canary.isPointless(after: before) { return .absent }
            // One that is stopped without the restriction as well says nothing of it.
            if canary.isStopped(by: before) { return .hidden("the canary is stopped without it") }
            return seen(canary.isStopped(by: after))
        case .readsBack: return seen(restricted.misread.isEmpty)
        }
    }
}

extension MountTrait {
    func holds(at path: String, in table: MountTable, comparedWith bare: MountTable) -> Bool {
        guard let mount = table.mount(of: path) else { return false }
        switch self {
        case .readOnly: return mount.options.contains("ro")
        // What cannot be written to holds no program of the service's making.
        case .noExec: return mount.options.contains("noexec") || mount.options.contains("ro")
        case .inaccessible: return mount.point == path && mount.root.contains("/inaccessible/")
        case .type(let type): return mount.point == path && mount.type == type
        case .option(let option): return mount.options.contains(option)
        case .replaced:
            let before = bare.mount(of: path)
            return mount.point == path
                && (mount.device != before?.device || mount.root != before?.root)
        }
    }
}
