import Glibc

// The table. What each row is from: DESIGN.md's ways out; systemd.exec(5), capabilities(7), proc(5).

extension WayOut {
    /// Files by which root, or whoever logs in, is given orders.
    static let orders: [WayOut] = [
        .writing(
            "unit-files", "a unit's file or drop-in",
            [
                "/run/systemd/system", "/run/systemd/transient", "/run/systemd/generator",
                "/etc/systemd/system", "/usr/lib/systemd/system",
            ]),
        .writing(
            "device-rules", "a rule of udev",
            ["/run/udev", "/etc/udev/rules.d", "/usr/lib/udev/rules.d"]),
        .writing(
            "boot-settings", "what is set at the next boot",
            ["/etc/tmpfiles.d", "/etc/sysctl.d", "/etc/modprobe.d", "/etc/modules-load.d", "/boot"]),
        .writing(
            "jobs", "a job of cron or at",
            ["/etc/cron.d", "/etc/cron.daily", "/var/spool/cron", "/var/spool/cron/crontabs"]),
        .writing(
            "packages", "what runs at the next upgrade or rotation",
            ["/var/lib/dpkg/info", "/etc/apt/apt.conf.d", "/etc/logrotate.d"]),
        .writing(
            "logins", "what runs or counts at a login",
            ["/etc", "/etc/profile.d", "/etc/pam.d", "/etc/sudoers.d", "/root"]),
        .writing(
            "programs", "programs that root runs",
            ["/usr/bin", "/usr/sbin", "/usr/lib", "/usr/local/bin", "/usr/local/sbin"]),
        WayOut(
            "own-files", "what root runs and reads at its next start", .root,
            closedBy: ["ProtectSystem=full", "ProtectSystem=strict", "User="]
        ) { $0.filesOfRoot.map(Attempt.writing) },
        // Links there lead them elsewhere.
        WayOut(
            "root-commands", "where root's own commands of the unit make and change things", .root,
            closedBy: ["ProtectSystem=strict", "User="]
        ) { $0.workplacesOfRoot.map(Attempt.writing) },
    ]

    /// Directories, one of which is enough.
    private static func writing(_ id: String, _ name: String, _ directories: [String]) -> WayOut {
        func closers(_ places: [(String, String)], else other: String?) -> String {
            let found = directories.compactMap { path in
                places.first { path == $0.0 || path.hasPrefix($0.0 + "/") }?.1 ?? other
            }
            return Set(found).sorted().joined(separator: " + ")
        }
        let (manager, home) = (
            ("/run", "ReadOnlyPaths=manager"), ("/root", "ProtectHome=read-only")
        )
        let usual = [manager, home, ("/usr", "ProtectSystem=full"), ("/etc", "ProtectSystem=full")]
        return WayOut(
            id, name, .root,
            closedBy: [
                closers(usual + [("/boot", "ProtectSystem=full")], else: "ReadOnlyPaths=orders"),
                closers([home], else: "ProtectSystem=strict"), "User=",
            ]
        ) { _ in directories.map(Attempt.makingFile(in:)) }
    }

