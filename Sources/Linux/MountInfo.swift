/// One line of proc_pid_mountinfo(5).
package struct MountInfo: Hashable, Sendable {
    /// `major:minor`
    package let device: String
    /// What of the file system is mounted, seen from the file system's root.
    package let root: String
    package let point: String
    /// Of the mount.
    package let options: [String]
    package let type: String
    /// Of the file system.
    package let systemOptions: [String]

    /// The lines of `/proc/PID/mountinfo`; what is none is passed over.
    package static func all(in text: String) -> [MountInfo] {
        Array(text.utf8).split(separator: UInt8(ascii: "\n")).compactMap(MountInfo.init)
    }

    /// Id, parent, device, root, point, options, any number of tags, `-`, type, source, options of
    /// the file system.
    private init?(_ line: ArraySlice<UInt8>) {
        let fields = line.split(separator: UInt8(ascii: " "))
        guard let dash = fields.dropFirst(6).firstIndex(of: [UInt8(ascii: "-")]),
            dash + 1 < fields.count, let last = fields.last
        else { return nil }
        device = String(decoding: fields[2], as: UTF8.self)
        root = MountInfo.plain(fields[3])
        point = MountInfo.plain(fields[4])
        options = MountInfo.list(fields[5])
        type = String(decoding: fields[dash + 1], as: UTF8.self)
        systemOptions = MountInfo.list(last)
    }

    private static func list(_ field: ArraySlice<UInt8>) -> [String] {
        field.split(separator: UInt8(ascii: ",")).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Blanks, tabs, newlines and backslashes stand as a backslash and three octal digits.
    private static func plain(_ field: ArraySlice<UInt8>) -> String {
        var bytes: [UInt8] = []
        var rest = field
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3)
            if byte == UInt8(ascii: "\\"), digits.count == 3,
                digits.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "7")).contains),
                let code = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
            {
                bytes.append(code)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
