/// One step tighter of one directive: the unit of the search.
///
/// Its `id` is what people read and what the ledger keeps, such as `ProtectSystem=strict` or
/// `CapabilityBoundingSet=~CAP_SYS_ADMIN`, so it never changes its meaning between releases.
public struct Restriction: Hashable, Sendable, Identifiable {
    public let id: String
    /// The directive's name, such as `ProtectSystem`.
    public let directive: String
    public internal(set) var change: Tightening
    /// The systemd version that first knows this value, for instance 257.
    public let introduced: Int
    /// The restrictions that this one contains: taking it means having taken those. Weaker steps
    /// of the same ladder, and what systemd adds by itself (`ProtectClock=` drops CAP_SYS_TIME).
    public internal(set) var implies: Set<String>
    /// How likely it breaks a service that nothing is known of.
    public let prior: Prior
    /// What the machine must have, or systemd accepts the setting and does nothing.
    public let needs: Set<Need>
    /// Why it is not tried unless asked for; nil when it is tried.
    public let heldBack: String?
    /// What is behind its being held back, where that is that the service may need what it denies.
    public internal(set) var contest: Contest?
    /// What it leaves open, because the service was seen to use it; taken back one by one by
    /// restrictions of their own.
    public internal(set) var exceptions: [Exception]
    /// What has to be made before each start for what it leaves open.
    public internal(set) var preparations: [StartPreparation] = []
    /// How to find out whether it is in force.
    public internal(set) var inForceCheck: InForceCheck
    /// What speaks for and against it before it is tried.
    public internal(set) var likelihoods: [Likelihood] = []
    /// Whether it takes away only what root can do.
    public internal(set) var isForRoot = false
    /// Whether, beside all that could be taken, it is what closes a way by which whoever is in the
    /// service would be root outside of it: that is worth more than any exposure.
    public internal(set) var closesWayToRoot = false
    /// How the kernel refuses what it takes away, where not every step of its directive does so.
    var refusals: Set<KernelRefusal> = []
    /// What programs say that it refused something.
    var logSignatures: Set<LogSignature> = []
    /// What helps where it is refused.
    public internal(set) var remedy: Remedy?

    /// - Parameter value: as its id has it behind the sign of equality.
    init(
        _ directive: DirectiveName, _ value: String, _ change: Tightening, introduced: Int = 0,
        implies: Set<String> = [], prior: Prior, needs: Set<Need> = [], heldBack: String? = nil,
        exceptions: [Exception] = []
    ) {
        id = "\(directive)=\(value)"
        self.directive = directive.rawValue
        self.change = change
        self.introduced = introduced
        self.implies = implies
        self.prior = prior
        self.needs = needs
        self.heldBack = heldBack
        self.exceptions = exceptions
        inForceCheck = InForceCheck(change.sign)
    }
}

/// How a restriction changes a setting. Applying one twice is applying it once, so a restriction
/// is already in force exactly when applying it changes nothing.
public enum Tightening: Hashable, Sendable {
    /// Climb an ordered setting to `value`; `order` lists the values from weak to strict.
    case climb(to: String, order: [String])
    /// Turn a boolean to its strict side.
    case turn(Bool)
    /// Add bits to `UMask=`.
    case addMode(UInt32)
    /// Remove capabilities from the set of those that can be had.
    case dropCapabilities(UInt64)
    /// Remove a type from the namespaces that can be made or joined.
    case denyNamespace(UInt64)
    /// Empty a list or mask that grants something.
    case empty
    /// Set a list to these names.
    case set([String])
    /// Add these names to a list that forbids.
    case add([String])
    /// Deny one address family.
    case denyFamily(String)
    /// Deny every address family but the named ones.
    case denyOtherFamilies
    /// Deny the system calls of a group.
    case denyCalls(String)
    /// Allow only the system calls of a group.
    case allowOnlyCalls(String)
    /// A denied system call kills instead of failing with an error number.
    case killOnDeniedCall
    /// Deny every IP address; with `exceptLocalhost`, all but 127.0.0.0/8 and ::1.
    case denyAddresses(exceptLocalhost: Bool)
    /// Deny binding any port.
    case denyPorts
    /// Deny file systems of a group (`@network`).
    case denyFileSystems(String)
    /// Allow only these network interfaces.
    case allowOnlyInterfaces([String])
    /// Take back exceptions that other restrictions make.
    case withdraw([Exception])
    /// Run as this user, with no capability but these. What it needs in directories that stay
    /// root's and are empty after a boot is made for it before each start.
    case become(user: String, keeping: UInt64, making: [StartPreparation])
}