    /// Those who do as root what they are asked to.
    static let managers: [WayOut] = [
        WayOut(
            "system-bus", "a unit is started over the system bus", .root,
            closedBy: ["InaccessiblePaths=system-bus", "RestrictAddressFamilies=~AF_UNIX", "User="]
        ) { _ in
            [
                .asking(
                    "/run/dbus/system_bus_socket",
                    [BusWords.greeting, BusWords.hello + BusWords.startingNothing],
                    parts: 4, expecting: BusWords.notFound)
            ]
        },
        WayOut(
            "manager-socket", "a unit is started at systemd's own socket", .root,
            closedBy: ["InaccessiblePaths=manager", "RestrictAddressFamilies=~AF_UNIX", "User="]
        ) { _ in
            [
                .asking(
                    "/run/systemd/private", [BusWords.greeting, BusWords.startingNothing],
                    parts: 2, expecting: BusWords.notFound)
            ]
        },
        .varlink(
            "extensions", "another /usr is put in place of this one", .root,
            ["/run/systemd/io.systemd.sysext"]),
        .varlink(
            "manager-varlink", "systemd is given orders over varlink", .root,
            ["/run/systemd/io.systemd.Manager"]),
        .varlink(
            "machines", "machines, images and namespaces are had over varlink", .root,
            [
                "/run/systemd/machine/io.systemd.Machine",
                "/run/systemd/io.systemd.MountFileSystem",
                "/run/systemd/io.systemd.NamespaceResource",
            ]),
        .varlink(
            "credentials", "credentials of other services are decrypted", .service,
            ["/run/systemd/io.systemd.Credentials"]),
        WayOut(
            "containers", "a container of root's is made", .root,
            closedBy: ["InaccessiblePaths=containers", "RestrictAddressFamilies=~AF_UNIX", "User="]
        ) { _ in
            [
                "/run/docker.sock", "/run/containerd/containerd.sock", "/run/podman/podman.sock",
                "/run/crio/crio.sock", "/run/libvirt/libvirt-sock", "/run/lxd.socket",
                "/var/lib/lxd/unix.socket", "/var/lib/incus/unix.socket",
            ].map(Attempt.connecting)
        },
        WayOut(
            "own-manager", "another unit of the user is started", .people,
            closedBy: ["RestrictAddressFamilies=~AF_UNIX"]
        ) { ground in
            guard let owner = ground.owner else { return [] }
            let directory = "/run/user/\(owner.user)"
            return [
                .asking(
                    "\(directory)/systemd/private", [BusWords.greeting, BusWords.startingNothing],
                    parts: 2, expecting: BusWords.notFound),
                .asking(
                    "\(directory)/bus",
                    [BusWords.greeting, BusWords.hello + BusWords.startingNothing],
                    parts: 4, expecting: BusWords.notFound),
            ]
        },
        WayOut(
            "own-orders", "what the user runs at the next login", .people,
            closedBy: ["ProtectHome=read-only", "ProtectHome=tmpfs", "ProtectHome=yes"]
        ) { ground in
            guard let home = ground.owner?.home else { return [] }
            return [home, "\(home)/.config", "\(home)/.ssh"].map(Attempt.makingFile(in:))
        },
    ]

    /// Whoever answers to what it offers is asked nothing else.
    private static func varlink(
        _ id: String, _ name: String, _ gain: Gain, _ sockets: [String]
    ) -> WayOut {
        let question = Array("{\"method\":\"org.varlink.service.GetInfo\"}\0".utf8)
        return WayOut(
            id, name, gain,
            closedBy: ["InaccessiblePaths=manager", "RestrictAddressFamilies=~AF_UNIX", "User="]
        ) { ground in
            // Others are asked for a right that they do not have, as over the bus.
            ground.user == 0
                ? sockets.map { .asking($0, [question], parts: 1, expecting: "\"interfaces\"") }
                : []
        }
    }

