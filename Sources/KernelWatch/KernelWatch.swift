import CKernelWatch
import Hardening
import Synchronization
public import Trials

/// Watches the processes below one control group through BPF programs on raw tracepoints: what
/// they ask of the kernel and what is refused, with the system call, the path and the capability.
///
/// It needs CAP_BPF and CAP_PERFMON (root) and Linux 5.8; capabilities are seen since Linux 6.14.
/// The cost: a few nanoseconds for each system call of the machine.
public final class KernelWatch: KernelTracer {
    private let cgroup: UInt64
    private let watch: OpenWatch
    /// Of processes that ended, by their ids.
    private let names = Mutex<[Int32: String]>([:])
    /// Of processes whose execve(2) has not returned yet, by their ids.
    private let executions = Mutex<[UInt32: kernel_watch_event]>([:])
    /// What this kernel does not tell.
    public let blindSpots: Set<KernelBlindSpot>

    /// - Parameters:
    ///   - cgroup: the inode number of the control group's directory in the cgroup2 tree; 1 for
    ///     the whole machine.
    ///   - closely: also what is granted, not only what is refused.
    /// - Throws: `KernelWatchError` where such programs cannot be loaded.
    public init(below cgroup: UInt64, closely: Bool = false) throws(KernelWatchError) {
        self.cgroup = cgroup
        var pointer: OpaquePointer?
        var missing: UInt32 = 0
        let result = kernel_watch_open(cgroup, closely ? 1 : 0, &pointer, &missing)
        guard result == 0, let pointer else { throw KernelWatchError(number: -result) }
        watch = OpenWatch(pointer)
        blindSpots = Set(
            KernelBlindSpot.allCases.filter { missing & (1 << $0.kind) != 0 })
    }

    public func closer() -> (any KernelTracer)? {
        try? KernelWatch(below: cgroup, closely: true)
    }

    public func take() -> [WitnessedRequest] {
        var events: [kernel_watch_event] = []
        watch.takeAll(into: &events)
        let decoder = executions.withLock { Decoder(events, begun: &$0) }
        let ended = decoder.namesOfEnded
        names.withLock { names in
            // Ids come again; a record of all that ever ended is of no use.
            if names.count > 50_000 { names = [:] }
            names.merge(ended) { $1 }
        }
        return decoder.requests
    }

    public func name(ofEnded process: Int32) -> String? { names.withLock { $0[process] } }
}

/// Why the kernel cannot be watched.
public struct KernelWatchError: Error, CustomStringConvertible {
    /// As in errno(3).
    public let number: Int32

    public var description: String {
        number == 1
            ? "the kernel does not let this process load BPF programs; run as root, with "
                + "CAP_BPF and CAP_PERFMON and without lockdown=confidentiality"
            : "BPF programs cannot be loaded (error \(number)); Linux 5.8 or later is needed"
    }
}

extension KernelBlindSpot {
    fileprivate var kind: UInt32 {
        switch self {
        case .calls: UInt32(KERNEL_WATCH_CALL)
        case .capabilities: UInt32(KERNEL_WATCH_CAPABILITY)
        case .kills: UInt32(KERNEL_WATCH_KILL)
        }
    }
}
