/// What the kernel's process connector tells (linux/cn_proc.h): every fork, exec and exit on the
/// machine, in their order.
enum ProcessEvent: Hashable {
    case forked(parent: Int32, child: Int32)
    case executed(Int32)
    /// With its wait status (wait(2)).
    case exited(Int32, status: UInt32)
    /// The answer to a request to listen: 0, or why not.
    case answered(errno: UInt32)

    /// The event in a datagram; nil for one that says nothing of a process, such as the end of one
    /// of its threads.
    init?(datagram: [UInt8]) {
        // A netlink header of 16 bytes, a connector header of 20, then the event: its kind, the
        // processor, the time, and the pids it is about.
        func number(_ offset: Int) -> UInt32 {
            guard datagram.count >= offset + 4 else { return 0 }
            return datagram[offset..<offset + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
        }
        guard datagram.count >= 56, number(16) == 1, number(20) == 1 else { return nil }
        let body = 52
        let (task, process) = (number(body), number(body + 4))
        switch number(36) {
        case 0: self = .answered(errno: task)
        case 1 where number(body + 8) == number(body + 12):
            self = .forked(
                parent: Int32(bitPattern: process), child: Int32(bitPattern: number(body + 8)))
        case 2: self = .executed(Int32(bitPattern: process))
        case 0x8000_0000 where task == process:
            self = .exited(Int32(bitPattern: process), status: number(body + 8))
        default: return nil
        }
    }

    /// The datagram that asks to be told (`PROC_CN_MCAST_LISTEN`).
    static func listening(as pid: Int32) -> [UInt8] {
        func bytes(_ number: UInt32, _ count: Int = 4) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * UInt32($0))) }
        }
        let request = bytes(1)
        let connector = bytes(1) + bytes(1) + bytes(0) + bytes(0) + bytes(4, 2) + bytes(0, 2)
        let length = UInt32(16 + connector.count + request.count)
        // NLMSG_DONE
        let netlink = bytes(length) + bytes(3, 2) + bytes(0, 2) + bytes(0)
        return netlink + bytes(UInt32(bitPattern: pid)) + connector + request
    }
}
