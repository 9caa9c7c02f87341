/// The Linux capabilities, in the order of their bits in `CapabilityBoundingSet` on the bus
/// (capabilities(7), linux/capability.h up to Linux 6.18).
public enum Capability {
    public static let names = [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID",
        "CAP_KILL", "CAP_SETGID", "CAP_SETUID", "CAP_SETPCAP", "CAP_LINUX_IMMUTABLE",
        "CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST", "CAP_NET_ADMIN", "CAP_NET_RAW",
        "CAP_IPC_LOCK", "CAP_IPC_OWNER", "CAP_SYS_MODULE", "CAP_SYS_RAWIO", "CAP_SYS_CHROOT",
        "CAP_SYS_PTRACE", "CAP_SYS_PACCT", "CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_NICE",
        "CAP_SYS_RESOURCE", "CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG", "CAP_MKNOD", "CAP_LEASE",
        "CAP_AUDIT_WRITE", "CAP_AUDIT_CONTROL", "CAP_SETFCAP", "CAP_MAC_OVERRIDE",
        "CAP_MAC_ADMIN", "CAP_SYSLOG", "CAP_WAKE_ALARM", "CAP_BLOCK_SUSPEND", "CAP_AUDIT_READ",
        "CAP_PERFMON", "CAP_BPF", "CAP_CHECKPOINT_RESTORE",
    ]

    /// Every capability above; a mask read from a manager is cut to these, because "all" reads
    /// as 2^64-1 on systemd 252 and 257 and as 2^63-1 on 262.
    public static let all: UInt64 = (1 << UInt64(names.count)) - 1

    /// The mask of these capabilities. A name that is not in the table counts for nothing.
    public static func mask(_ wanted: [String]) -> UInt64 {
        wanted.reduce(0) { $0 | (bits[$1] ?? 0) }
    }

    private static let bits = Dictionary(
        uniqueKeysWithValues: names.enumerated().map { ($1, UInt64(1) << UInt64($0)) })

    /// The names of the capabilities in `mask`, in the order of their bits.
    public static func names(in mask: UInt64) -> [String] {
        names.enumerated().filter { mask & 1 << UInt64($0.offset) != 0 }.map(\.element)
    }
}

/// The namespace types of `RestrictNamespaces=` with their bits (namespaces(7)). systemd 252 and
/// 257 take the word `time`, and denying it alone denies nothing there: all other types together
/// are their mask for "no restriction". 262 enforces it (measured).
public enum NamespaceType {
    public static let bits: [(name: String, bit: UInt64)] = [
        ("cgroup", 0x0200_0000), ("ipc", 0x0800_0000), ("net", 0x4000_0000),
        ("mnt", 0x0002_0000), ("pid", 0x2000_0000), ("user", 0x1000_0000),
        ("uts", 0x0400_0000), ("time", 0x80),
    ]

    /// The mask of every type that a systemd of this version knows.
    public static func all(knownTo version: Int) -> UInt64 {
        bits.reduce(0) { $1.name == "time" && version < 262 ? $0 : $0 | $1.bit }
    }

    public static func bit(_ name: String) -> UInt64 {
        bits.first { $0.name == name }?.bit ?? 0
    }

    public static func names(in mask: UInt64) -> [String] {
        bits.filter { mask & $0.bit != 0 }.map(\.name)
    }
}

/// The address families that `RestrictAddressFamilies=` restricts by name (address_families(7)).
/// Every other family is one restriction: nobody could name a service that needs AF_ROSE.
public enum AddressFamily {
    /// Those that `systemd-analyze security` scores one by one.
    public static let common = ["AF_UNIX", "AF_INET", "AF_INET6", "AF_NETLINK", "AF_PACKET"]
    public static let special = [
        "AF_ALG", "AF_BLUETOOTH", "AF_CAN", "AF_KEY", "AF_NFC", "AF_PPPOX", "AF_QIPCRTR",
        "AF_RDS", "AF_SMC", "AF_TIPC", "AF_VSOCK", "AF_XDP",
    ]
    public static let named = common + special

    /// The name for a number of address_families(7); `AF_` and the number where it is not one
    /// that `RestrictAddressFamilies=` restricts by name.
    public static func name(ofNumber number: Int) -> String {
        numbers.first { $0.value == number }?.key ?? "AF_\(number)"
    }

    /// linux/socket.h
    private static let numbers = [
        "AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10, "AF_KEY": 15, "AF_NETLINK": 16,
        "AF_PACKET": 17, "AF_RDS": 21, "AF_PPPOX": 24, "AF_CAN": 29, "AF_TIPC": 30,
        "AF_BLUETOOTH": 31, "AF_ALG": 38, "AF_NFC": 39, "AF_VSOCK": 40, "AF_QIPCRTR": 42,
        "AF_SMC": 43, "AF_XDP": 44,
    ]
}
