import CLinux
import Glibc

/// What the kernel shows as files. Whoever is root in a lab can put other files in their place, so
/// it is looked whose they are.
extension RootedDirectory {
    /// By their numbers in <linux/magic.h>.
    private enum FileSystem: Int64 {
        case proc = 0x9fa0
        case controlGroups = 0x6367_7270
        case controlGroupsV1 = 0x27_e0eb
    }

    private var fileSystem: FileSystem? {
        FileSystem(rawValue: linux_file_system(descriptor))
    }

    /// The directory of a process in this machine's /proc, by its number there; nil where it is gone.
    package func process(_ number: UInt32) -> RootedDirectory? {
        directory(at: "/proc/\(number)").flatMap { $0.fileSystem == .proc ? $0 : nil }
    }

    /// The root directory of the process whose directory of /proc this is; nil for others.
    package var rootOfProcess: RootedDirectory? {
        guard fileSystem == .proc else { return nil }
        // A link of the kernel's: nobody but the process decides where it leads.
        let root = Glibc.open(
            "/proc/self/fd/\(descriptor)/root", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        return root < 0 ? nil : RootedDirectory(owning: root, users)
    }

    /// A control group by its path in whichever hierarchy systemd uses; nil where there is none.
    package func controlGroup(_ path: String) -> RootedDirectory? {
        ["/sys/fs/cgroup", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/systemd"].lazy
            .compactMap { self.directory(at: "\($0)\(path)") }
            .first { group in
                [.controlGroups, .controlGroupsV1].contains(group.fileSystem)
                    && group.has("cgroup.procs")
            }
    }

    /// So many bytes of the memory of the process whose directory of /proc this is, from an address
    /// on; nil where they cannot be read. Needs CAP_SYS_PTRACE.
    package func memory(at address: Int, count: Int) -> [UInt8]? {
        guard fileSystem == .proc, let file = try? openFile("mem", followingLink: false) else {
            return nil
        }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: count)
        let read = try? check { pread(file, &bytes, count, address) }
        return read == count ? bytes : nil
    }

    /// The program that the process runs whose directory of /proc this is, as the process's own root
    /// has its path; nil where it is gone.
    package var program: String? { fileSystem == .proc ? link("exe") : nil }
}
