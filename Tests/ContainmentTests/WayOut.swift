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
            quota: 179, account: 163, socket: 41, log: 103
        )
    #else
        private static let numbers = (
            openByHandle: 265, initModule: 105, finitModule: 273, deleteModule: 106, kexec: 104,
            kexecFile: 294, setClock: 112, setTime: 170, adjust: 171, swapOn: 224, swapOff: 225,
            quota: 60, account: 89, socket: 198, log: 116
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
