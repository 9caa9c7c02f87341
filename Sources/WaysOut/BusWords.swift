/// What is said over a message bus before anything is asked, and a call of a method: the D-Bus
/// specification, "Authentication Protocol" and "Message Protocol".
enum BusWords {
    /// By the credentials of the socket; all of it at once, as the specification allows.
    static let greeting = Array("\0AUTH EXTERNAL\r\nDATA\r\nNEGOTIATE_UNIX_FD\r\nBEGIN\r\n".utf8)

    /// Bids the bus daemon welcome us.
    static let hello = call(
        "Hello", of: "org.freedesktop.DBus", at: "/org/freedesktop/DBus",
        by: "org.freedesktop.DBus", serial: 1)

    /// Asks a manager of systemd to start a unit that there is not. Whoever may not start units is
    /// told so before it is looked for.
    static let startingNothing = call(
        "StartUnit", of: "org.freedesktop.systemd1.Manager", at: "/org/freedesktop/systemd1",
        by: "org.freedesktop.systemd1", ["temper-canary-of-nothing.service", "replace"], serial: 2)

    /// What the manager answers to whoever may start units.
    static let notFound = "org.freedesktop.systemd1.NoSuchUnit"

    private static func call(
        _ member: String, of interface: String, at path: String, by destination: String,
        _ arguments: [String] = [], serial: UInt32
    ) -> [UInt8] {
        var body = Marshalled()
        for argument in arguments { body.add(text: argument) }
        var fields = Marshalled()
        fields.add(field: 1, "o", path)
        fields.add(field: 2, "s", interface)
        fields.add(field: 3, "s", member)
        fields.add(field: 6, "s", destination)
        if !arguments.isEmpty {
            fields.add(field: 8, "g", String(repeating: "s", count: arguments.count))
        }
        var message = Marshalled()
        // Little endian, a call of a method, no flags, version 1.
        message.bytes = [0x6c, 1, 0, 1]
        message.add(UInt32(body.bytes.count))
        message.add(serial)
        message.add(UInt32(fields.bytes.count))
        message.bytes += fields.bytes
        message.align(to: 8)
        return message.bytes + body.bytes
    }

    private struct Marshalled {
        var bytes: [UInt8] = []

        mutating func align(to size: Int) {
            while bytes.count % size != 0 { bytes.append(0) }
        }

        mutating func add(_ number: UInt32) {
            align(to: 4)
            bytes += (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
        }

        mutating func add(text: String) {
            add(UInt32(text.utf8.count))
            bytes += Array(text.utf8) + [0]
        }

        /// A structure of the array of header fields, which begins at a multiple of 8 in the message
        /// as well.
        mutating func add(field code: UInt8, _ signature: String, _ value: String) {
            align(to: 8)
            bytes += [code, 1] + Array(signature.utf8) + [0]
            if signature == "g" {
                bytes += [UInt8(value.utf8.count)] + Array(value.utf8) + [0]
            } else {
                add(text: value)
            }
        }
    }
}
