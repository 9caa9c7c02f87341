public import Hardening

/// Something that the unrestricted service was seen to use while it ran: it hints at what it
/// will not survive losing. A hint saves trials and never decides anything.
public enum ObservedAccess: Hashable, Codable, Sendable {
    /// It listens or is bound on a port of `tcp` or `udp`, over `AF_INET` or `AF_INET6`.
    case listens(transport: String, family: String, port: UInt16, isLoopback: Bool)
    /// It connected or sent to an address that is not this machine's loopback, as `IPAddressAllow=`
    /// takes it.
    case connects(to: String)
    /// It tried to reach another machine, and there was no way to it.
    case seeksOthers
    /// One of its processes has this effective user.
    case user(UInt32)
    /// It has a device node open that a private /dev lacks.
    case device(String)
    /// It has a file open for writing.
    case writes(String)
    /// It made this directory.
    case makesDirectory(String)
    /// It changed files by names that begin at its working directory.
    case writesRelatively
    /// One of its processes has this working directory.
    case worksIn(String)
    /// It has memory that is writable and executable.
    case writableCode
    /// It made this system call, and was not refused.
    case calls(String)
    /// It made use of this capability.
    case uses(capability: String)
    /// It made a socket of this address family.
    case opensSocket(family: String)
    /// It opened a file that a sandbox can hide, or connected to a socket that one can close.
    case reads(String)
    /// It ran a program.
    case runs(String)
    /// It asked for something that only who is privileged gets, and was refused.
    case isDenied(KernelRequest)
    /// It did this on the system bus.
    case usesBus(BusUse)

    /// What a request shows: one that was granted, or one for another machine.
    public static func of(_ request: KernelRequest) -> [ObservedAccess] {
        guard request.isOfService else { return [] }
        switch ErrorNumber(rawValue: request.error) {
        case nil where !request.isRefused: break
        case .enetunreach: return [.seeksOthers]
        case .eperm: return request.isStray ? [] : [.isDenied(request.pattern)]
        default: return []
        }
        switch request.subject {
        case .capability(let name): return [.uses(capability: name)]
        case .killed: return []
        case .call(let name):
            var shown = [ObservedAccess.calls(name)]
            if name == "socket", let family = request.family {
                shown.append(.opensSocket(family: family))
            }
            if let peer = request.otherMachine { shown.append(.connects(to: peer)) }
            if let path = request.path {
                if name == "chdir" {
                    if request.isWriting { shown.append(.worksIn(path)) }
                } else if !path.hasPrefix("/") {
                    if request.isWriting { shown.append(.writesRelatively) }
                } else if name.hasPrefix("exec") {
                    shown.append(.runs(path))
                } else if request.isWriting {
                    shown.append(.writes(path))
                    if name == "mkdir" || name == "mkdirat" {
                        shown.append(.makesDirectory(path))
                    }
                } else if hidable.contains(where: path.hasPrefix)
                    || Catalogue.socketsOfRoot.contains(path)
                {
                    shown.append(.reads(path))
                }
            }
            return shown
        }
    }

    private static let hidable = [
        "/home/", "/root/", "/run/user/", "/tmp/", "/var/tmp/", "/dev/", "/proc/", "/sys/",
    ]
}

extension KernelRequest {
    /// The address beyond loopback that it is about. Port 0 is nobody's: the C library connects to
    /// it to learn which of its own addresses it would talk from (RFC 6724).
    fileprivate var otherMachine: String? {
        guard let peer, port != 0, let address = AddressPrefix(text: peer),
            !address.isLoopback, !address.isUnspecified
        else { return nil }
        return peer
    }
}
