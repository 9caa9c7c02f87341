import CSystemd
import Glibc
import Linux

/// Reads the values of a message. File descriptors belong to the message, so they are duplicated
/// for the receiver; if reading fails half-way the duplicates are closed again.
struct MessageReader {
    /// Borrowed from libsystemd, or from a ``Message`` that outlives this reader.
    let pointer: OpaquePointer
    private var duplicates: [Int32] = []

    static func values(of pointer: OpaquePointer) throws(Errno) -> [BusValue] {
        var reader = MessageReader(pointer: pointer)
        do {
            return try reader.rest()
        } catch {
            for descriptor in reader.duplicates { close(descriptor) }
            throw error
        }
    }

    private init(pointer: OpaquePointer) { self.pointer = pointer }

    /// The values up to the end of the message or of the container that was entered.
    private mutating func rest() throws(Errno) -> [BusValue] {
        var values: [BusValue] = []
        while let value = try next() { values.append(value) }
        return values
    }

    private mutating func next() throws(Errno) -> BusValue? {
        var type: CChar = 0
        var contents: UnsafePointer<CChar>?
        guard try check(sd_bus_message_peek_type(pointer, &type, &contents)) > 0 else {
            return nil
        }
        switch Unicode.Scalar(UInt8(bitPattern: type)) {
        case "y": return .byte(try read(type, 0))
        case "b": return .bool(try read(type, 0 as Int32) != 0)
        case "n": return .int16(try read(type, 0))
        case "q": return .uint16(try read(type, 0))
        case "i": return .int32(try read(type, 0))
        case "u": return .uint32(try read(type, 0))
        case "x": return .int64(try read(type, 0))
        case "t": return .uint64(try read(type, 0))
        case "d": return .double(try read(type, 0))
        case "h": return .fileDescriptor(try duplicate(try read(type, -1)))
        case "s": return .string(try text(type))
        case "o": return .objectPath(try text(type))
        case "g": return .signature(try text(type))
        default: break
        }
        guard let contents else { throw Errno(code: EBADMSG) }
        return try container(type, contents)
    }

    private mutating func container(
        _ type: CChar, _ contents: UnsafePointer<CChar>
    ) throws(Errno) -> BusValue {
        // libsystemd owns `contents` only until the next peek.
        let signature = String(cString: contents)
        let kind = Unicode.Scalar(UInt8(bitPattern: type))
        if kind == "a", signature == "y" { return try bytes() }
        try check(sd_bus_message_enter_container(pointer, type, signature))
        var values = try rest()
        try check(sd_bus_message_exit_container(pointer))
        switch (kind, values.count) {
        case ("a", _): return .array(element: signature, values)
        case ("r", _): return .structure(values)
        case ("e", 2): return .dictionaryEntry(values[0], values[1])
        case ("v", 1): return .variant(values.removeLast())
        default: throw Errno(code: EBADMSG)
        }
    }

    private func bytes() throws(Errno) -> BusValue {
        var start: UnsafeRawPointer?
        var count = 0
        let letter: TypeCode = "y"
        try check(sd_bus_message_read_array(pointer, letter.letter, &start, &count))
        return .bytes(UnsafeRawBufferPointer(start: start, count: count))
    }

    private func read<Number: BitwiseCopyable>(
        _ type: CChar, _ initial: Number
    ) throws(Errno) -> Number {
        var number = initial
        try check(sd_bus_message_read_basic(pointer, type, &number))
        return number
    }

    private func text(_ type: CChar) throws(Errno) -> String {
        var text: UnsafePointer<CChar>?
        try check(sd_bus_message_read_basic(pointer, type, &text))
        guard let text else { throw Errno(code: EBADMSG) }
        return String(cString: text)
    }

    private mutating func duplicate(_ descriptor: Int32) throws(Errno) -> Int32 {
        let duplicate = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
        guard duplicate >= 0 else { throw Errno(code: errno) }
        duplicates.append(duplicate)
        return duplicate
    }
}