    /// Processes of others.
    static let processes: [WayOut] = [
        .process1("manager-memory", "the memory of process 1", "mem", O_RDWR),
        .process1(
            "manager-root", "the root directory of process 1", "root", O_RDONLY | O_DIRECTORY),
        .process1("manager-mounts", "the mounts of process 1", "ns/mnt", O_RDONLY),
        WayOut(
            "neighbour-memory", "the memory of other services of the same user", .service,
            closedBy: ["PrivatePIDs=yes", "PrivateUsers=yes"]
        ) { ground in
            ground.neighbour.map {
                [
                    .opening(
                        "mem", of: $0.process, called: $0.command, O_RDWR,
                        target: "what another service of \($0.user) has in its memory")
                ]
            } ?? []
        },
        WayOut(
            "neighbour-signals", "other services of the same user are ended", .denial,
            closedBy: ["PrivatePIDs=yes", "SystemCallFilter=~@process"]
        ) { ground in
            ground.neighbour.map {
                [
                    Attempt(
                        "kill() of another service of \($0.user)", SystemCall.kill,
                        Int($0.process), 0)
                ]
            } ?? []
        },
        // One that is not root's has to name a process of the unit (systemd.service(5)).
        WayOut(
            "pid-file", "systemd ends another process in the service's place", .denial,
            closedBy: ["ProtectSystem=strict", "User="]
        ) { ground in
            ground.user == 0 ? (ground.placeOfPIDFile.map { [.writing(to: $0)] } ?? []) : []
        },
        // MAINPID= of root's may be any process; who is not root has to name one of the unit
        // (sd_notify(3); seen on 252, 257 and 262).
        WayOut(
            "main-process", "systemd is told that another's process is the service's, and ends it",
            .denial,
            closedBy: ["NotifyAccess=none", "RestrictAddressFamilies=~AF_UNIX", "User="]
        ) { ground in
            ground.user == 0 && ground.isHeardBySystemd
                ? [.addressing("/run/systemd/notify")] : []
        },
        WayOut(
            "control-groups", "other services are stopped or moved by their control group",
            .service,
            closedBy: ["ProtectControlGroups=yes", "User="]
        ) { _ in
            ["", "/unified"].map {
                .opening("/sys/fs/cgroup\($0)/init.scope/cgroup.procs", O_WRONLY)
            }
        },
        WayOut(
            "setuid-programs", "setuid programs give root", .root,
            closedBy: ["NoNewPrivileges=yes"]
        ) { ground in
            // PR_GET_NO_NEW_PRIVS
            ground.user == 0
                ? []
                : [
                    Attempt(
                        "no_new_privs", SystemCall.control, 39, 0, 0, 0, 0, opening: .returned(0))
                ]
        },
    ]

    private static func process1(
        _ id: String, _ name: String, _ file: String, _ flags: Int32
    ) -> WayOut {
        WayOut(
            id, name, .root,
            closedBy: [
                "CapabilityBoundingSet=~CAP_SYS_PTRACE", "PrivatePIDs=yes", "User=",
            ]
        ) { _ in [.opening(file, of: 1, called: "systemd", flags)] }
    }

