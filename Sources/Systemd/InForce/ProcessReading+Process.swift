import CSystemd
import Foundation
import Glibc
import Hardening
import Linux

extension ProcessReading {
    /// Reads a process and its control group.
    ///
    /// - Parameters:
    ///   - directory: of the process, such as `/proc/123`.
    ///   - controlGroup: the directory of its control group, as seen from here.
    ///   - paths: those whose presence is noted, as the process sees them.
    /// - Returns: nil if the process is gone.
    init?(ofProcess directory: String, controlGroup: String, paths: Set<String>) {
        self.init()
        let status = KernelFile.text("\(directory)/status")
        let mountinfo = KernelFile.text("\(directory)/mountinfo")
        if status.isEmpty { return nil }
        read(status: status)
        read(mergedMemory: KernelFile.text("\(directory)/ksm_stat"))
        mounts = MountTable(mountinfo: mountinfo)
        for kind in NamespaceKind.allCases {
            namespaces[kind] = try? FileManager.default.destinationOfSymbolicLink(
                atPath: "\(directory)/ns/\(kind.rawValue)")
        }
        // Below a root that it chose itself a process may have no mounts at all; one that ended has no
        // namespaces either.
        if mountinfo.isEmpty && namespaces[.mnt] == nil { return nil }
        present = paths.filter { isThere("\(directory)/root\($0)") }
        programs = countPrograms(onControlGroup: controlGroup)
    }
}

/// Whether there is something that is no symbolic link: what a link of another root leads to
/// cannot be told from here.
private func isThere(_ path: String) -> Bool {
    var about = stat()
    return lstat(path, &about) == 0 && about.st_mode & S_IFMT != S_IFLNK
}

/// The programs attached to a control group itself; nil where the kernel does not tell.
func countPrograms(onControlGroup path: String) -> [CgroupProgram: Int]? {
    let directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard directory >= 0 else { return nil }
    defer { close(directory) }
    var counts: [CgroupProgram: Int] = [:]
    for kind in CgroupProgram.allCases {
        let count = csystemd_count_programs(directory, kind.rawValue)
        if count < 0 { return nil }
        counts[kind] = Int(count)
    }
    return counts
}
