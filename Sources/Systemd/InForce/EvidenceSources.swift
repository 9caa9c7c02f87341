import Glibc
import Linux

/// Where, beside systemd itself, the reason for a failure can be read on this machine.
public struct EvidenceSources: Hashable, Sendable {
    /// Whether the kernel's audit records can be listened to, which name each system call that a
    /// filter killed a process for (capabilities(7), CAP_AUDIT_READ).
    public let audit: Bool
    /// Whether the BPF programs of control groups can be asked for.
    public let programs: Bool

    public init() {
        audit = EvidenceSources.canListenToAudit
        programs = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"].contains {
            (try? RootedDirectory($0)).flatMap(countPrograms) != nil
        }
    }

    /// Joins multicast group 1 of NETLINK_AUDIT (linux/audit.h).
    private static var canListenToAudit: Bool {
        let (family, audit): (Int32, Int32) = (16, 9)
        let socket = socket(family, Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue), audit)
        guard socket >= 0 else { return false }
        defer { close(socket) }
        // struct sockaddr_nl: family and padding, port 0 for any, the mask of groups.
        let address: [UInt32] = [UInt32(family), 0, 1]
        return address.withUnsafeBytes { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) { address in
                bind(socket, address.baseAddress, socklen_t(bytes.count)) == 0
            }
        }
    }
}

extension EvidenceSources {
    /// Whether this machine's own PID 1 is systemd (sd_booted(3)).
    public static var systemdIsPIDOne: Bool { access("/run/systemd/system", F_OK) == 0 }
}
