import Glibc
import Linux

/// One output stream of a command, collected.
final class PipeCapture {
    private let reader: OpenFile
    private var writer: OpenFile?
    private var isAtEnd = false
    private(set) var bytes: [UInt8] = []

    init() throws(Errno) {
        let pipe = try OpenFile.pipe()
        (reader, writer) = pipe
        // Reading must never wait: a daemon that was left behind may hold the other end for ever.
        try check { fcntl(pipe.reading.number, F_SETFL, O_NONBLOCK) }
    }

    /// For the command; ours has to be closed once it has its own.
    var writingEnd: CInt { writer?.number ?? -1 }

    func closeWriter() { writer = nil }

    /// What to wait for; -1, which `poll(2)` passes over, after the end.
    var readingEnd: CInt { isAtEnd ? -1 : reader.number }

    /// Takes all that is there now.
    func drain() {
        while !isAtEnd, let more = reader.readSome() {
            if more.isEmpty { isAtEnd = true }
            bytes += more
        }
    }

    /// Waits until nobody can write any more.
    func drainToEnd() {
        while !isAtEnd {
            _ = reader.isReadable(within: 1000)
            drain()
        }
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }
}
