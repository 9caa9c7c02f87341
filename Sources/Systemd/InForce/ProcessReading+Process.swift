import CSystemd
import Hardening
import Linux

extension ProcessReading {
    /// Reads a process and its control group.
    ///
    /// - Parameters:
    ///   - process: its directory in /proc.
    ///   - controlGroup: its own; nil for one that is not known.
    ///   - paths: those whose presence is noted, as the process sees them.
    /// - Returns: nil if the process is gone.
    init?(
        of process: RootedDirectory, controlGroup: RootedDirectory?, paths: Set<String>
    ) {
        self.init()
        let status = process.text(of: "status") ?? ""
        let mountinfo = process.text(of: "mountinfo") ?? ""
        if status.isEmpty { return nil }
        read(status: status, process.users)
        read(mergedMemory: process.text(of: "ksm_stat") ?? "")
        mounts = MountTable(mountinfo: mountinfo)
        for kind in NamespaceKind.allCases {
            namespaces[kind] = process.link("ns/\(kind.rawValue)")
        }
        // Below a root that it chose itself a process may have no mounts at all; one that ended has no
        // namespaces either.
        if mountinfo.isEmpty && namespaces[.mnt] == nil { return nil }
        if let root = process.rootOfProcess {
            // Links are not counted: systemd puts none where it hides something.
            present = paths.filter { root.status(of: $0)?.isLink == false }
        }
        programs = controlGroup.flatMap(countPrograms)
    }
}

/// The programs attached to a control group itself; nil where the kernel does not tell.
func countPrograms(on controlGroup: RootedDirectory) -> [CgroupProgram: Int]? {
    var counts: [CgroupProgram: Int] = [:]
    for kind in CgroupProgram.allCases {
        let count = csystemd_count_programs(controlGroup.descriptor, kind.rawValue)
        if count < 0 { return nil }
        counts[kind] = Int(count)
    }
    return counts
}
