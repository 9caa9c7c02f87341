// The rows on files: what the service sees of the disk and what it may write there.

extension Catalogue {
    /// The groups of `RestrictFileSystems=` that a service may do without.
    public static let fileSystemGroupNames = [
        "@historical-block", "@network", "@privileged-api", "@temporary",
    ]

    /// The one of them whose canary opens a file of the group: one in /run.
    public static let fileSystemWitness =
        "\(DirectiveName.restrictFileSystems.rawValue)=~@temporary"

    static let fileSystem: [Directive] = [
        protectSystem, protectHome, privateTmp, privateMounts, noExecPaths, umask,
        restrictFileSystems,
    ]

    private static let protectSystem = Directive.ladder(
        .protectSystem, "The operating system's files are read-only for the service.",
        breaks: "writing outside /var, /run, /home; with strict anything but declared places",
        introduced: 214, order: ["no", "yes", "full", "strict"],
        steps: [
            .init("yes", prior: Prior("fswrite", 0.03), check: .each(["/usr"], .readOnly)),
            .init("full", prior: Prior("fswrite", 0.2), check: .each(["/usr", "/etc"], .readOnly)),
            .init(
                "strict", introduced: 232, prior: Prior("fswrite", 0.8),
                check: .each(["/", "/usr", "/etc", "/run", "/var"], .readOnly)),
        ]
    )
    .by(.mountNamespace).failing(at: .stdout, .stderr)
    .refusing(.readOnlyHome, .readOnlySomewhere).logged(as: .readOnly)
    .scored(1000, range: 10, default: "no", ["no": 10, "yes": 5, "full": 3, "strict": 0])
    .scoredOnlyWithDefaultDependencies
    .survived(because: "PrivateTmp= makes a place to write")
    .advised(.leaveWritable).onBus(BusShape("s"))
    .steps { value, step in
        switch value {
        case "yes":
            step.refusals = [.readOnlySystem]
            step.likelihoods = [.asked(.writes(below: ["/usr/", "/boot/", "/efi/"]))]
        case "full":
            step.refusals = [.readOnlyConfiguration]
            step.likelihoods = [.asked(.writes(below: ["/etc/"]))]
        default:
            step.refusals = [.readOnlyData]
            step.likelihoods = [
                Likelihood(.writes(below: nil), 6, else: nil, .untraced),
                .asked(.writesOutsideKernel, 20, excepted: 0.3),
            ]
        }
    }

    private static let homes = ["/home", "/root", "/run/user"]

    private static let protectHome = Directive.ladder(
        .protectHome, "/home, /root and /run/user are read-only, empty or inaccessible.",
        breaks: "configuration or data below a home directory, a working directory there",
        introduced: 214, order: ["no", "read-only", "tmpfs", "yes"],
        steps: [
            .init("read-only", prior: Prior("home", 0.35), check: .each(homes, .readOnly)),
            .init(
                "tmpfs", introduced: 238, prior: Prior("home", 0.5),
                check: .each(homes, .type("tmpfs"))),
            .init("yes", prior: Prior("home", 0.2), check: .each(homes, .inaccessible)),
        ]
    )
    .by(.mountNamespace).failing(at: .chdir)
    .refusing(.readOnlyHome, .hiddenHome).logged(as: .home)
    .scored(1000, range: 10, default: "no", ["no": 10, "read-only": 5, "tmpfs": 1, "yes": 0])
    .scoredOnlyWithDefaultDependencies
    .survived(because: "a program told to look elsewhere needs no home")
    .onBus(BusShape("s"))
    .steps { value, step in
        let below = homes.map { $0 + "/" }
        let (isOnlyRead, isGone) = (value == "read-only", value == "yes")
        step.likelihoods = [.asked(isOnlyRead ? .writes(below: below) : .touches(below))]
        step.logSignatures = isOnlyRead ? [.readOnly] : isGone ? [.access] : []
        let base = isGone ? ["ProtectHome=tmpfs"] : []
        step.remedy = .forPath(
            "open only what it uses",
            settings: base + [isOnlyRead ? "ReadWritePaths=PATH" : "BindPaths=PATH"],
            reading: isOnlyRead ? nil : base + ["BindReadOnlyPaths=PATH"], besides: !isGone)
    }

    private static let privateTmp = Directive.ladder(
        .privateTmp, "/tmp and /var/tmp are the service's own.",
        breaks: "sockets and files that are shared with others through /tmp",
        introduced: 183, order: ["no", "yes", "disconnected"],
        steps: [
            .init("yes", prior: Prior("tmp", 0.8), check: .each(["/tmp", "/var/tmp"], .replaced)),
            .init(
                "disconnected", introduced: 257, prior: Prior("tmp", 0.1),
                check: InForceCheck([
                    .init("/tmp", .mount("/tmp", .replaced)),
                    .init("/var/tmp", .mount("/var/tmp", .type("tmpfs"))),
                ])),
        ]
    )
    .by(.mountNamespace).refusing(.hiddenTemporary).logged(as: .temporary)
    .scoredAsBoolean(1000).scoredOnlyWithDefaultDependencies
    .likely(.asked(.touches(["/tmp/", "/var/tmp/"]), 2))
    .advised(
        .forPath(
            "hand files over in a directory of its own instead of PATH",
            settings: ["RuntimeDirectory=NAME"], besides: false)
    )
    .onBus(.grown())
    .loading { sandbox, dialect in
        // Measured: systemd 262 does so and 257 does not. /var may not be mounted that early.
        let isEarly = sandbox[.defaultDependencies] == .flag(false) && dialect.version > 257
        if isEarly && !sandbox.hasOwnRoot && sandbox[.privateTmp].value(default: "no") == "yes" {
            sandbox[.privateTmp] = .word("disconnected")
        }
    }

