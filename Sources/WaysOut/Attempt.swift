import Glibc

/// One try of a way out, harmless by construction: a few system calls, each made only where the ones
/// before it were granted.
public struct Attempt: Sendable, Hashable {
    /// On what, for people: a path, a socket, a call.
    public let target: String
    let steps: [Step]
    let opening: Opening

    /// When it shows that the way is open.
    enum Opening: Sendable, Hashable {
        /// All calls were granted.
        case granted
        /// The last call failed with one of these numbers, as it does where it is allowed: its
        /// arguments are none that could do anything.
        case refusedOnly(with: [Int32])
        /// What was read last has this text in it.
        case answered(String)
        /// What the last call returned is this.
        case returned(Int)
    }

    struct Step: Sendable, Hashable {
        let call: Int
        /// Up to six.
        let arguments: [Argument]
        /// Whether the next calls are made also where this one fails.
        var isOptional = false
    }

    enum Argument: Sendable, Hashable {
        case number(Int)
        /// A pointer to these characters and a zero.
        case text(String)
        /// A pointer to these bytes.
        case bytes([UInt8])
        /// A pointer to so much room for what is read.
        case room(Int)
        /// A pointer to how long an answer is waited for, a `timeval`.
        case patience
        /// What that step of the attempt returned.
        case result(of: Int)

        static let here = Argument.number(Int(AT_FDCWD))
    }

    init(_ target: String, _ steps: [Step], opening: Opening = .granted) {
        self.target = target
        self.steps = steps
        self.opening = opening
    }

    /// One call.
    init(
        _ target: String, _ call: Int, _ arguments: Int..., opening: Opening = .granted
    ) {
        self.init(
            target, [Step(call: call, arguments: arguments.map(Argument.number))],
            opening: opening)
    }
}

extension Attempt {
    /// A file of a name that nobody reads is made in a directory, and removed.
    static func makingFile(in directory: String) -> Attempt {
        let path = Argument.text("\(directory)/.temper-canary")
        return Attempt(
            directory,
            [
                Step(
                    call: SystemCall.openAt,
                    arguments: [
                        .here, path, .number(Int(O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC)),
                        .number(0o600),
                    ]),
                Step(call: SystemCall.unlinkAt, arguments: [.here, path, .number(0)]),
                .closing(0),
            ])
    }

    /// Whether a file could be written to, by access(2) with the effective user.
    static func writing(to path: String) -> Attempt {
        Attempt(
            path,
            [
                Step(
                    call: SystemCall.accessAt,
                    arguments: [.here, .text(path), .number(Int(W_OK)), .number(0x200)])
            ])
    }

    /// A file is opened, and nothing is done with it.
    static func opening(_ path: String, _ flags: Int32) -> Attempt {
        Attempt(path, [.opening(path, flags), .closing(0)])
    }

    /// The same of another process, as long as it is the one that is meant: in a pid namespace of its
    /// own a service is process 1.
    ///
    /// - Parameter target: for people; by default its path.
    static func opening(
        _ name: String, of process: Int32, called command: String, _ flags: Int32,
        target: String? = nil
    ) -> Attempt {
        let directory = "/proc/\(process)"
        return Attempt(
            target ?? "\(directory)/\(name)",
            [
                .opening("\(directory)/\(name)", flags),
                .opening("\(directory)/comm", O_RDONLY),
                Step(
                    call: SystemCall.read,
                    arguments: [.result(of: 1), .room(16), .number(16)]),
            ], opening: .answered("\(command)\n"))
    }

    /// A stream socket is connected to.
    static func connecting(to address: String) -> Attempt {
        Attempt(address, Step.connecting(to: address) + [.closing(0)])
    }

    /// A datagram socket is given whom to send to, and nothing is sent.
    static func addressing(_ address: String) -> Attempt {
        Attempt(address, Step.connecting(to: address, by: SOCK_DGRAM) + [.closing(0)])
    }

    /// Something is said to whom listens at a socket, and its answer, of a few parts, waited for.
    static func asking(
        _ address: String, _ words: [[UInt8]], parts: Int, expecting answer: String
    ) -> Attempt {
        let replies = (0..<parts).map { _ in
            Step(
                call: SystemCall.receiveFrom,
                arguments: [
                    .result(of: 0), .room(1024), .number(1024), .number(0), .number(0), .number(0),
                ], isOptional: true)
        }
        return Attempt(
            address,
            Step.connecting(to: address) + words.map { .sending($0) } + replies + [.closing(0)],
            opening: .answered(answer))
    }
}

extension Attempt.Step {
    static func opening(_ path: String, _ flags: Int32) -> Attempt.Step {
        Attempt.Step(
            call: SystemCall.openAt,
            arguments: [.here, .text(path), .number(Int(flags | O_CLOEXEC)), .number(0)])
    }

    static func socket(_ family: Int32, _ type: Int, _ protocolNumber: Int) -> Attempt.Step {
        Attempt.Step(
            call: SystemCall.socket,
            arguments: [Int(family), type, protocolNumber].map { .number($0) })
    }

    static func closing(_ step: Int) -> Attempt.Step {
        Attempt.Step(call: SystemCall.close, arguments: [.result(of: step)], isOptional: true)
    }

    static func sending(_ bytes: [UInt8]) -> Attempt.Step {
        Attempt.Step(
            call: SystemCall.sendTo,
            arguments: [
                .result(of: 0), .bytes(bytes), .number(bytes.count), .number(Int(MSG_NOSIGNAL)),
                .number(0), .number(0),
            ])
    }

    /// unix(7), with a limit for whatever has to be waited for. An address that begins with `@` is
    /// abstract.
    static func connecting(
        to address: String, by type: __socket_type = SOCK_STREAM
    ) -> [Attempt.Step] {
        var bytes = withUnsafeBytes(of: sa_family_t(AF_UNIX)) { Array($0) }
        let isAbstract = address.first == "@"
        bytes += isAbstract ? [0] + Array(address.utf8.dropFirst()) : Array(address.utf8) + [0]
        func limiting(_ option: Int32) -> Attempt.Step {
            Attempt.Step(
                call: SystemCall.setSocketOption,
                arguments: [
                    .result(of: 0), .number(Int(SOL_SOCKET)), .number(Int(option)),
                    .patience, .number(MemoryLayout<timeval>.size),
                ], isOptional: true)
        }
        return [
            .socket(AF_UNIX, Int(type.rawValue | SOCK_CLOEXEC.rawValue), 0),
            limiting(SO_RCVTIMEO), limiting(SO_SNDTIMEO),
            Attempt.Step(
                call: SystemCall.connect,
                arguments: [.result(of: 0), .bytes(bytes), .number(bytes.count)]),
        ]
    }
}