    /// What of the kernel a service seldom needs.
    static let kernel: [WayOut] = [
        WayOut(
            "mounts", "file systems are mounted, and read-only ones made writable", .root,
            closedBy: [
                "CapabilityBoundingSet=~CAP_SYS_ADMIN", "SystemCallFilter=~@mount",
                "PrivateUsers=yes",
            ]
        ) { _ in
            [
                Attempt(
                    "fsopen(\"tmpfs\")",
                    [
                        Attempt.Step(
                            call: SystemCall.openFileSystem,
                            // FSOPEN_CLOEXEC
                            arguments: [.text("tmpfs"), .number(1)]),
                        .closing(0),
                    ])
            ]
        },
        WayOut(
            "device-nodes", "nodes of devices are made", .root,
            closedBy: [
                "CapabilityBoundingSet=~CAP_MKNOD", "PrivateDevices=yes",
                "SystemCallFilter=~@file-system", "User=",
            ]
        ) { _ in
            ["/run", "/tmp", "/var/tmp", "/dev/shm"].map { directory in
                let path = Attempt.Argument.text("\(directory)/.temper-canary-node")
                // The null device: 1, 3.
                return Attempt(
                    directory,
                    [
                        Attempt.Step(
                            call: SystemCall.makeNodeAt,
                            arguments: [
                                .here, path, .number(Int(S_IFCHR) | 0o600), .number(1 << 8 | 3),
                            ]),
                        Attempt.Step(
                            call: SystemCall.unlinkAt, arguments: [.here, path, .number(0)]),
                    ])
            }
        },
        WayOut(
            "kernel-settings", "settings of the kernel below /proc/sys and /sys", .root,
            closedBy: ["ProtectKernelTunables=yes", "User="],
            withheld: "no process of a lab may write there"),
        WayOut(
            "modules", "a module of the kernel is loaded", .root,
            closedBy: [
                "CapabilityBoundingSet=~CAP_SYS_MODULE", "ProtectKernelModules=yes",
                "SystemCallFilter=~@module", "User=",
            ], withheld: "no process of a lab may load any"),
        WayOut(
            "disks", "the disk beneath the file systems", .root,
            closedBy: [
                "PrivateDevices=yes", "DevicePolicy=closed", "DevicePolicy=strict", "User=",
            ],
            withheld: "no process of a lab may open a disk"),
        WayOut(
            "bpf", "programs in the kernel (bpf)", .kernel,
            closedBy: [
                "CapabilityBoundingSet=~CAP_BPF + CapabilityBoundingSet=~CAP_SYS_ADMIN",
                "SystemCallFilter=@system-service", "User=",
            ]
        ) { _ in
            // BPF_PROG_GET_NEXT_ID; ENOENT where there is none.
            [
                Attempt(
                    "bpf()",
                    [
                        Attempt.Step(
                            call: SystemCall.bpf,
                            arguments: [
                                .number(11), .bytes(Array(repeating: 0, count: 128)), .number(128),
                            ])
                    ], opening: .refusedOnly(with: [ENOENT]))
            ]
        },
        WayOut(
            "performance-events", "counters of the kernel (perf)", .kernel,
            closedBy: [
                "CapabilityBoundingSet=~CAP_PERFMON + CapabilityBoundingSet=~CAP_SYS_ADMIN",
                "SystemCallFilter=@system-service", "User=",
            ]
        ) { _ in
            // PERF_TYPE_SOFTWARE of all processes on the first processor.
            let attributes = [1, 0, 0, 0, 128, 0, 0, 0] + [UInt8](repeating: 0, count: 120)
            return [
                Attempt(
                    "perf_event_open()",
                    [
                        Attempt.Step(
                            call: SystemCall.openPerformanceEvent,
                            arguments: [.bytes(attributes)] + [-1, 0, -1, 0].map { .number($0) }),
                        .closing(0),
                    ])
            ]
        },
        WayOut(
            "page-faults", "the kernel waits for a process (userfaultfd)", .kernel,
            closedBy: ["SystemCallFilter=~userfaultfd"]
        ) { _ in
            [
                Attempt(
                    "userfaultfd()",
                    // UFFD_USER_MODE_ONLY
                    [
                        Attempt.Step(call: SystemCall.faultsOfUser, arguments: [.number(1)]),
                        .closing(0),
                    ])
            ]
        },
        WayOut(
            "rings", "calls that no filter sees (io_uring)", .kernel,
            closedBy: ["SystemCallFilter=~@aio"]
        ) { _ in
            [
                Attempt(
                    "io_uring_setup()",
                    [
                        Attempt.Step(
                            call: SystemCall.setUpRing,
                            arguments: [.number(1), .bytes(Array(repeating: 0, count: 120))]),
                        .closing(0),
                    ])
            ]
        },
        WayOut(
            "packets", "packets of other services are read and forged", .service,
            closedBy: [
                "CapabilityBoundingSet=~CAP_NET_RAW", "RestrictAddressFamilies=~AF_PACKET",
                "PrivateNetwork=yes", "User=",
            ]
        ) { _ in
            // SIOCGIFNAME of the first interface after loopback, which a network of its own has not.
            let request = [UInt8](repeating: 0, count: 16) + [2] + [UInt8](repeating: 0, count: 23)
            return [
                Attempt(
                    "AF_PACKET",
                    [
                        .socket(AF_PACKET, 3, 0x300),
                        Attempt.Step(
                            call: SystemCall.controlFile,
                            arguments: [.result(of: 0), .number(0x8910), .bytes(request)]),
                        .closing(0),
                    ])
            ]
        },
        WayOut(
            "audit", "records of the kernel's audit are read", .kernel,
            closedBy: ["RestrictAddressFamilies=~AF_NETLINK"]
        ) { _ in
            // NETLINK_AUDIT
            [Attempt("AF_NETLINK", [.socket(AF_NETLINK, 3, 9), .closing(0)])]
        },
    ]

