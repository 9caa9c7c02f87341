/// Needs of commands and processes beside the main process.
extension PlantedFault {
    private static let killing = ["SystemCallFilter=~@mount", "SystemCallErrorNumber=kill"]

    static let inCommands = [
        PlantedFault(
            name: "start-pre", story: "has an ExecStartPre that needs a capability",
            restrictions: ["CapabilityBoundingSet=~CAP_CHOWN"],
            expectation: .refused(["start failed"]),
            settings: ["ExecStartPre=/bin/chown daemon /var/lib/fault-start-pre"]),
        PlantedFault(
            name: "start-post", story: "has an ExecStartPost that writes; its failure is ignored",
            restrictions: ["ProtectSystem=yes"], expectation: .refused(["ExecStartPost failed"]),
            settings: ["ExecStartPost=-/bin/sh -c ': > /usr/fault-post'"]),
        PlantedFault(
            name: "reload-command", story: "has an ExecReload that writes",
            restrictions: ["ProtectSystem=full"], expectation: .refused(["reload failed"]),
            settings: ["ExecReload=/bin/sh -c ': > /etc/fault-reload'"]),
        PlantedFault(
            name: "reload-ignored", story: "has an ExecReload that writes; its failure is ignored",
            restrictions: ["ProtectSystem=full"], expectation: .refused(["ExecReload failed"]),
            settings: ["ExecReload=-/bin/sh -c ': > /etc/fault-reload'"]),
        PlantedFault(
            name: "stop-command", story: "has an ExecStop that writes",
            restrictions: ["ProtectSystem=yes"], expectation: .refused(["stopped otherwise"]),
            settings: ["ExecStop=/bin/sh -c ': > /usr/fault-stop'"]),
        PlantedFault(
            name: "stop-ignored", story: "has an ExecStop that writes; its failure is ignored",
            restrictions: ["ProtectSystem=yes"], expectation: .refused(["ExecStop failed"]),
            settings: ["ExecStop=-/bin/sh -c ': > /usr/fault-stop'"]),
        PlantedFault(
            name: "stop-post", story: "has an ExecStopPost that writes",
            restrictions: ["ProtectSystem=yes"], expectation: .refused(["stopped otherwise"]),
            settings: ["ExecStopPost=/bin/sh -c ': > /usr/fault-stop'"]),
        PlantedFault(
            name: "stop-post-ignored",
            story: "has an ExecStopPost that writes; its failure is ignored",
            restrictions: ["ProtectSystem=yes"], expectation: .refused(["ExecStopPost failed"]),
            settings: ["ExecStopPost=-/bin/sh -c ': > /usr/fault-stop'"]),
        PlantedFault(
            name: "stop-post-masked",
            story: "always ends with 4, and has an ExecStopPost that writes",
            restrictions: ["ProtectSystem=yes"], expectation: .refused(["ExecStopPost failed"]),
            acts: "on stop => sub { 0 };",
            settings: ["ExecStopPost=/bin/sh -c ': > /usr/fault-stop'"]),
    ]

    static let inProcesses = [
        PlantedFault(
            name: "child-killed", story: "runs a child that makes a system call",
            restrictions: killing, expectation: .refused(["mount died: signal SIGSYS"]),
            acts: """
                on request => sub {
                    quiet('mount', '-t', 'tmpfs', 'none', '/mnt');
                    quiet('umount', '/mnt');
                };
                """),
        PlantedFault(
            name: "worker-killed", story: "loses a worker for a system call, and stays up",
            restrictions: killing, expectation: .refused(["signal SIGSYS", "missing"]),
            acts: "on start => sub { worker(sub { pause(0.1); chroot '/'; sleep 1000 }) };"),
        PlantedFault(
            name: "shell-tells", story: "has a shell that tells of a child that was killed",
            restrictions: killing, expectation: .refused(["SIGSYS"]),
            acts: """
                on request => sub { system('mount -t tmpfs none /mnt; umount /mnt || :'); 1 };
                """),
        PlantedFault(
            name: "child-crashes", story: "runs a child that crashes where it cannot write",
            restrictions: ["ProtectSystem=yes"], expectation: .refused(["signal SIGSEGV"]),
            acts:
                "on request => sub { quiet('sh', '-c', 'touch /usr/fault-x || kill -SEGV $$') };"
        ),
        PlantedFault(
            name: "worker-gives-up", story: "has a worker that ends quietly without a capability",
            restrictions: ["CapabilityBoundingSet=~CAP_SYS_NICE"],
            expectation: .refused(["perl processes is missing"]),
            acts: """
                on start => sub {
                    worker(sub { eval { setpriority(0, 0, -5) } or POSIX::_exit(0); sleep 1000 });
                };
                """),
        PlantedFault(
            name: "worker-keeps-group", story: "has a worker that ends if it keeps its group",
            restrictions: ["CapabilityBoundingSet=~CAP_SETGID"],
            expectation: .refused(["perl processes is missing"]),
            acts:
                "on start => sub { worker(sub { POSIX::setgid(1) or POSIX::_exit(0); sleep 1000 }) };"
        ),
        PlantedFault(
            name: "detached", story: "has a detached process that ends where it cannot write",
            restrictions: ["ProtectSystem=yes"],
            expectation: .refused(["perl processes is missing"]),
            acts: """
                on start => sub {
                    worker(sub {
                        worker(sub { POSIX::setsid(); wrote('/usr/fault-log') or return; sleep 1000 });
                    });
                };
                """),
        PlantedFault(
            name: "worker-changes", story: "has a worker that turns into another program",
            restrictions: ["ProtectSystem=yes"],
            expectation: .refused(["perl processes is missing"]),
            acts: """
                on start => sub {
                    worker(sub { wrote('/usr/fault-log') or exec 'sleep', '1000'; sleep 1000 });
                };
                """),
    ]
}
