import CLab
import Glibc
import Linux

/// The host's cgroup2 tree, in whose root every lab has one cgroup.
enum CgroupTree {
    static func cgroup(of lab: String) -> String { "temper-lab-\(lab)" }

    /// The tree's root directory.
    ///
    /// A mount that is there is taken, wherever it is. A new one is made only where none exists:
    /// mounting cgroup2 in the first cgroup namespace sets the options of *all* its mounts, and
    /// would silently take `nsdelegate` away from a machine run by systemd.
    static func open() throws(LabError) -> OpenFile {
        for path in mountPoints(in: KernelFile.text("/proc/self/mountinfo")) {
            // Another file system may be mounted over it.
            if let root = try? OpenFile(path, O_RDONLY | O_DIRECTORY),
                lab_is_cgroup_tree(root.number) != 0
            {
                return root
            }
        }
        let tree = lab_open_cgroup_tree()
        guard tree >= 0 else {
            throw .noCgroupTree(reason: Errno(code: -tree).description)
        }
        return OpenFile(owning: tree)
    }

    /// Where cgroup2 is mounted with its root and writable, by the text of `/proc/self/mountinfo`
    /// (proc_pid_mountinfo(5)).
    static func mountPoints(in mountInfo: String) -> [String] {
        MountInfo.all(in: mountInfo)
            .filter { $0.type == "cgroup2" && $0.root == "/" && $0.options.first == "rw" }
            .map(\.point)
    }
}