    /// What others have, and their work.
    static let others: [WayOut] = [
        WayOut(
            "other-users", "files of all other users", .service,
            closedBy: [
                "CapabilityBoundingSet=~CAP_SETUID", "SystemCallFilter=~@privileged", "User=",
            ]
        ) { ground in
            // setfsuid(2) tells the user of before, and changes nothing for a number that is none.
            let (other, none) = (ground.user == 1 ? 2 : 1, 0xffff_ffff)
            return [
                Attempt(
                    "setfsuid(\(other))",
                    [other, none].map {
                        Attempt.Step(call: SystemCall.setFileUser, arguments: [.number($0)])
                    }, opening: .returned(other)),
                // Back again.
                Attempt(
                    "setfsuid(\(ground.user))", SystemCall.setFileUser, Int(ground.user),
                    opening: .returned(-1)),
            ]
        },
        WayOut(
            "secrets", "passwords and keys of the machine", .people,
            closedBy: ["User="]
        ) { _ in
            [
                "/etc/shadow", "/etc/ssh/ssh_host_ed25519_key",
                "/etc/ssl/private/ssl-cert-snakeoil.key",
            ]
            .map { .opening($0, O_RDONLY) }
        },
        WayOut(
            "homes", "what people keep at home", .people,
            closedBy: ["ProtectHome=tmpfs", "ProtectHome=yes"]
        ) { ground in
            (["/root"] + (ground.owner.map { [$0.home] } ?? [])).flatMap {
                ["\($0)/.profile", "\($0)/.bashrc"]
            }.map { .opening($0, O_RDONLY) }
        },
        WayOut(
            "keys", "keys in the user's keyring", .service,
            closedBy: ["SystemCallFilter=~@keyring"]
        ) { _ in
            // KEYCTL_GET_KEYRING_ID of KEY_SPEC_USER_KEYRING
            [Attempt("keyctl()", SystemCall.keys, 0, -4, 0)]
        },
        WayOut(
            "abstract-sockets", "sockets without a file, of whoever listens", .service,
            closedBy: ["PrivateNetwork=yes", "RestrictAddressFamilies=~AF_UNIX"]
        ) { $0.abstractSockets.map(Attempt.connecting) },
        WayOut(
            "journal", "entries in the journal under another's name", .denial,
            closedBy: ["RestrictAddressFamilies=~AF_UNIX"]
        ) { _ in [.connecting(to: "/run/systemd/journal/stdout")] },
        WayOut(
            "realtime", "a processor is taken from everybody else", .denial,
            closedBy: [
                "RestrictRealtime=yes", "CapabilityBoundingSet=~CAP_SYS_NICE",
                "SystemCallFilter=~@resources",
            ]
        ) { _ in
            // SCHED_FIFO, and SCHED_OTHER again.
            [
                Attempt(
                    "sched_setscheduler()",
                    [1, 0].map { (policy: Int) in
                        Attempt.Step(
                            call: SystemCall.setScheduler,
                            arguments: [
                                .number(0), .number(policy), .bytes([UInt8(policy), 0, 0, 0]),
                            ])
                    })
            ]
        },
        WayOut(
            "last-to-be-killed", "others are ended for its hunger for memory", .denial,
            closedBy: ["CapabilityBoundingSet=~CAP_SYS_RESOURCE", "User="]
        ) { _ in
            let words = Array("-1000".utf8)
            return [
                Attempt(
                    "/proc/self/oom_score_adj",
                    [
                        .opening("/proc/self/oom_score_adj", O_WRONLY),
                        Attempt.Step(
                            call: SystemCall.write,
                            arguments: [.result(of: 0), .bytes(words), .number(words.count)]),
                        .closing(0),
                    ])
            ]
        },
        WayOut(
            "host-name", "the machine is called by another name", .denial,
            closedBy: [
                "ProtectHostname=yes", "CapabilityBoundingSet=~CAP_SYS_ADMIN", "User=",
            ]
        ) { _ in
            // Whoever may is told that this is no length.
            [
                Attempt(
                    "sethostname()", SystemCall.setHostName, 0, -1,
                    opening: .refusedOnly(with: [EINVAL]))
            ]
        },
        // The last: the canary is another one after it.
        WayOut(
            "user-namespaces", "a user namespace, with all that root may ask of the kernel",
            .kernel,
            closedBy: ["RestrictNamespaces=~user", "SystemCallFilter=~@process"]
        ) { _ in
            // CLONE_NEWUSER
            [Attempt("unshare()", SystemCall.unshare, 0x1000_0000)]
        },
    ]
}
