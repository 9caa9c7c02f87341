import CProbes
import Foundation
import Glibc

/// A small server on loopback or on a unix socket that behaves as a test needs it, in this
/// process, in the network namespace of its choice.
final class LoopbackServer: Sendable {
    enum Behaviour: Sendable {
        /// Answers every request with this.
        case answers(String)
        /// Accepts and never says a word.
        case hangs
        /// Answers byte by byte, one every 50 ms.
        case drips(String)
        /// Accepts and closes.
        case hangsUp
        /// Accepts nobody, with a full queue, so that a connection is never established.
        case isDeaf
    }

    let port: UInt16
    private let descriptor: Int32
    private let others: [Int32]
    private let isDeaf: Bool

    static func page(_ body: String, status: String = "200 OK") -> String {
        "HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)"
    }

    /// - Parameters:
    ///   - path: of a unix socket; nil for TCP on 127.0.0.1.
    ///   - namespace: a network namespace as a path; nil for our own.
    init(_ behaviour: Behaviour, path: String? = nil, namespace: String? = nil) throws {
        // A namespace is a thread's, so the socket is made on a thread of its own.
        let made = Made()
        let thread = Thread {
            if let namespace {
                let descriptor = open(namespace, O_RDONLY | O_CLOEXEC)
                guard setns(descriptor, temper_network_namespace) == 0 else {
                    made.finish(-1, 0, [])
                    return
                }
                close(descriptor)
            }
            let (descriptor, port) =
                path.map { (LoopbackServer.listen(at: $0), UInt16(0)) }
                ?? LoopbackServer.listenOnLoopback(behaviour)
            made.finish(
                descriptor, port,
                behaviour.isDeaf ? LoopbackServer.fill(port, count: 4) : [])
        }
        thread.start()
        (descriptor, port, others) = made.wait()
        isDeaf = behaviour.isDeaf
        if descriptor < 0 { throw POSIXError(.EIO) }
        if !behaviour.isDeaf {
            let listener = descriptor
            Thread { LoopbackServer.serve(listener, behaviour) }.start()
        }
    }

    /// Shut down, the listener refuses its thread's next `accept`. The thread closes it: closed
    /// here, its number could be the next server's before that thread asks for another client.
    func end() {
        shutdown(descriptor, Int32(SHUT_RDWR))
        for other in others { close(other) }
        if isDeaf { close(descriptor) }
    }

    private static func serve(_ listener: Int32, _ behaviour: Behaviour) {
        var kept: [Int32] = []
        defer { for descriptor in kept + [listener] { close(descriptor) } }
        while true {
            let client = accept(listener, nil, nil)
            if client < 0 { return }
            switch behaviour {
            case .hangsUp: close(client)
            case .hangs, .isDeaf: kept.append(client)
            case .answers(let text):
                answer(client, text, pause: 0)
                close(client)
            case .drips(let text):
                Thread {
                    answer(client, text, pause: 50_000)
                    close(client)
                }.start()
            }
        }
    }

    private static func answer(_ client: Int32, _ text: String, pause: UInt32) {
        var request = [UInt8](repeating: 0, count: 4_096)
        _ = recv(client, &request, request.count, 0)
        let bytes = Array(text.utf8)
        let step = pause == 0 ? bytes.count : 1
        for start in stride(from: 0, to: bytes.count, by: max(1, step)) {
            let piece = bytes[start..<min(bytes.count, start + step)]
            let sent = piece.withUnsafeBytes {
                send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if sent < 0 { return }
            if pause > 0 { usleep(pause) }
        }
    }

    private static func listenOnLoopback(_ behaviour: Behaviour) -> (Int32, UInt16) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
        var address = loopback(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, length) == 0
                    && Glibc.listen(descriptor, behaviour.isDeaf ? 0 : 64) == 0
                    && getsockname(descriptor, pointer, &length) == 0
            }
        }
        return bound ? (descriptor, UInt16(bigEndian: address.sin_port)) : (-1, 0)
    }

    private static func listen(at path: String) -> Int32 {
        unlink(path)
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { place in
            place.copyBytes(from: Array(path.utf8).prefix(place.count - 1))
        }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && Glibc.listen(descriptor, 64) == 0
            }
        }
        return bound ? descriptor : -1
    }

    /// Connections that take all places in the queue.
    private static func fill(_ port: UInt16, count: Int) -> [Int32] {
        (0..<count).map { _ in
            let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | O_CLOEXEC
            let descriptor = socket(AF_INET, type, 0)
            var address = loopback(port: port)
            _ = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            return descriptor
        }
    }

    private static func loopback(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return address
    }

    /// What a thread made, handed over once.
    private final class Made: @unchecked Sendable {
        private let done = DispatchSemaphore(value: 0)
        // Written before the semaphore is signalled, read after.
        private var result: (Int32, UInt16, [Int32]) = (-1, 0, [])

        func finish(_ descriptor: Int32, _ port: UInt16, _ others: [Int32]) {
            result = (descriptor, port, others)
            done.signal()
        }

        func wait() -> (Int32, UInt16, [Int32]) {
            done.wait()
            return result
        }
    }
}

extension LoopbackServer.Behaviour {
    var isDeaf: Bool { if case .isDeaf = self { true } else { false } }
}
