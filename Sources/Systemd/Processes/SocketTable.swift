import Glibc
import Linux
import Trials

/// A table of sockets in /proc/net, of the network namespace of one process.
struct SocketTable {
    enum Kind: String, CaseIterable {
        case tcp, tcp6, udp, udp6

        var transport: String { String(rawValue.prefix(3)) }
        var family: String { rawValue.hasSuffix("6") ? "AF_INET6" : "AF_INET" }
        /// TCP in state LISTEN, UDP without a peer (include/net/tcp_states.h).
        fileprivate var state: String { transport == "tcp" ? "0A" : "07" }
    }

    /// A socket on which others are awaited.
    struct Row {
        let inode: String
        /// In hexadecimal digits, four bytes at a time in the machine's byte order (x86-64 and
        /// arm64 are little-endian).
        let address: String
        let port: UInt16

        /// 127.x.y.z ends in 7F, ::1 in 01000000.
        var isLoopback: Bool {
            address.count == 8
                ? address.hasSuffix("7F") : address == "00000000000000000000000001000000"
        }

        /// `127.0.0.1:80`, `[::1]:80`.
        var text: String {
            let bytes = stride(from: 0, to: address.count, by: 2).compactMap { start in
                UInt8(address.dropFirst(start).prefix(2), radix: 16)
            }
            let ordered = stride(from: 0, to: bytes.count, by: 4).flatMap { start in
                bytes[start..<min(start + 4, bytes.count)].reversed()
            }
            // INET6_ADDRSTRLEN.
            var host = [CChar](repeating: 0, count: 46)
            let isLong = ordered.count > 4
            inet_ntop(isLong ? AF_INET6 : AF_INET, ordered, &host, socklen_t(host.count))
            let name = String(decoding: host.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
            return isLong ? "[\(name)]:\(port)" : "\(name):\(port)"
        }
    }

    let rows: [Row]

    init(_ kind: Kind, of process: Int32) {
        rows = KernelFile.text("/proc/\(process)/net/\(kind.rawValue)").lines.dropFirst()
            .compactMap { line in
                let fields = line.split(separator: " ")
                guard fields.count > 9, fields[3] == kind.state,
                    let colon = fields[1].lastIndex(of: ":"),
                    let port = UInt16(fields[1][fields[1].index(after: colon)...], radix: 16)
                else { return nil }
                return Row(
                    inode: String(fields[9]), address: String(fields[1][..<colon]), port: port)
            }
    }

    /// The inode number of a socket, from what /proc/PID/fd says of a descriptor; nil for others.
    static func socket(_ target: String) -> String? {
        target.hasPrefix("socket:[") ? String(target.dropFirst(8).dropLast()) : nil
    }
}
