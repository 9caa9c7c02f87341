import Glibc
import Linux
import Synchronization
import Trials

/// Sees how the processes of units end, also those that systemd never hears of: children of the
/// service, reaped by it or not.
///
/// By the kernel's process connector, which needs CAP_NET_ADMIN in the initial network namespace
/// and the initial pid namespace (drivers/connector/cn_proc.c); inside a container there is none.
final class ProcessWatch: Sendable {
    /// One for this program; nil where the kernel does not tell.
    static let shared = ProcessWatch()

    /// NETLINK_CONNECTOR (linux/netlink.h).
    private static let connector: Int32 = 11
    private let socket: Int32
    private let roll = Mutex(ProcessRoll())

    private init?() {
        let socket = Glibc.socket(
            Int32(AF_NETLINK), Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue),
            ProcessWatch.connector)
        guard socket >= 0 else { return nil }
        self.socket = socket
        guard Self.join(socket), Self.isAnswered(socket),
            (try? WorkerThread("processes") { [unowned self] in listen() }) != nil
        else {
            close(socket)
            return nil
        }
    }

    /// Follows a unit from now on; until the value is let go.
    func follow(_ name: String, below root: String) -> Followed {
        Followed(watch: self, unit: read { $0.follow(name, below: root) })
    }

    final class Followed: Sendable {
        fileprivate let watch: ProcessWatch
        fileprivate let unit: ProcessRoll.Unit

        fileprivate init(watch: ProcessWatch, unit: ProcessRoll.Unit) {
            self.watch = watch
            self.unit = unit
        }

        deinit {
            let unit = unit
            watch.read { $0.leave(unit) }
        }

        /// How the processes of a unit that has stopped ended; nil where not all is known.
        ///
        /// The kernel tells of an end just after the parent hears of it (do_exit in
        /// kernel/exit.c), so those that are not known to have ended are waited for. What a unit
        /// leaves running by intention (KillMode=process) is not.
        ///
        /// - Parameter name: what a process was called when it ended, where that is known better.
        func exits(naming name: @Sendable (Int32) -> String?) async -> [ProcessExit]? {
            let end = ContinuousClock.now + .milliseconds(50)
            while watch.read({ $0.isAlive(unit) }) && ContinuousClock.now < end {
                try? await Task.sleep(for: .milliseconds(1))
            }
            return watch.read { $0.ends(of: unit) }?.map { process, exit in
                ProcessExit(
                    name: name(process) ?? exit.name, code: exit.code, status: exit.status)
            }
        }
    }

    // MARK: Inside

    /// Everything the kernel has told so far is noted first.
    private func read<Result: Sendable>(
        _ body: (inout ProcessRoll) -> Result
    ) -> Result {
        roll.withLock { roll in
            drain(&roll)
            return body(&roll)
        }
    }

    private func listen() {
        // A process is named by /proc only while it lives: who waits for a processor comes too late.
        var urgent = sched_param(sched_priority: 1)
        if sched_setscheduler(0, SCHED_RR, &urgent) != 0 {
            setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, -20)
        }
        while true {
            var descriptor = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
            // The datagrams are taken under the lock, so that no reader overtakes this thread.
            if poll(&descriptor, 1, -1) > 0 { roll.withLock { drain(&$0) } }
        }
    }

    private func drain(_ roll: inout ProcessRoll) {
        var buffer = [UInt8](repeating: 0, count: 512)
        while true {
            let count = recv(socket, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            if count < 0 {
                if errno == ENOBUFS { roll.loseTrack() }
                if errno == ENOBUFS || errno == EINTR { continue }
                return
            }
            if roll.isEmpty { continue }
            guard let event = ProcessEvent(datagram: Array(buffer.prefix(count))) else { continue }
            roll.note(event, look: ProcessWatch.look)
        }
    }

    private static func join(_ socket: Int32) -> Bool {
        // A busy machine forks faster than a thread may be given time to read.
        var size: Int32 = 8 << 20
        setsockopt(
            socket, SOL_SOCKET, SO_RCVBUFFORCE, &size, socklen_t(MemoryLayout<Int32>.size))
        // struct sockaddr_nl: family, padding, the address (chosen by the kernel), the group.
        var address: [UInt8] = [16, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]
        let bound = address.withUnsafeMutableBytes { bytes in
            bind(
                socket, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self),
                socklen_t(bytes.count))
        }
        let request = ProcessEvent.listening(as: getpid())
        return bound == 0 && send(socket, request, request.count, 0) == request.count
    }

    /// Outside the initial pid namespace the request is taken and never answered.
    private static func isAnswered(_ socket: Int32) -> Bool {
        let end = ContinuousClock.now + .milliseconds(500)
        var buffer = [UInt8](repeating: 0, count: 512)
        while ContinuousClock.now < end {
            var descriptor = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
            guard poll(&descriptor, 1, 100) > 0 else { continue }
            let count = recv(socket, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            guard count > 0 else { continue }
            switch ProcessEvent(datagram: Array(buffer.prefix(count))) {
            case .answered(let errno): return errno == 0
            // It tells already: someone else on this machine listens too.
            case .some: return true
            case nil: continue
            }
        }
        return false
    }

    private static func look(_ pid: Int32) -> (group: String, name: String)? {
        guard let group = controlGroup(of: pid), let name = KernelFile.line("/proc/\(pid)/comm")
        else { return nil }
        return (group, name)
    }

    /// In the unified tree, seen from our own control group namespace.
    static func controlGroup(of pid: Int32) -> String? {
        KernelFile.text("/proc/\(pid)/cgroup").lines
            .first { $0.hasPrefix("0::") }.map { String($0.dropFirst(3)) }
    }
}

extension Machine {
    /// The control group that its manager has for its root, as seen from here.
    private var controlGroupRoot: String {
        let group = ProcessWatch.controlGroup(of: managerProcess) ?? ""
        return group.hasSuffix("/init.scope") ? String(group.dropLast(11)) : group
    }

    func follow(_ unit: String) -> ProcessWatch.Followed? {
        ProcessWatch.shared?.follow(unit, below: controlGroupRoot)
    }

    /// Whether a process of this name is systemd's own, on the way to the program: until then it is
    /// called `(program)`, and for a moment by the number of a descriptor (systemd 256 and later).
    private static func isPreparing(_ name: String) -> Bool {
        name.hasPrefix("(") || name.allSatisfy(\.isNumber)
    }

    /// How many processes of each name there are in a control group.
    func processSet(inControlGroup path: String) -> ProcessSet {
        ProcessSet(
            processes(inControlGroup: path).reduce(into: [:]) { processSet, process in
                guard let name = KernelFile.line("/proc/\(process)/comm"),
                    !Machine.isPreparing(name),
                    !Machine.managers.contains(name) || !Machine.isForkOfManager(process)
                else { return }
                processSet[name, default: 0] += 1
            })
    }

    /// What a manager is called.
    private static let managers: Set = ["systemd", "init"]

    /// Whether a process is still a part of its manager, just forked: up to systemd 255 it has the
    /// manager's name for a moment. A manager that is a service itself (`user@.service`) has other
    /// arguments than the one that started it.
    private static func isForkOfManager(_ process: Int32) -> Bool {
        let status = KernelFile.text("/proc/\(process)/status").lines
        guard let line = status.first(where: { $0.hasPrefix("PPid:") }),
            let parent = line.split(whereSeparator: \.isWhitespace).last
        else { return false }
        return KernelFile.bytes("/proc/\(process)/cmdline")
            == KernelFile.bytes("/proc/\(parent)/cmdline")
    }
}
