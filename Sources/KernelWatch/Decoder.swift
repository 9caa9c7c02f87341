import CKernelWatch
import Glibc
import Hardening
import Trials

/// From the kernel's numbers to requests that people and the search understand.
struct Decoder {
    private let events: [kernel_watch_event]

    /// - Parameter executions: what processes, by their ids, had begun to execute before these
    ///   events; then after them.
    init(_ seen: [kernel_watch_event], begun executions: inout [UInt32: kernel_watch_event]) {
        events = seen.compactMap { event in
            switch event.kind {
            case Int32(KERNEL_WATCH_EXECUTION):
                executions[event.process] = event
                return nil
            case Int32(KERNEL_WATCH_EXIT):
                if event.thread == event.process { executions[event.process] = nil }
                return event
            // By its process: the thread that executes becomes the first of it.
            case Int32(KERNEL_WATCH_CALL):
                guard let begun = executions[event.process], begun.number == event.number else {
                    return event
                }
                executions[event.process] = nil
                if event.result < 0 { return event }
                var told = event
                (told.arguments, told.first, told.second) =
                    (begun.arguments, begun.first, begun.second)
                return told
            default: return event
            }
        }
    }

    /// A denied capability belongs to the call that fails right after it in the same thread.
    var requests: [WitnessedRequest] {
        var found: [WitnessedRequest] = []
        var denied: [UInt32: [kernel_watch_event]] = [:]
        var workplaces: [UInt32: kernel_watch_event] = [:]
        func flush(_ thread: UInt32) {
            for event in denied.removeValue(forKey: thread) ?? [] {
                found.append(witnessed(event, .capability(capability(event)), error: 1))
            }
        }
        for event in events {
            switch event.kind {
            case Int32(KERNEL_WATCH_CAPABILITY):
                if event.result == 0 {
                    found.append(witnessed(event, .capability(capability(event))))
                } else {
                    denied[event.thread, default: []].append(event)
                }
            case Int32(KERNEL_WATCH_KILL):
                found.append(witnessed(event, .killed(call: callName(event.number))))
            case Int32(KERNEL_WATCH_EXIT): continue
            default:
                let isGranted = event.result >= 0 || event.result == Int64(-EINPROGRESS)
                let error = isGranted ? 0 : Int32(-event.result)
                let (before, earlier) = split(denied[event.thread] ?? [], by: event, error)
                denied[event.thread] = earlier.isEmpty ? nil : earlier
                flush(event.thread)
                let name = callName(event.number)
                let lacking = Set(before.map(capability)).filter {
                    StrayCheck.belongs($0, to: name)
                }
                let asked = call(event, name, error: error, lacking: lacking.sorted())
                // Where nobody listens says nothing, but at a socket that a sandbox can close.
                if error == ECONNREFUSED && !asked.request.isTelling { continue }
                found.append(asked)
                if name == "chdir" && isGranted { workplaces[event.process] = event }
                if isGranted, asked.request.isWriting, asked.request.path?.hasPrefix("/") == false,
                    let arrival = workplaces.removeValue(forKey: event.process)
                {
                    found += writing(after: arrival)
                }
            }
        }
        for thread in denied.keys.sorted() { flush(thread) }
        return found
    }

    /// The names that processes had when they ended, by their ids in the initial PID namespace.
    var namesOfEnded: [Int32: String] {
        events.reduce(into: [:]) { names, event in
            guard event.kind == Int32(KERNEL_WATCH_EXIT), event.thread == event.process else {
                return
            }
            names[Int32(bitPattern: event.process)] =
                withUnsafeBytes(of: event.command) { Decoder.text($0) }
        }
    }

    private func split(
        _ checks: [kernel_watch_event], by call: kernel_watch_event, _ error: Int32
    ) -> (ofCall: [kernel_watch_event], earlier: [kernel_watch_event]) {
        guard error == EPERM || error == EACCES else { return ([], checks) }
        // A call takes microseconds; a millisecond allows for being preempted.
        let isRecent = { (check: kernel_watch_event) in
            call.nanoseconds &- check.nanoseconds < 1_000_000
        }
        return (checks.filter(isRecent), checks.filter { !isRecent($0) })
    }

    private func call(
        _ event: kernel_watch_event, _ name: String, error: Int32, lacking: [String]
    ) -> WitnessedRequest {
        let names = PathCall.of(name)
        let address = SocketAddress(event, name)
        let path = names.flatMap { text(event, $0.argument) } ?? address?.path
        return witnessed(
            event, .call(name), error: error, path: path,
            isWriting: names?.writes(event.arguments) ?? false, family: family(event, name),
            lacking: lacking, port: address?.port,
            peer: name == "bind" ? nil : address?.prefix,
            namespaces: NamespaceCall.types(name, event.arguments))
    }

    /// Where a process had gone that changes a file by a name that begins there. One that lives on is
    /// found in /proc; a child that ends at once is not.
    private func writing(after arrival: kernel_watch_event) -> [WitnessedRequest] {
        guard let place = text(arrival, 0), place.hasPrefix("/"), place != "/" else { return [] }
        return [witnessed(arrival, .call("chdir"), path: place, isWriting: true)]
    }

