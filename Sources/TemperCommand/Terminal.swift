@preconcurrency import Glibc
import Linux
import Synchronization
import Trials

/// Where output goes: results to standard output, progress and errors to standard error. What a
/// service or a file can say never commands the terminal.
enum Terminal {
    static func print(_ text: String) { write(text.visible(), to: STDOUT_FILENO) }

    /// A form of a report, which escaped what it holds and may have colours.
    static func print(form text: String) { write(text, to: STDOUT_FILENO) }

    static func error(_ text: String) { write("temper: \(text.visible())\n", to: STDERR_FILENO) }

    static func note(_ text: String) { write(text.visible() + "\n", to: STDERR_FILENO) }

    static var showsColours: Bool { isTerminal(STDOUT_FILENO) && wantsColours }

    /// Whether a person reads the results, and no program.
    static var isOnScreen: Bool { isTerminal(STDOUT_FILENO) }

    static var hasLiveLine: Bool { isTerminal(STDERR_FILENO) }

    static var wantsColours: Bool {
        // https://no-color.org, and the terminal that can do nothing.
        (getenv("NO_COLOR") == nil) && getenv("TERM").map { String(cString: $0) } != "dumb"
    }

    /// Columns for text that is wrapped: those of the terminal that is open there, but no line is
    /// so long that it is hard to read.
    static func columns(of descriptor: Int32, elsewhere: Int = 80) -> Int {
        min(100, max(40, width(of: descriptor) ?? elsewhere))
    }

    /// Columns of the terminal that is open there; nil where none is.
    static func width(of descriptor: Int32) -> Int? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    static func exit(_ status: Int32) -> Never { Glibc.exit(status) }

    static func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            if count <= 0 { return fail(errno, on: descriptor) }
            bytes = bytes.dropFirst(count)
        }
    }

    /// A reader that went away (`| head`) is no reason to make noise, and that of the noise even less.
    private static func fail(_ number: Int32, on descriptor: Int32) {
        guard descriptor == STDOUT_FILENO, number != EPIPE else { return }
        lost.withLock { $0 = Errno(code: number) }
    }

    private static let lost = Mutex<Errno?>(nil)

    /// Why a result did not reach standard output, such as a full disk; nil if it did.
    static var loss: Errno? { lost.withLock { $0 } }

    private static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }
}
