import Testing

/// Something that root in a lab could do to the machine, and how to try it without harm.
struct WayOut: Sendable, CustomTestStringConvertible {
    let name: String
    /// Of perl, which every Debian has. Its value is the number of the error; 0 where the way is
    /// open, and nothing happened all the same.
    let attempt: String

    var testDescription: String { name }

    init(_ name: String, _ attempt: String) {
        self.name = name
        self.attempt = attempt
    }

    /// A system call with arguments that the kernel refuses in any case, by another error than
    /// EPERM, where the call is not withheld: nothing happens even to a machine that grants it.
    static func call(_ name: String, _ number: Int, _ arguments: String) -> WayOut {
        WayOut("\(name)()", "syscall(\(number), \(arguments)) < 0 ? $!+0 : 0")
    }

    #if arch(x86_64)
        private static let numbers = (
            openByHandle: 304, initModule: 175, finitModule: 313, deleteModule: 176, kexec: 246,
            kexecFile: 320, setClock: 227, setTime: 164, adjust: 159, swapOn: 167, swapOff: 168,
            quota: 179, account: 163, socket: 41, log: 103, mount: 165, bpf: 321, perf: 298,
            keys: 250, scheduler: 144
        )
    #else
        private static let numbers = (
            openByHandle: 265, initModule: 105, finitModule: 273, deleteModule: 106, kexec: 104,
            kexecFile: 294, setClock: 112, setTime: 170, adjust: 171, swapOn: 224, swapOff: 225,
            quota: 60, account: 89, socket: 198, log: 116, mount: 40, bpf: 280, perf: 241,
            keys: 219, scheduler: 119
        )
    #endif

    /// Those that no lab leaves open.
    static let cheap: [WayOut] =
        [
            .call("open_by_handle_at", numbers.openByHandle, "-1, 0, 0"),
            .call("init_module", numbers.initModule, "0, 0, 0"),
            .call("finit_module", numbers.finitModule, "-1, 0, 0"),
            .call("delete_module", numbers.deleteModule, "0, 0"),
            .call("kexec_load", numbers.kexec, "0, 99, 0, -1"),
            .call("kexec_file_load", numbers.kexecFile, "-1, -1, 0, 0, -1"),
            .call("clock_settime", numbers.setClock, "0, 0"),
            .call("settimeofday", numbers.setTime, "1, 0"),
            // ADJ_MAXERROR: how wrong the clock may be, to what it is where nobody knows.
            WayOut(
                "adjtimex()",
                "my $t = pack('Lx4q26', 4, 0, 0, 16000000); "
                    + "syscall(\(numbers.adjust), $t) < 0 ? $!+0 : 0"),
            .call("swapon", numbers.swapOn, "0, 0"),
            .call("swapoff", numbers.swapOff, "0"),
            .call("quotactl", numbers.quota, "-1, 0, 0, 0"),
            .call("acct", numbers.account, "-1"),
            // 40 is AF_VSOCK; no such type.
            .call("socket(AF_VSOCK)", numbers.socket, "40, 99, 0"),
            // SYSLOG_ACTION_CONSOLE_LEVEL to a level that there is not.
            .call("syslog", numbers.log, "8, 0, 99"),
            .node("the kernel's log", "c", 1, 11),
            .node("the machine's memory", "c", 1, 1),
            .node("a disk", "b", 254, 0),
            .node("a hypervisor", "c", 10, 232),
            .node("a loop device's control", "c", 10, 237),
            .node("a tunnel", "c", 10, 200),
        ] + ofThisProcessor

