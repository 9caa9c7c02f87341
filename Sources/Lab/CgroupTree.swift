import CLab
import Glibc

/// The host's cgroup2 tree, in whose root every lab has one cgroup.
enum CgroupTree {
    static func cgroup(of lab: String) -> String { "temper-lab-\(lab)" }

    /// The tree's root directory.
    ///
    /// A mount that is there is taken, wherever it is. A new one is made only where none exists:
    /// mounting cgroup2 in the first cgroup namespace sets the options of *all* its mounts, and
    /// would silently take `nsdelegate` away from a machine run by systemd.
    static func open() throws(LabError) -> OpenFile {
        for path in mountPoints(in: mountTable()) {
            // Another file system may be mounted over it.
            if let root = try? OpenFile(path, O_RDONLY | O_DIRECTORY),
                lab_is_cgroup_tree(root.number) != 0
            {
                return root
            }
        }
        let tree = lab_open_cgroup_tree()
        guard tree >= 0 else {
            throw .noCgroupTree(reason: SystemFailure(number: -tree).reason)
        }
        return OpenFile(owning: tree)
    }

    /// Where cgroup2 is mounted with its root and writable, by the text of `/proc/self/mountinfo`
    /// (proc_pid_mountinfo(5)).
    static func mountPoints(in mountInfo: String) -> [String] {
        mountInfo.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ")
            guard let separator = fields.firstIndex(of: "-"), separator + 1 < fields.count,
                separator >= 6, fields[separator + 1] == "cgroup2", fields[3] == "/",
                fields[5].split(separator: ",").first == "rw"
            else { return nil }
            return unescaped(fields[4])
        }
    }

    /// Blank, tab, newline and backslash are written as three octal digits.
    private static func unescaped(_ path: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(path.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\\"), rest.count >= 3,
                let value = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8)
            {
                bytes.append(value)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func mountTable() -> String {
        (try? TextFile.read("/proc/self/mountinfo")) ?? ""
    }
}