    private func witnessed(
        _ event: kernel_watch_event, _ subject: KernelRequest.Subject, error: Int32 = 0,
        path: String? = nil, isWriting: Bool = false, family: String? = nil,
        lacking: [String] = [], port: UInt16? = nil, peer: AddressPrefix? = nil,
        namespaces: [String]? = nil
    ) -> WitnessedRequest {
        let command = withUnsafeBytes(of: event.command) { Decoder.text($0) } ?? ""
        return WitnessedRequest(
            cgroup: event.cgroup,
            ancestors: withUnsafeBytes(of: event.ancestors) {
                $0.bindMemory(to: UInt64.self).filter { $0 != 0 }
            },
            request: KernelRequest(
                subject, by: command, error: error, path: path, isWriting: isWriting,
                family: family, lacking: lacking, port: port, peer: peer?.text,
                namespaces: namespaces))
    }

    private func capability(_ event: kernel_watch_event) -> String {
        let number = Int(event.number)
        return Capability.names.indices.contains(number)
            ? Capability.names[number] : "capability \(number)"
    }

    private func callName(_ number: Int32) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { name in
            kernel_watch_call_name(number, name.baseAddress!) != 0
                ? String(cString: name.baseAddress!) : "call \(number)"
        }
    }

    private func text(_ event: kernel_watch_event, _ argument: Int) -> String? {
        argument == 0
            ? withUnsafeBytes(of: event.first) { Decoder.text($0) }
            : withUnsafeBytes(of: event.second) { Decoder.text($0) }
    }

    /// The text up to the first zero; nil where there is none.
    fileprivate static func text(_ bytes: UnsafeRawBufferPointer) -> String? {
        let used = bytes.prefix { $0 != 0 }
        return used.isEmpty ? nil : String(decoding: used, as: UTF8.self)
    }

    private func family(_ event: kernel_watch_event, _ name: String) -> String? {
        let number: Int
        switch name {
        case "socket": number = Int(event.arguments.0)
        default:
            guard let address = SocketAddress(event, name) else { return nil }
            number = address.family
        }
        return AddressFamily.name(ofNumber: number)
    }
}

/// What `bind`, `connect` and what sends name: sockaddr_in(7), sockaddr_in6, sockaddr_un(7).
private struct SocketAddress {
    /// AF_INET is 2, AF_INET6 is 10, AF_UNIX is 1.
    let family: Int
    let port: UInt16?
    let path: String?
    /// The address alone.
    let prefix: AddressPrefix?

    private static let sending: Set = ["sendto", "sendmsg", "sendmmsg"]

    init?(_ event: kernel_watch_event, _ call: String) {
        let isSending = Self.sending.contains(call)
        guard isSending || call == "bind" || call == "connect" else { return nil }
        let (family, port) = withUnsafeBytes(of: event.second) { bytes in
            (
                Int(bytes.loadUnaligned(as: UInt16.self)),
                UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
            )
        }
        // What is sent over a connection names nobody.
        if isSending && family != 2 && family != 10 { return nil }
        self.family = family
        self.port = family == 2 || family == 10 ? port : nil
        // sin_addr is at 4, sin6_addr at 8.
        let place = [2: 4..<8, 10: 8..<24][family]
        prefix = place.map { place in
            let bytes = withUnsafeBytes(of: event.second) { Array($0[place]) }
            // An IPv4 address in the clothes of IPv6 (RFC 4291, 2.5.5.2): its packets are IPv4.
            if family == 10, bytes[0..<10].allSatisfy({ $0 == 0 }), bytes[10..<12] == [0xff, 0xff] {
                return AddressPrefix(family: 2, bytes: Array(bytes[12...]), length: 32)
            }
            return AddressPrefix(
                family: Int32(family), bytes: bytes, length: UInt32(bytes.count * 8))
        }
        // Behind the family; a name that begins with a zero is no file's.
        path = family == 1 ? withUnsafeBytes(of: event.first) { Decoder.text($0) } : nil
    }
}

/// The types of namespaces that a call would make or enter.
private enum NamespaceCall {
    static func types(_ call: String, _ arguments: PathCall.Arguments) -> [String]? {
        let flags: UInt64
        switch call {
        // The flags of clone(2) share their place with the signal of the child's end.
        case "unshare", "clone": flags = arguments.0
        case "setns": flags = arguments.1
        default: return nil
        }
        let names = NamespaceType.names(in: flags & ~0xff)
        return names.isEmpty ? nil : names
    }
}

/// The kernel asks for CAP_SYS_ADMIN whenever memory is reserved (__vm_enough_memory in mm/util.c),
/// and goes on without it. Such a check just before a call fails is none of the call's.
private enum StrayCheck {
    static func belongs(_ capability: String, to call: String) -> Bool {
        switch capability {
        case "CAP_SYS_ADMIN": administrative.contains(call)
        // Asked for by setsockopt(2), with which servers try for more just before they bind.
        case "CAP_NET_ADMIN": call != "bind"
        default: true
        }
    }

    /// The calls that are refused for lack of it (capabilities(7)).
    private static let administrative: Set<String> = [
        "mount", "umount2", "umount", "pivot_root", "move_mount", "open_tree", "fsopen", "fsmount",
        "fspick", "mount_setattr", "unshare", "setns", "clone", "clone3", "sethostname",
        "setdomainname", "swapon", "swapoff", "quotactl", "quotactl_fd", "bpf", "perf_event_open",
        "ioctl", "setxattr", "lsetxattr", "fsetxattr", "removexattr", "fanotify_init", "seccomp",
        "prctl", "keyctl", "add_key", "syslog", "msgctl", "shmctl", "semctl", "ioprio_set",
        "sysctl", "lookup_dcookie", "nfsservctl", "vhangup", "acct", "madvise", "fcntl", "write",
        "openat", "open",
    ]
}
