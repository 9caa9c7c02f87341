import Glibc
import Linux

/// Only one campaign at a time works on a unit. The lock is the kernel's and goes with the process.
struct CampaignLock {
    private let descriptor: Int32

    init(unit: String, directory: String) throws(TemperError) {
        let place = directory + "/locks"
        mkdir(place, 0o700)
        let path = "\(place)/\(unit).lock"
        descriptor = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        if descriptor < 0 {
            throw .experiment(
                "cannot write to \(directory): \(Errno.current); "
                    + "run as root or choose a place of your own with --state-dir")
        }
        if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            close(descriptor)
            throw .experiment(
                "another campaign on \(unit) is under way; wait for it or end it first")
        }
    }

    func release() { close(descriptor) }
}
