import Hardening
import Trials

// The texts of proc_pid_status(5) and proc_pid_mountinfo(5) as values.

extension ProcessReading {
    /// Takes over what `/proc/PID/status` says.
    mutating func read(status text: String) {
        for line in text.lines {
            let fields = line.split(whereSeparator: \.isWhitespace)
            guard fields.count > 1 else { continue }
            switch fields[0] {
            case "NoNewPrivs:": noNewPrivileges = fields[1] == "1"
            case "CapBnd:": bounding = UInt64(fields[1], radix: 16) ?? Capability.all
            case "Seccomp_filters:": filters = Int(fields[1])
            case "Umask:": umask = UInt32(fields[1], radix: 8)
            case "Uid:" where fields.count > 2: user = UInt32(fields[2]) ?? 0
            default: break
            }
        }
    }

    /// Takes over what `/proc/PID/ksm_stat` says (Linux 6.10 and later).
    mutating func read(mergedMemory text: String) {
        for line in text.lines where line.hasPrefix("ksm_merge_any:") {
            mergesMemory = line.hasSuffix("yes")
        }
    }
}

extension MountTable {
    /// The table as `/proc/PID/mountinfo` lists it.
    init(mountinfo text: String) {
        self.init(text.lines.compactMap(Mount.init))
    }
}

extension MountTable.Mount {
    /// One line: id, parent, device, root, point, options, any number of tags, `-`, type, source,
    /// options of the file system.
    init?(_ line: Substring) {
        let halves = line.firstRange(of: " - ")
        guard let halves else { return nil }
        let mount = line[..<halves.lowerBound].split(separator: " ")
        let system = line[halves.upperBound...].split(separator: " ")
        guard mount.count >= 6, let type = system.first else { return nil }
        // `rw` of the file system would hide `ro` of the mount: of the two, only the latter counts.
        let ofSystem = system.last?.split(separator: ",").filter { $0 != "rw" } ?? []
        self.init(
            device: String(mount[2]), root: MountTable.plain(mount[3]),
            point: MountTable.plain(mount[4]),
            options: Set((mount[5].split(separator: ",") + ofSystem).map(String.init)),
            type: String(type))
    }
}

extension MountTable {
    /// Blanks, tabs, newlines and backslashes stand as a backslash and three octal digits.
    static func plain(_ text: Substring) -> String {
        guard text.contains("\\") else { return String(text) }
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = String(decoding: rest.prefix(3), as: UTF8.self)
            if byte == UInt8(ascii: "\\"), digits.count == 3, let code = UInt8(digits, radix: 8) {
                bytes.append(code)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
