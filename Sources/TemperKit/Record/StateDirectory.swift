import Glibc
import Linux

/// The directory that holds the ledger: ours alone, mode 0700, and so is the ledger.
package enum StateDirectory {
    /// Makes it where it does not exist; closes to others what an older temper left readable.
    ///
    /// - Throws: one line where another user could write the directory or the ledger: what stands
    ///   there would be believed, and written over, by root.
    package static func prepare(_ path: String) throws(TemperError) {
        let trust = Trust.current
        let directory = CheckedPath(path, by: trust, making: 0o700)
        try refuse(path, directory.problem)
        guard directory.isDirectory else {
            throw .experiment(
                "cannot make the ledger's directory \(path): \(Errno.current); run as root or choose "
                    + "a place of your own with --state-dir")
        }
        directory.shut()
        for name in ["trials.sqlite", "trials.sqlite-wal", "trials.sqlite-shm"] {
            let file = directory.entry(name)
            guard let about = file.status else { continue }
            guard about.st_mode & S_IFMT == S_IFREG, about.st_nlink == 1 else {
                throw .experiment(
                    "the ledger \(path)/\(name) is a link or no file; move it away or choose another "
                        + "place with --state-dir")
            }
            try refuse(
                path,
                trust.problem(owner: about.st_uid, group: about.st_gid, mode: about.st_mode)
                    .map { "\(path)/\(name) \($0)" })
            file.shut()
        }
    }

    private static func refuse(_ path: String, _ problem: String?) throws(TemperError) {
        guard let problem else { return }
        throw .experiment(
            "the record in \(path) is not to be trusted: \(problem); take that right away with "
                + "chown or chmod, or choose another place with --state-dir")
    }
}
