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
        try refuse(path, trust.problem(withPath: path))
        try make(path)
        close(path)
        for name in ["trials.sqlite", "trials.sqlite-wal", "trials.sqlite-shm"] {
            let file = "\(path)/\(name)"
            var about = stat()
            guard lstat(file, &about) == 0 else { continue }
            guard about.st_mode & S_IFMT == S_IFREG, about.st_nlink == 1 else {
                throw .experiment(
                    "the ledger \(file) is a link or no file; move it away or choose another "
                        + "place with --state-dir")
            }
            try refuse(
                file,
                trust.problem(owner: about.st_uid, group: about.st_gid, mode: about.st_mode)
                    .map { "\(file) \($0)" })
            close(file)
        }
    }

    private static func refuse(_ path: String, _ problem: String?) throws(TemperError) {
        guard let problem else { return }
        throw .experiment(
            "the record in \(path) is not to be trusted: \(problem); take that right away with "
                + "chown or chmod, or choose another place with --state-dir")
    }

    private static func make(_ path: String) throws(TemperError) {
        var step = path.hasPrefix("/") ? "" : "."
        for name in path.split(separator: "/") {
            step += "/\(name)"
            // Parents as they are elsewhere; the last is closed below.
            if mkdir(step, 0o755) != 0 && errno != EEXIST {
                throw .experiment(
                    "cannot make the ledger's directory \(path): "
                        + "\(Errno.current); run as root or choose a place of "
                        + "your own with --state-dir")
            }
        }
    }

    /// Only what is ours: the modes of another's files are the other's business.
    private static func close(_ path: String) {
        var about = stat()
        guard stat(path, &about) == 0, about.st_uid == geteuid(), about.st_mode & 0o077 != 0 else {
            return
        }
        chmod(path, about.st_mode & 0o700)
    }
}