/// What is known before the first trial, as rates over services: a family of restrictions is
/// needed by a service with the family's rate; then each member breaks it with `whenHot`,
/// otherwise with `whenCold`. Estimates of the search study, to be replaced by counts of real
/// campaigns; a wrong rate costs trials and never changes the answer.
public struct Prior: Hashable, Sendable {
    public let family: String
    /// 0...1
    public let whenHot: Double
    /// 0...1
    public let whenCold: Double

    init(_ family: String, _ whenHot: Double = 0.7, cold: Double = 0.004) {
        self.family = family
        self.whenHot = whenHot
        whenCold = cold
    }
}

/// Something of the machine without which systemd accepts a setting and does nothing, or refuses
/// every start (facts measured on systemd 252, 257 and 262).
public enum Need: String, Hashable, Codable, Sendable, CaseIterable {
    /// libseccomp2 installed and `+SECCOMP`; on systemd 262 the library is only recommended.
    case seccomp
    /// A systemd built `+BPF_FRAMEWORK` and libbpf installed; Debian 12's is built without.
    case bpfFramework
    /// `bpf` in the kernel's list of security modules.
    case bpfSecurityModule
    /// A BPF file system on /sys/fs/bpf.
    case bpfFileSystem
    /// A network that is not only loopback, or a pass says nothing.
    case realNetwork

    /// A service that was seen to listen on loopback only: a probe in a lab comes from loopback,
    /// and passes even where every real client would be cut off.
    case loopbackListener

    /// A service that was not seen to reach for another machine: a probe in a lab does not tell
    /// whether it does without.
    case reachableNetwork

    /// A service that was seen neither to listen on an IP socket nor to ask for another machine: a
    /// probe of another kind passes though every packet is dropped.
    case quietNetwork

    /// A service that was not seen to listen beyond loopback: its clients on other machines would be
    /// cut off, and no probe comes from there.
    case unservedNetwork

    /// A service that was not seen to change the network: what it changes in one of its own reaches
    /// nobody, and a probe of another kind passes.
    case untouchedNetwork

    /// A service without a watchdog that would starve only after a trial's end.
    case unwatched

    /// Those without which a trial would pass and say nothing. What the others stand for shows in
    /// what is in force.
    static let ofJudging: Set<Need> = ofUse.union([.realNetwork])

    /// Those that it depends on what the service was seen to do whether they are met.
    static let ofUse: Set<Need> = ofService.union([.reachableNetwork])

    /// Those that it depends on the service whether they are met, wherever it runs.
    static let ofService: Set<Need> = [
        .loopbackListener, .quietNetwork, .unservedNetwork, .untouchedNetwork,
        .unwatched,
    ]

    /// That a service may need what cannot be judged without it.
    var contest: Contest? {
        switch self {
        case .realNetwork: Contest(.lab, settledBy: "--network world, or host for the real one")
        case .reachableNetwork:
            Contest(
                .lab,
                settledBy:
                    "--strictest with --network host and a probe that needs what it gets there")
        case .untouchedNetwork:
            Contest(.kind, settledBy: "--try, with a probe that sees what it changes")
        case .unwatched: Contest(.unit, settledBy: "--settle with more than WatchdogSec=")
        default: nil
        }
    }

