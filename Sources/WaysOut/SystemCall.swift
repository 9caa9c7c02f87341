import CProgram

/// The system calls that canaries make, by this processor's numbers (<sys/syscall.h>; those of Linux
/// 5.1 and later are the same on all).
enum SystemCall {
    static let openAt = Int(SYS_openat)
    static let close = Int(SYS_close)
    static let read = Int(SYS_read)
    static let write = Int(SYS_write)
    static let unlinkAt = Int(SYS_unlinkat)
    static let makeNodeAt = Int(SYS_mknodat)
    static let accessAt = 439
    static let socket = Int(SYS_socket)
    static let connect = Int(SYS_connect)
    static let setSocketOption = Int(SYS_setsockopt)
    static let sendTo = Int(SYS_sendto)
    static let receiveFrom = Int(SYS_recvfrom)
    static let controlFile = Int(SYS_ioctl)
    static let kill = Int(SYS_kill)
    static let control = Int(SYS_prctl)
    static let setFileUser = Int(SYS_setfsuid)
    static let setHostName = Int(SYS_sethostname)
    static let setScheduler = Int(SYS_sched_setscheduler)
    static let keys = Int(SYS_keyctl)
    static let faultsOfUser = Int(SYS_userfaultfd)
    static let setUpRing = 425
    static let openFileSystem = 430
    static let bpf = Int(SYS_bpf)
    static let openPerformanceEvent = Int(SYS_perf_event_open)
    static let unshare = Int(SYS_unshare)
}
