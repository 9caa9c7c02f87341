/// Names of signals that end services (signal(7); the same numbers on x86-64 and arm64).
public enum Signal {
    private static let names: [Int32: String] = [
        1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 4: "SIGILL", 5: "SIGTRAP", 6: "SIGABRT",
        7: "SIGBUS", 8: "SIGFPE", 9: "SIGKILL", 10: "SIGUSR1", 11: "SIGSEGV",
        12: "SIGUSR2", 13: "SIGPIPE", 14: "SIGALRM", 15: "SIGTERM", 24: "SIGXCPU",
        25: "SIGXFSZ", 31: "SIGSYS",
    ]

    public static func name(_ number: Int32) -> String { names[number] ?? "\(number)" }

    /// Whether its default action dumps core (signal(7)), SIGQUIT apart, which people send.
    static func isCrash(_ number: Int32) -> Bool {
        [4, 5, 6, 7, 8, 11, 24, 25, 31].contains(number)
    }
}