    /// What would make it available, in a few words.
    public var cure: String {
        switch self {
        case .seccomp: "install libseccomp2"
        case .bpfFramework: "needs libbpf1 and a systemd built with BPF_FRAMEWORK"
        case .bpfSecurityModule: "boot the kernel with bpf in lsm="
        case .bpfFileSystem: "mount bpf on /sys/fs/bpf"
        case .loopbackListener: "only for a service that listens on nothing but loopback"
        case .quietNetwork: "it talks IP, and every packet would be dropped"
        case .untouchedNetwork:
            "it was seen to change the network, and what it changes in one of its own reaches nobody"
        case .unwatched:
            "its watchdog (WatchdogSec=) is fed over AF_UNIX and would starve only after a trial's "
                + "end: --settle with more than its time settles whether it does"
        case .reachableNetwork:
            "it was seen to try to reach another machine: whether it does without cannot be judged"
        case .unservedNetwork: "it listens for other machines, which would be cut off"
        case .realNetwork: "a lab without a network cannot judge it: see --network"
        }
    }
}

extension Restriction {
    /// Whether it may be survived beside others though not alone.
    public var isContextual: Bool {
        Catalogue.standard.directive(directive)?.survivedBecause != nil
    }
}

extension Tightening {
    /// What shows that it is in force where the row says nothing else.
    fileprivate var sign: InForceSign {
        if case .dropCapabilities(let mask) = self {
            .withoutCapabilities(mask)
        } else {
            .readsBack
        }
    }

    /// Whether it sets one of several ordered values, so that the stricter value replaces the
    /// weaker one.
    public var isOrdered: Bool {
        switch self {
        case .climb, .addMode: true
        default: false
        }
    }
}

/// What systemd does with all rights before it starts a service as a user.
public enum StartPreparation: Hashable, Sendable {
    /// Makes a file in a directory that is root's, such as a pid file in /run, which systemd removes
    /// at each stop.
    case file(String, of: String)
    /// Makes a directory of this name and mode below /run, as `RuntimeDirectory=` does, which also
    /// gives it to the service's user (systemd.exec(5)). It is kept when the service stops where it
    /// stands for one that the service, as root, makes itself.
    case runtimeDirectory(String, mode: UInt32, isKept: Bool = false)

    /// install(1) of coreutils.
    public static let program = "/usr/bin/install"

    /// A command of that program; nil for what is no command.
    public var arguments: [String]? {
        guard case .file(let path, let user) = self else { return nil }
        return [StartPreparation.program, "-m", "0644", "-o", user, "/dev/null", path]
    }
}

extension [StartPreparation] {
    /// The names for `RuntimeDirectory=`.
    public var runtimeDirectories: [String] {
        compactMap { if case .runtimeDirectory(let name, _, _) = $0 { name } else { nil } }
    }

    /// Whether they are kept at a stop (`RuntimeDirectoryPreserve=`).
    public var keepsRuntimeDirectories: Bool {
        contains { if case .runtimeDirectory(_, _, let isKept) = $0 { isKept } else { false } }
    }

    /// For `RuntimeDirectoryMode=`, where the unit has none for directories of its own; nil where
    /// none is made. Nobody may do less than before.
    public var runtimeDirectoryMode: UInt32? {
        let modes = compactMap { preparation in
            if case .runtimeDirectory(_, let mode, _) = preparation { mode } else { nil }
        }
        return modes.isEmpty ? nil : modes.reduce(0, |)
    }
}

extension Profile {
    /// What has to be done before each start under this profile.
    public func startPreparations(in catalogue: Catalogue) -> [StartPreparation] {
        let taken = catalogue.restrictions.filter { restrictions.contains($0.id) }
        let withdrawn = taken.reduce(into: Set<Exception>()) { withdrawn, restriction in
            if case .withdraw(let exceptions) = restriction.change {
                withdrawn.formUnion(exceptions)
            }
        }
        for case .become(_, _, let preparations) in taken.map(\.change) { return preparations }
        return taken.flatMap(\.preparations).filter { preparation in
            guard case .runtimeDirectory(let name, _, _) = preparation else { return true }
            return !withdrawn.contains(.writable("-/run/\(name)"))
        }
    }
}
