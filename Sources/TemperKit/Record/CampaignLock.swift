import Glibc
import Hardening
import Linux

/// Only one campaign at a time works on a unit of a machine or of a tree, wherever their records are
/// kept. The lock is the kernel's and goes with the process; its file goes with the campaign.
struct CampaignLock {
    private let descriptor: Int32
    private let locks: String
    private let name: String

    /// - Parameters:
    ///   - tree: where the unit is from; `/` for this machine.
    ///   - directory: where records are kept, for who has no runtime directory.
    init(
        unit: String, of manager: ManagerChoice, in tree: String, directory: String
    ) throws(TemperError) {
        let place = CampaignLock.place ?? directory + "/locks"
        locks = place
        let owner = if case .user(let name) = manager { name ?? "user" } else { "" }
        // Two names for one tree are two trees, and a campaign in a lab of each harms neither.
        let digest = Digest.of([unit, owner, tree].joined(separator: "\0").utf8)
        name = "\(unit.prefix(200))-\(digest).lock"
        while true {
            let directory = CheckedPath(place, by: .current, making: 0o700)
            let file = directory.problem == nil ? directory.file(making: name) : -1
            if file < 0 {
                // Who had it last may have taken the directory away meanwhile.
                if directory.problem == nil && errno == ENOENT { continue }
                throw .experiment(
                    "cannot write to \(place): \(directory.problem ?? Errno.current.description); "
                        + "run as root or choose a place of your own with --state-dir")
            }
            if flock(file, LOCK_EX | LOCK_NB) != 0 {
                close(file)
                throw .experiment(
                    "another campaign on \(unit) is under way; wait for it or end it first")
            }
            // Or the file: then nobody else would find this one.
            if CampaignLock.isThere(file) {
                descriptor = file
                return
            }
            close(file)
        }
    }

    /// Whether an open file still has a name.
    private static func isThere(_ file: Int32) -> Bool {
        var about = stat()
        return fstat(file, &about) == 0 && about.st_nlink > 0
    }

    /// Gone with the next boot, as all campaigns are. `/run/lock` is the place for such (the
    /// Filesystem Hierarchy Standard, 5.9).
    private static var place: String? {
        if geteuid() == 0 {
            return access("/run/lock", F_OK) == 0 ? "/run/lock/temper" : "/run/temper/locks"
        }
        return getenv("XDG_RUNTIME_DIR").map { String(cString: $0) + "/temper/locks" }
    }

    /// The file goes before the lock does.
    func release() {
        let directory = CheckedPath(locks, by: .current)
        unlinkat(directory.descriptor, name, 0)
        rmdir(locks)
        close(descriptor)
    }
}
