import CLab
import Glibc
import Linux

/// The process outside that waits for a command inside and exits with its status.
final class ExecSupervisor {
    private let pid: pid_t
    private let process: OpenFile?
    private let cgroup: CommandCgroup
    private var exit: Int32?

    init(pid: pid_t, cgroup: CommandCgroup) {
        self.pid = pid
        self.cgroup = cgroup
        process = try? OpenFile(processOf: pid)
    }

    deinit { _ = status() }

    /// Waits that long at most, and less if one of the given descriptors can be read.
    func isGone(
        within milliseconds: CInt, orReadable others: CInt...
    ) -> Bool {
        let watched = [process?.number ?? -1] + others
        var ready = watched.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        poll(&ready, nfds_t(ready.count), milliseconds)
        return ready[0].revents != 0
    }

    /// Kills the command with all that it started. The supervisor is left to see it out.
    func kill() {
        cgroup.kill()
        // Without cgroup.kill only the command itself can be reached: it dies with its supervisor.
        if cgroup.killSwitch == nil { _ = Glibc.kill(pid, SIGKILL) }
        _ = status()
    }

    /// Waits for the end. The status is the command's.
    func status() -> Int32 {
        if let exit { return exit }
        var raw: CInt = 0
        while waitpid(pid, &raw, 0) < 0, errno == EINTR {}
        // The layout wait(2) hides behind macros that Swift does not see.
        let signal = raw & 0x7f
        let status = signal == 0 ? raw >> 8 & 0xff : 128 + signal
        exit = status
        cgroup.removeIfEmpty()
        return status
    }
}

/// A cgroup for one command beneath the lab's, so that the command ends with the lab and can be
/// killed with its children. systemd inside leaves alone what it did not make.
struct CommandCgroup {
    /// Its `cgroup.procs` and `cgroup.kill`; the latter came with Linux 5.14.
    let members: OpenFile
    let killSwitch: OpenFile?
    private let tree: OpenFile
    private let name: String

    init(of lab: String, in tree: OpenFile) throws(Errno) {
        let number = String(UInt64.random(in: .min ... .max), radix: 36)
        let path = "\(CgroupTree.cgroup(of: lab))/command-\(number)"
        try check { mkdirat(tree.number, path, 0o755) }
        let file = try check {
            openat(tree.number, path + "/cgroup.procs", O_WRONLY | O_CLOEXEC)
        }
        self.tree = tree
        name = path
        members = OpenFile(owning: file)
        let kill = openat(tree.number, path + "/cgroup.kill", O_WRONLY | O_CLOEXEC)
        killSwitch = kill < 0 ? nil : OpenFile(owning: kill)
    }

    func kill() { _ = lab_remove_cgroup(tree.number, name) }

    /// A daemon the command left behind keeps it until the lab ends.
    func removeIfEmpty() { unlinkat(tree.number, name, CInt(AT_REMOVEDIR)) }
}