    private static let privateMounts = Directive.flag(
        .privateMounts, "Mounts made by the service are not seen by others.",
        breaks: "a service whose work is to mount something for the machine",
        introduced: 239, prior: Prior("ns", 0.5)
    )
    .by(.mountNamespace)
    .scored(
        Assessment("PrivateMounts", 1000) { seen in
            // systemd infers it from what brings a mount namespace.
            let (flags, words): ([DirectiveName], [DirectiveName]) = (
                [.privateMounts, .privateDevices, .protectKernelTunables, .protectKernelModules],
                [.privateTmp, .protectControlGroups, .protectHome, .protectSystem]
            )
            return flags.contains { seen.sandbox[$0].isOn }
                || words.contains { seen.sandbox[$0].value(default: "no") != "no" }
                || !seen.sandbox.rootTree(.rootImage).isEmpty
        }
    )
    .inForce(.ownNamespace(.mnt)).onBus(BusShape("b", copying: .onlyWhenTrue))

    private static let noExecPaths = Directive(
        .noExecPaths, "Programs cannot be run from places that are made for data.",
        breaks: "plugins, hooks and just-in-time code that is mapped from /tmp or /var",
        introduced: 248,
        restrictions: [
            Restriction(
                .noExecPaths, "writable",
                .add([
                    "-/dev/shm", "-/home", "-/root", "-/run", "-/srv", "-/tmp", "-/var",
                    // PrivateTmp= mounts it apart from /var.
                    "-/var/tmp",
                ]),
                introduced: 248, prior: Prior("exec", 0.6))
        ]
    )
    .by(.mountNamespace).refusing(.code, .program).eachLogged(as: .code)
    .inForce(
        .each(
            ["/dev/shm", "/home", "/root", "/run", "/srv", "/tmp", "/var", "/var/tmp"], .noExec)
    )
    .likely(.asked(.runs(below: ["/var/", "/tmp/", "/home/", "/run/"])))
    .advised(.forPath("let this program run", settings: ["ExecPaths=PATH"]))
    .onBus(BusShape("as"))

    private static let umask = Directive(
        .umask, "Files that the service makes are not readable by others.",
        breaks: "sockets, logs and pid files that other users must open",
        introduced: 183,
        restrictions: [
            Restriction(.umask, "0027", .addMode(0o027), prior: Prior("owner", 0.1)),
            Restriction(
                .umask, "0077", .addMode(0o077), implies: ["UMask=0027"],
                prior: Prior("owner", 0.15)),
        ]
    )
    .takingRights.onBus(BusShape("u"))
    .noGood { sandbox, _ in
        guard case .mode(let mode) = sandbox[.umask], mode != 0o022 else { return nil }
        return "the unit sets its own, for those who share its files"
    }
    .contested(
        by: .unit, settledBy: "a probe by one of those (--probe-user), and a stricter UMask="
    )
    .steps { value, step in
        step.inForceCheck = InForceCheck(.umask(value == "0027" ? 0o027 : 0o077))
    }
    .scored(
        Assessment(id: "UMask", weight: 100, range: 10) { seen in
            var mode: UInt32 = 0o022
            if case .mode(let set) = seen.sandbox[.umask] { mode = set }
            if mode & 0o002 == 0 { return 10 }
            if mode & 0o004 == 0 { return 5 }
            if mode & 0o020 == 0 { return 2 }
            return mode & 0o040 == 0 ? 1 : 0
        })

    private static let restrictFileSystems = Directive(
        .restrictFileSystems, "Files on file systems of these kinds cannot be opened.",
        breaks: "data on a network file system, monitoring through debugfs",
        introduced: 250,
        restrictions: fileSystemGroupNames.map { group in
            Restriction(
                .restrictFileSystems, "~\(group)", .denyFileSystems(group), introduced: 250,
                prior: Prior("filesystems"), needs: [.bpfFramework, .bpfSecurityModule])
        }
    )
    .by(.program).failing(at: .bpf)
    .survived(because: "systemd applies it as the service's user, who may beside a filter")
    .inForce(.canary(.fileSystem))
    .onBus(BusShape("(bas)", copying: .fileSystems))
}

extension Restriction {
    /// Whether programs cannot be run from places that can be written to.
    var forbidsPrograms: Bool { directive == DirectiveName.noExecPaths.rawValue }

    /// Whether it makes places read-only of which other settings may do so as well.
    var closesPlaces: Bool { directive == DirectiveName.readOnlyPaths.rawValue }
}

extension Sandbox {
    /// The root directory or image that a setting gives a service; empty for that of the machine.
    func rootTree(_ name: DirectiveName) -> String {
        if case .word(let path) = self[name], path != "/" { path } else { "" }
    }

    /// Whether the service has a root directory of its own.
    public var hasOwnRoot: Bool {
        !rootTree(.rootDirectory).isEmpty || !rootTree(.rootImage).isEmpty
    }
}
