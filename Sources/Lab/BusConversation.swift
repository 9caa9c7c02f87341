/// As much D-Bus as it takes to ask whether systemd is on the bus: say hello, then
/// `NameHasOwner("org.freedesktop.systemd1")`.
///
/// A socket that accepts is not enough: it is systemd's own until dbus-daemon runs, and a client
/// that calls systemd before it has its name gets an error and not a wait. Bytes in, bytes out; the
/// format is that of the D-Bus specification, little-endian.
struct BusConversation {
    private var received: [UInt8] = []
    private var isAuthenticated = false
    private var serial: UInt32 = 1

    /// What to send first. "30" is the user id 0 in hexadecimal ASCII.
    static let opening =
        [0] + Array("AUTH EXTERNAL 30\r\nBEGIN\r\n".utf8) + call("Hello", serial: 1)

    /// The question, to be sent as often as needed.
    mutating func question() -> [UInt8] {
        serial += 1
        return Self.call("NameHasOwner", serial: serial, argument: "org.freedesktop.systemd1")
    }

    /// - Returns: The last answer among the messages that `bytes` complete, if there is one.
    mutating func receive(_ bytes: [UInt8]) -> Bool? {
        received += bytes
        if !isAuthenticated {
            guard let end = received.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
            received.removeSubrange(...end)
            isAuthenticated = true
        }
        var answer: Bool?
        while let message = nextMessage() {
            // A method return whose body is four bytes: Hello's is a string, which has five or more.
            guard message[1] == 2, Self.word(message, at: 4) == 4 else { continue }
            answer = message.suffix(4) != [0, 0, 0, 0]
        }
        return answer
    }

    private mutating func nextMessage() -> [UInt8]? {
        guard received.count >= 16 else { return nil }
        let header = 16 + Int(Self.word(received, at: 12))
        let length = (header + 7) / 8 * 8 + Int(Self.word(received, at: 4))
        guard received.count >= length else { return nil }
        defer { received.removeFirst(length) }
        return Array(received.prefix(length))
    }

    private static func word(_ bytes: [UInt8], at offset: Int) -> UInt32 {
        bytes[offset..<offset + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    private static func call(_ member: String, serial: UInt32, argument: String? = nil) -> [UInt8] {
        var body = Wire()
        if let argument { body.string(argument) }
        var fields = Wire()
        fields.field(1, "o", "/org/freedesktop/DBus")
        fields.field(2, "s", "org.freedesktop.DBus")
        fields.field(3, "s", member)
        fields.field(6, "s", "org.freedesktop.DBus")
        if argument != nil { fields.signatureField(8, "s") }

        var message = Wire()
        message.bytes = [UInt8(ascii: "l"), 1, 0, 1]
        message.word(UInt32(body.bytes.count))
        message.word(serial)
        message.word(UInt32(fields.bytes.count))
        message.bytes += fields.bytes
        message.align(8)
        return message.bytes + body.bytes
    }
}

/// The few shapes of the wire format that a call needs.
private struct Wire {
    var bytes: [UInt8] = []

    mutating func align(_ size: Int) {
        while bytes.count % size != 0 { bytes.append(0) }
    }

    mutating func word(_ value: UInt32) {
        align(4)
        for shift in [0, 8, 16, 24] as [UInt32] { bytes.append(UInt8(value >> shift & 0xff)) }
    }

    mutating func string(_ text: String) {
        word(UInt32(text.utf8.count))
        bytes += Array(text.utf8) + [0]
    }

    mutating func signature(_ text: String) {
        bytes += [UInt8(text.utf8.count)] + Array(text.utf8) + [0]
    }

    mutating func field(_ code: UInt8, _ type: String, _ text: String) {
        align(8)
        bytes.append(code)
        signature(type)
        string(text)
    }

    mutating func signatureField(_ code: UInt8, _ text: String) {
        align(8)
        bytes.append(code)
        signature("g")
        signature(text)
    }
}
