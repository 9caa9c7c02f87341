import Hardening
import Linux
import Trials

// The texts of proc_pid_status(5) and proc_pid_mountinfo(5) as values.

extension ProcessReading {
    /// Takes over what `/proc/PID/status` says of a process with these users.
    mutating func read(status text: String, _ users: UserShift = UserShift(first: 0)) {
        for line in text.lines {
            let fields = line.split(whereSeparator: \.isWhitespace)
            guard fields.count > 1 else { continue }
            switch fields[0] {
            case "NoNewPrivs:": noNewPrivileges = fields[1] == "1"
            case "CapBnd:": bounding = UInt64(fields[1], radix: 16) ?? Capability.all
            case "Seccomp_filters:": filters = Int(fields[1])
            case "Umask:": umask = UInt32(fields[1], radix: 8)
            case "Uid:" where fields.count > 2: user = users.inside(UInt32(fields[2]) ?? 0)
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
        self.init(MountInfo.all(in: text).map(Mount.init))
    }
}

extension MountTable.Mount {
    init(_ line: MountInfo) {
        // `rw` of the file system would hide `ro` of the mount: of the two, only the latter counts.
        let ofSystem = line.systemOptions.filter { $0 != "rw" }
        self.init(
            device: line.device, root: line.root, point: line.point,
            options: Set(line.options + ofSystem), type: line.type)
    }
}
