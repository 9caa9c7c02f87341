import CSystemd
import Glibc
import Linux

/// Appends values to a message. libsystemd itself checks that paths and signatures are valid and
/// that an element has its array's type; what it refuses is thrown as its errno.
struct MessageWriter {
    /// Borrowed from a ``Message`` that outlives this writer.
    let pointer: OpaquePointer

    func append(_ values: [BusValue]) throws(Errno) {
        for value in values { try append(value) }
    }

    private func append(_ value: BusValue) throws(Errno) {
        switch value {
        case .byte(let number): try append("y", number)
        // The wire has 32 bits for a boolean, and sd-bus takes a C int.
        case .bool(let truth): try append("b", truth ? 1 : 0 as Int32)
        case .int16(let number): try append("n", number)
        case .uint16(let number): try append("q", number)
        case .int32(let number): try append("i", number)
        case .uint32(let number): try append("u", number)
        case .int64(let number): try append("x", number)
        case .uint64(let number): try append("t", number)
        case .double(let number): try append("d", number)
        case .fileDescriptor(let descriptor): try append("h", descriptor)
        case .string(let text): try append("s", text: text)
        case .objectPath(let text): try append("o", text: text)
        case .signature(let text): try append("g", text: text)
        case .array("y", let values): try append(bytes: values)
        case .array(let element, let values): try append("a", of: element, values)
        case .structure(let fields):
            // sd-bus (252) sends the empty structure, which D-Bus forbids and nobody answers.
            guard !fields.isEmpty else { throw Errno(code: EINVAL) }
            try append("r", of: fields.signature, fields)
        case .dictionaryEntry(let key, let value):
            try append("e", of: key.signature + value.signature, [key, value])
        case .variant(let content): try append("v", of: content.signature, [content])
        }
    }

    private func append(_ type: TypeCode, _ number: some BitwiseCopyable) throws(Errno) {
        var number = number
        try check(sd_bus_message_append_basic(pointer, type.letter, &number))
    }

    /// C would end the text at a NUL and send half of it.
    private func append(_ type: TypeCode, text: String) throws(Errno) {
        guard !text.utf8.contains(0) else { throw Errno(code: EINVAL) }
        try check(
            text.withCString { sd_bus_message_append_basic(pointer, type.letter, $0) })
    }

    /// In one piece: `ay` carries whole files.
    private func append(bytes values: [BusValue]) throws(Errno) {
        let bytes = values.compactMap(\.byte)
        guard bytes.count == values.count else { throw Errno(code: ENXIO) }
        let type: TypeCode = "y"
        try check(
            bytes.withUnsafeBytes {
                sd_bus_message_append_array(pointer, type.letter, $0.baseAddress, $0.count)
            })
    }

    private func append(
        _ type: TypeCode, of contents: String, _ values: [BusValue]
    ) throws(Errno) {
        try check(sd_bus_message_open_container(pointer, type.letter, contents))
        try append(values)
        try check(sd_bus_message_close_container(pointer))
    }
}

/// A letter of a D-Bus signature, as libsystemd takes it. Structures are `r` and dictionary
/// entries `e` there.
struct TypeCode: ExpressibleByUnicodeScalarLiteral {
    let letter: CChar

    init(unicodeScalarLiteral scalar: Unicode.Scalar) {
        letter = CChar(truncatingIfNeeded: scalar.value)
    }
}
