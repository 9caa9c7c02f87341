import Glibc

/// What a lab is to be made of.
public struct LabPlan: Sendable, Equatable {
    /// 1 to 32 characters of `a-z`, `0-9` and `-`.
    public var name: String

    /// The tree the lab starts as a copy of: an overlay's lower layer, never written to. File
    /// systems mounted beneath it are not seen inside unless they are bound.
    public var root = "/"

    /// Directories of the host that are seen inside at the same path. What is written there is
    /// written on the host.
    public var binds: [String] = []

    /// Files of the tree that are not seen inside: how the machine would be without them.
    public var hidden: [String] = []

    /// What it is connected with.
    public var network = LabNetwork.standard

    /// The environment of the lab's pid 1, beside `container=lab`. `SYSTEMD_LOG_SECCOMP=1` has
    /// each denial by a system call filter logged.
    public var environment: [String: String] = [:]

    /// A file that receives what the lab's pid 1 writes to standard output and error. That is
    /// little: systemd's own words go to the journal.
    public var bootLog: String?

    /// How long the boot may take: as long as systemd gives each unit (`DefaultTimeoutStartSec=`).
    /// On an idle machine it takes a second, on an emulated one that is busy more than thirty.
    public var bootDeadline = Duration.seconds(90)

    /// How long systemd may take to stop its services and power off before it is killed.
    public var endDeadline = Duration.seconds(10)

    /// Whether `/sys` can be written to. It is the machine's own: what is written there is not
    /// undone with the lab.
    public var writableSys = false

    /// Where the state of all labs is kept, one directory each.
    public var stateDirectory = LabPlan.defaultStateDirectory

    /// Whether its root is nobody on the machine: for trees, records and plans of others. Its files
    /// are those of ``root`` all the same, and nothing of the machine can be bound into it.
    public var isCaged = false

    /// How many processes and threads it can have at once, where the control groups of the kernel's
    /// version 2 have that controller, or since Linux 6.14.
    static let mostProcesses = 8192

    /// How many bytes of memory it can have with its files, where the control groups of the kernel's
    /// version 2 have that controller: three quarters of the machine's.
    static var mostMemory: Int {
        sysconf(Int32(_SC_PHYS_PAGES)) / 4 * 3 * sysconf(Int32(_SC_PAGESIZE))
    }

    public static let defaultStateDirectory = "/run/temper/labs"

    public init(name: String) { self.name = name }

    /// A plan under a name that nobody else has: for labs that end with their owner.
    public init() {
        let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789")
        self.init(name: "lab-" + String((0..<10).map { _ in letters.randomElement() ?? "x" }))
    }
}

extension LabPlan {
    /// The same under a name that nobody else has.
    public var forAnotherLab: LabPlan {
        var other = self
        other.name = LabPlan().name
        return other
    }

    static func isName(_ name: String) -> Bool {
        (1...32).contains(name.utf8.count)
            && name.utf8.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || $0 == UInt8(ascii: "-")
            }
    }
}