    /// Those that a lab leaves open to its root unless it is caged.
    static let dear: [WayOut] =
        [
            // MS_REMOUNT and MS_BIND without MS_RDONLY, and with it afterwards.
            WayOut(
                "the machine's kernel.core_pattern, by a remount",
                mounting("none", "/proc/sys", "", "4096 | 32")
                    + "; my $r = $e ? $e : do { \(opening("/proc/sys/kernel/core_pattern")) }; "
                    + mounting("none", "/proc/sys", "", "4096 | 32 | 1", error: "$ignored")
                    + "; $r"),
            .mount("the machine's kernel.core_pattern", "proc", opening: "sys/kernel/core_pattern"),
            .mount("the machine's sleep", "sysfs", opening: "power/state"),
            .mount("the machine's memory merging", "sysfs", opening: "kernel/mm/ksm/run"),
            .mount("the machine's control groups", "cgroup", "memory", opening: "release_agent"),
            .mount("the kernel's debugging", "debugfs"),
            .mount("the kernel's tracing", "tracefs"),
            .mount("the kernel's crash records", "pstore"),
            .mount("the kernel's security modules", "securityfs"),
            .mount("the machine's devices", "devtmpfs"),
            // BPF_PROG_GET_NEXT_ID; ENOENT where there is no program.
            WayOut(
                "BPF programs of the machine",
                "my $a = \"\\0\" x 128; "
                    + "syscall(\(numbers.bpf), 11, $a, 128) < 0 && $! != 2 ? $!+0 : 0"),
            // PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK of all processes on the first processor.
            WayOut(
                "the performance counters of all processes",
                "my $a = pack('LLQ', 1, 128, 0) . (\"\\0\" x 112); "
                    + "my $f = syscall(\(numbers.perf), $a, -1, 0, -1, 0); $f < 0 ? $!+0 : 0"),
            // KEYCTL_SEARCH in KEY_SPEC_USER_KEYRING for what the test put there.
            WayOut(
                "the keys of the machine's root",
                "my ($t, $d) = ('user', '\(plantedKey)'); "
                    + "syscall(\(numbers.keys), 10, -4, $t, $d, 0) < 0 ? $!+0 : 0"),
            // SCHED_FIFO, and SCHED_OTHER again.
            WayOut(
                "the processors before everybody else",
                "my ($p, $q) = (pack('i', 1), pack('i', 0)); "
                    + "my $e = syscall(\(numbers.scheduler), 0, 1, $p) < 0 ? $!+0 : 0; "
                    + "syscall(\(numbers.scheduler), 0, 0, $q); $e"),
        ]

    static let plantedKey = "temper-containment-canary"

    /// add_key(2) and KEYCTL_UNLINK for perl, in the user's keyring: `before`, then `after`.
    static var plantingKey: (before: String, after: String) {
        let add = numbers.keys - 2
        return (
            "my ($t, $d, $s) = ('user', '\(plantedKey)', 'x'); "
                + "print syscall(\(add), $t, $d, $s, 1, -4), qq(\\n);",
            "my ($t, $d) = ('user', '\(plantedKey)'); my $k = syscall(\(numbers.keys), 10, -4, $t, $d, 0); "
                + "syscall(\(numbers.keys), 9, $k, -4);"
        )
    }

    /// The words that mount; `error` is 0 or the number of the error then.
    private static func mounting(
        _ type: String, _ place: String, _ options: String, _ flags: String, error: String = "$e"
    ) -> String {
        "my ($s, $p, $t, $o) = ('none', '\(place)', '\(type)', '\(options)'); "
            + "my \(error) = syscall(\(numbers.mount), $s, $p, $t, \(flags), $o) < 0 ? $!+0 : 0"
    }

    /// Opens a file for writing, and writes nothing.
    private static func opening(_ path: String) -> String {
        "sysopen(my $f, '\(path)', 1) ? 0 : $!+0"
    }

    /// A file system of the kernel's is mounted anew, and a file in it opened for writing.
    private static func mount(
        _ name: String, _ type: String, _ options: String = "", opening file: String? = nil
    ) -> WayOut {
        let place = "/run/temper-canary"
        return WayOut(
            "\(name), by mounting \(type)\(options.isEmpty ? "" : " \(options)")",
            "mkdir '\(place)'; " + mounting(type, place, options, "0")
                + "; my $r = $e ? $e : do { \(file.map { opening("\(place)/\($0)") } ?? "0") }; "
                + "system('umount', '-l', '\(place)') unless $e; rmdir '\(place)'; $r")
    }

    #if arch(x86_64)
        // To the level that everybody has; ports that there are not.
        private static let ofThisProcessor = [
            WayOut.call("iopl", 172, "99"), .call("ioperm", 173, "99999999, 1, 1"),
        ]
    #else
        private static let ofThisProcessor: [WayOut] = []
    #endif

    /// A device node is made.
    private static func node(_ name: String, _ kind: String, _ major: Int, _ minor: Int) -> WayOut {
        WayOut(
            "a node of \(name)",
            "my $n = '/dev/.temper-canary'; my $e = system("
                + "\"mknod $n \(kind) \(major) \(minor) 2>/dev/null\") ? 1 : 0; unlink $n; $e")
    }
}
