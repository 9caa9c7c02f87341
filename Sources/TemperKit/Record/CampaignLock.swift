import Glibc
import Hardening
import Linux

/// Only one campaign at a time works on a unit of a machine or of a tree, wherever their records are
/// kept. The lock is the kernel's and goes with the process.
struct CampaignLock {
    private let descriptor: Int32

    /// - Parameters:
    ///   - tree: where the unit is from; `/` for this machine.
    ///   - directory: where records are kept, for who has no runtime directory.
    init(
        unit: String, of manager: ManagerChoice, in tree: String, directory: String
    ) throws(TemperError) {
        let place = CampaignLock.place ?? directory + "/locks"
        let locks = CheckedPath(place, by: .current, making: 0o700)
        let owner = if case .user(let name) = manager { name ?? "user" } else { "" }
        // Two names for one tree are two trees, and a campaign in a lab of each harms neither.
        let digest = Digest.of([unit, owner, tree].joined(separator: "\0").utf8)
        descriptor =
            locks.problem == nil ? locks.file(making: "\(unit.prefix(200))-\(digest).lock") : -1
        if descriptor < 0 {
            throw .experiment(
                "cannot write to \(place): \(locks.problem ?? Errno.current.description); run as root "
                    + "or choose a place of your own with --state-dir")
        }
        if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            close(descriptor)
            throw .experiment(
                "another campaign on \(unit) is under way; wait for it or end it first")
        }
    }

    /// Gone with the next boot, as all campaigns are.
    private static var place: String? {
        if geteuid() == 0 { return "/run/temper/locks" }
        return getenv("XDG_RUNTIME_DIR").map { String(cString: $0) + "/temper/locks" }
    }

    func release() { close(descriptor) }
}
