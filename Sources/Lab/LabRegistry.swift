import CLab
import Glibc
import Linux

/// Which labs there are: a directory for each, held by its keeper through a locked file.
///
/// A lab is up exactly as long as somebody holds its lock, which the kernel lets go of however the
/// keeper ends. Pids are never guessed from. What a killed keeper left behind is swept.
struct LabRegistry: Sendable, Equatable {
    let directory: String

    func home(of name: String) -> String { "\(directory)/\(name)" }
    func stage(of name: String) -> String { "\(home(of: name))/stage" }

    private func lock(of name: String) -> String { "\(home(of: name))/lock" }
    private func state(of name: String) -> String { "\(home(of: name))/state" }

    /// Takes a name. Who holds the returned descriptor, or a copy that a fork made, holds the name.
    func claim(_ name: String) throws(LabError) -> OpenFile {
        try makeDirectories()
        return try alone { () throws(LabError) in
            sweep(name)
            do throws(Errno) {
                return try take(name)
            } catch  where error.code == EWOULDBLOCK {
                throw LabError.nameTaken(name)
            } catch {
                throw LabError.stateUnusable(path: home(of: name), reason: error.description)
            }
        }
    }

    func isHeld(_ name: String) -> Bool {
        (try? alone { () throws(LabError) in isHeldNow(name) }) ?? false
    }

    func record(_ record: LabRecord) throws(LabError) {
        do throws(Errno) {
            try TextFile.replace(state(of: record.name), with: record.text)
        } catch {
            throw .stateUnusable(path: state(of: record.name), reason: error.description)
        }
    }

    /// What is known of a lab that is up; one that still boots is not on record.
    func record(of name: String) -> LabRecord? {
        guard isHeld(name), let text = try? TextFile.read(state(of: name)) else { return nil }
        return LabRecord(text: text)
    }

    /// The names in use or left behind, in order.
    func names() -> [String] {
        let listing = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        return directoryNames(closing: listing).filter(LabPlan.isName).sorted()
    }

    /// Removes what labs left behind whose keepers are gone. Only root can; others change nothing.
    func sweep() {
        guard geteuid() == 0 else { return }
        for name in names() {
            _ = try? alone { () throws(LabError) in sweep(name) }
        }
    }
}

extension LabRegistry {
    private func makeDirectories() throws(LabError) {
        for path in LabSetup.ancestry(of: directory) where mkdir(path, 0o755) != 0 {
            guard errno == EEXIST else {
                throw .stateUnusable(path: path, reason: Errno.current.description)
            }
        }
    }

    /// One claim, look or sweep at a time: a look holds a lab's lock for a moment, and a claim
    /// in that moment would find the name taken.
    private func alone<Value>(
        _ body: () throws(LabError) -> Value
    ) throws(LabError) -> Value {
        let guardian: OpenFile
        do throws(Errno) {
            guardian = try OpenFile("\(directory)/.lock", O_RDONLY | O_CREAT, mode: 0o644)
            try check { flock(guardian.number, LOCK_EX) }
        } catch {
            throw .stateUnusable(path: directory, reason: error.description)
        }
        // By hand: a value is let go of after its last use, not at the end of its scope.
        defer { flock(guardian.number, LOCK_UN) }
        return try body()
    }

    private func take(_ name: String) throws(Errno) -> OpenFile {
        while true {
            if mkdir(home(of: name), 0o755) != 0, errno != EEXIST { throw .current }
            let file: OpenFile
            do throws(Errno) {
                file = try OpenFile(lock(of: name), O_RDWR | O_CREAT, mode: 0o644)
            } catch  where error.code == ENOENT {
                // A keeper that ended removed the directory in between.
                continue
            }
            try check { flock(file.number, LOCK_EX | LOCK_NB) }
            // The keeper that ended may have removed this very file before it let go.
            var about = stat()
            try check { fstat(file.number, &about) }
            guard about.st_nlink > 0 else { continue }
            if mkdir(stage(of: name), 0o700) != 0, errno != EEXIST { throw .current }
            return file
        }
    }

    private func isHeldNow(_ name: String) -> Bool {
        guard let file = try? OpenFile(lock(of: name), O_RDONLY) else { return false }
        return flock(file.number, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }

    private func sweep(_ name: String) {
        guard access(home(of: name), F_OK) == 0, !isHeldNow(name),
            let cgroups = try? CgroupTree.open(),
            lab_remove_cgroup(cgroups.number, CgroupTree.cgroup(of: name)) == 0
        else { return }
        unlink(state(of: name) + ".new")
        unlink(state(of: name))
        rmdir(stage(of: name))
        unlink(lock(of: name))
        rmdir(home(of: name))
    }
}
