public import Hardening

/// Under what a campaign was run: what its trials can be read, and repeated by hand, with.
public struct Provenance: Hashable, Codable, Sendable {
    /// The version of temper.
    public var temper: String
    public var dialect: Dialect
    /// What the service was seen to use; with it the catalogue for the service is made again.
    public var usage: Usage
    /// The tree the lab was made of; `/` for the machine itself.
    public var root: String
    /// The network that was asked for the lab; nil for what a lab has by itself.
    public var network: String?
    /// The account whose own manager the service belongs to; nil for the system's.
    public var user: String?
    /// The number of that account.
    public var userID: UInt32?
    /// Commands that made the lab ready, `Prepare=`.
    public var preparations: [String] = []
    /// Commands that give the service's files to the user that it was tried as.
    public var ownership: [String] = []
    /// Shell commands that ask what the probes ask.
    public var probes: [String] = []
    /// The unit's files, the fragment first.
    public var unitFiles: [String] = []
    /// The settings that those make, whatever their values; nil in older records.
    public var assigned: Set<String>?
    /// Where the reason of a failure could not be looked for.
    public var missing: [MissingSource] = []

    public init(temper: String, dialect: Dialect, usage: Usage, root: String) {
        self.temper = temper
        self.dialect = dialect
        self.usage = usage
        self.root = root
    }

    /// The catalogue that was searched.
    public var catalogue: Catalogue {
        Catalogue.standard(under: dialect.scope).accommodating(usage)
    }
}

/// A source of evidence that the machine did not give.
public struct MissingSource: Hashable, Codable, Sendable {
    /// What it would have told, such as `capabilities that a process lacked`.
    public var source: String
    public var because: String
    /// What would have to be done for it.
    public var cure: String

    public init(source: String, because: String, cure: String) {
        self.source = source
        self.because = because
        self.cure = cure
    }

    /// What a witness of the kernel does not see.
    public static func of(_ blindSpot: KernelBlindSpot) -> MissingSource {
        switch blindSpot {
        case .calls:
            MissingSource(
                source: "system calls that the kernel refused, with their paths",
                because: "the kernel has no raw tracepoint sys_exit",
                cure: "boot a kernel with CONFIG_FTRACE_SYSCALLS")
        case .capabilities:
            MissingSource(
                source: "capabilities that a process lacked",
                because: "the kernel has no tracepoint cap_capable",
                cure: "boot Linux 6.14 or later")
        case .kills:
            MissingSource(
                source: "the call for which a system call filter killed",
                because: "the kernel has no raw tracepoint signal_generate",
                cure: "boot a kernel with CONFIG_TRACEPOINTS")
        }
    }

    /// Without any witness.
    public static func kernel(because: String) -> MissingSource {
        MissingSource(
            source: "what the kernel refused: system calls, paths, capabilities, kills",
            because: because,
            cure: "run as root with CAP_BPF and CAP_PERFMON on Linux 5.8 or later")
    }
}
