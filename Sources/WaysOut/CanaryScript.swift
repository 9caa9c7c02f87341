import CProgram
import Glibc

/// A list of attempts as a program that makes them, and what is read of its memory.
///
/// The program is static, of about a kilobyte beside what it is told, and does nothing but make these
/// calls, one after the other; then it waits to be ended.
public struct CanaryScript: Sendable {
    public let attempts: [Attempt]
    /// The memory as it is at the beginning.
    let memory: [UInt8]
    /// For each attempt the place of its first step.
    private let first: [Int]
    /// For each step the place in memory of what it reads.
    private let rooms: [Int: Range<Int>]

    private static let head = MemoryLayout<canary_script>.stride
    private static let stride = MemoryLayout<canary_step>.stride

    /// - Parameter patience: how long each part of an answer is waited for.
    public init(_ attempts: [Attempt], patience: Duration) {
        self.attempts = attempts
        let count = attempts.reduce(0) { $0 + $1.steps.count }
        var heap = Heap(start: Self.head + count * Self.stride)
        var steps: [canary_step] = []
        var (first, rooms): ([Int], [Int: Range<Int>]) = ([], [:])
        for attempt in attempts {
            first.append(steps.count)
            for (index, step) in attempt.steps.enumerated() {
                var made = canary_step()
                made.call = Int64(step.call)
                made.flags =
                    (index == 0 ? UInt32(CANARY_BEGINS) : 0)
                    | (step.isOptional ? UInt32(CANARY_OPTIONAL) : 0)
                var arguments = [Int64](repeating: 0, count: 6)
                for (place, argument) in step.arguments.enumerated() {
                    switch argument {
                    case .number(let number): arguments[place] = Int64(number)
                    case .text(let text): arguments[place] = heap.add(Array(text.utf8) + [0])
                    case .bytes(let bytes): arguments[place] = heap.add(bytes)
                    case .patience:
                        let (seconds, attoseconds) = patience.components
                        let time = timeval(
                            tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
                        arguments[place] = heap.add(withUnsafeBytes(of: time) { Array($0) })
                    case .room(let size):
                        let address = heap.add([UInt8](repeating: 0, count: size))
                        arguments[place] = address
                        let start = Int(address) - Int(PROGRAM_DATA)
                        rooms[steps.count] = start..<(start + size)
                    case .result(let other):
                        arguments[place] = Int64(first[first.count - 1] + other)
                        made.by_result |= 1 << UInt32(place)
                    }
                }
                made.arguments = (
                    arguments[0], arguments[1], arguments[2], arguments[3], arguments[4],
                    arguments[5]
                )
                steps.append(made)
            }
        }
        var script = canary_script()
        script.count = UInt64(count)
        memory =
            withUnsafeBytes(of: script) { Array($0) } + steps.withUnsafeBytes { Array($0) }
            + heap.bytes
        self.first = first
        self.rooms = rooms
    }

    private struct Heap {
        let start: Int
        var bytes: [UInt8] = []

        init(start: Int) { self.start = start }

        /// - Returns: the address.
        mutating func add(_ new: [UInt8]) -> Int64 {
            while bytes.count % 8 != 0 { bytes.append(0) }
            defer { bytes += new }
            return Int64(Int(PROGRAM_DATA) + start + bytes.count)
        }
    }

    /// The program, as a file; nil where there is no memory for it.
    public var file: [UInt8]? {
        let file = memory.withUnsafeBytes { canary_make($0.baseAddress, $0.count) }
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: Int(lseek(file, 0, SEEK_END)))
        return pread(file, &bytes, bytes.count, 0) == bytes.count ? bytes : nil
    }

    /// Where in the program's memory what is told of it is, and how many bytes that are.
    public static let address = Int(PROGRAM_DATA)
    public var size: Int { memory.count }

    /// What came of each attempt; nil while the program is not through.
    public func outcomes(in memory: [UInt8]) -> [Attempt.Outcome]? {
        guard memory.count == size else { return nil }
        let script = memory.withUnsafeBytes { $0.loadUnaligned(as: canary_script.self) }
        guard script.is_finished == 1 else { return nil }
        return zip(attempts, first).map { attempt, first in
            let results = attempt.steps.indices.map { index in
                memory.withUnsafeBytes {
                    $0.loadUnaligned(
                        fromByteOffset: Self.head + (first + index) * Self.stride,
                        as: canary_step.self
                    ).result
                }
            }
            let read = attempt.steps.indices.flatMap { index in
                rooms[first + index].map { room in
                    Array(memory[room].prefix(max(0, Int(clamping: results[index]))))
                } ?? []
            }
            return attempt.outcome(of: results, reading: read)
        }
    }
}

extension Attempt {
    /// What came of an attempt.
    public enum Outcome: Sendable, Hashable {
        case open
        /// The error number of the call that failed; 0 where every call was granted and the answer was
        /// another.
        case closed(Int32)
        /// Nobody answered in time: on a busy machine that says nothing.
        case unanswered
    }

    func outcome(of results: [Int64], reading: [UInt8]) -> Outcome {
        let failing = zip(steps, results).first { step, result in
            !step.isOptional && (-4095..<0).contains(result)
        }
        let error = failing.map { Int32(-$0.1) }
        switch opening {
        case .granted: return error.map(Outcome.closed) ?? .open
        case .refusedOnly(let numbers):
            guard let error else { return .open }
            return numbers.contains(error) ? .open : .closed(error)
        case .answered(let text):
            if let error { return .closed(error) }
            let said = String(decoding: reading, as: UTF8.self)
            if said.contains(text) { return .open }
            // Who refuses names an error, on the bus and over Varlink, or ends the connection.
            let wasRefused = said.contains("rror") || said.contains("REJECTED")
            return !wasRefused && results.contains(Int64(-EAGAIN)) ? .unanswered : .closed(0)
        case .returned(let number):
            if let error { return .closed(error) }
            return results.last == Int64(number) ? .open : .closed(0)
        }
    }
}
