import CLab
import Glibc
import Linux

/// One command inside a lab, from a thread that may block.
struct LabCommand {
    let lab: Lab
    let arguments: [String]
    let environment: [String: String]
    /// It is the caller's own lab and not on record yet.
    var isBooting = false

    private var command: String { arguments.first ?? "" }

    func run(_ cancellation: Cancellation) throws(LabError) -> Int32 {
        let supervisor = try start(standard: (0, 1, 2))
        while !supervisor.isGone(within: 50) {
            if cancellation.isRequested {
                supervisor.kill()
                throw .cancelled
            }
        }
        return supervisor.status()
    }

    func runCollecting(
        deadline limit: Duration, _ cancellation: Cancellation
    ) throws(LabError) -> LabOutput {
        let (null, output, complaints) = try streams()
        let supervisor = try withExtendedLifetime(null) { () throws(LabError) in
            try start(standard: (null.number, output.writingEnd, complaints.writingEnd))
        }
        output.closeWriter()
        complaints.closeWriter()

        let deadline = ContinuousClock.now + limit
        while !supervisor.isGone(within: 50, orReadable: output.readingEnd, complaints.readingEnd) {
            output.drain()
            complaints.drain()
            if cancellation.isRequested || ContinuousClock.now > deadline {
                supervisor.kill()
                throw cancellation.isRequested
                    ? .cancelled : .commandTooSlow(command: command, deadline: limit)
            }
        }
        let status = supervisor.status()
        output.drain()
        complaints.drain()
        return LabOutput(status: status, stdout: output.text, stderr: complaints.text)
    }
}

extension LabCommand {
    private func streams() throws(LabError) -> (OpenFile, PipeCapture, PipeCapture) {
        do throws(Errno) {
            return (try OpenFile("/dev/null", O_RDWR), try PipeCapture(), try PipeCapture())
        } catch {
            throw .commandNotStarted(command: command, reason: error.description)
        }
    }

    private func start(standard: (CInt, CInt, CInt)) throws(LabError) -> ExecSupervisor {
        guard geteuid() == 0 else { throw .notRoot }
        // In this order: pids are used again, locks are not.
        guard let pidOne = try? OpenFile(processOf: lab.pid), isBooting || lab.isUp
        else {
            throw .noSuchLab(lab.name)
        }
        let tree = try CgroupTree.open()
        var isForbidden = false
        do throws(Errno) {
            guard !arguments.isEmpty else { throw Errno(code: ENOENT) }
            let cgroup = try CommandCgroup(of: lab.name, in: tree)
            let refusals = try PipeCapture()
            let strings = CStrings()
            var command = lab_command()
            command.argv = strings.array(arguments)
            command.envp = strings.environment(fullEnvironment)
            command.is_caged = lab.isCaged ? 1 : 0
            command.`init` = pidOne.number
            command.cgroup_procs = cgroup.members.number
            command.cgroup_kill = cgroup.killSwitch?.number ?? -1
            command.standard = standard
            command.report = refusals.writingEnd
            command.filter = try LabFilter.inC(strings)
            let pid = withExtendedLifetime((strings, pidOne, cgroup)) { lab_run(&command) }
            isForbidden = pid == -EACCES
            guard pid > 0 else { throw Errno(code: -pid) }
            let supervisor = ExecSupervisor(pid: pid, cgroup: cgroup)
            try hear(refusals)
            return supervisor
        } catch {
            throw .commandNotStarted(
                command: command,
                reason: isForbidden
                    ? "the sysctl vm.memfd_noexec=2 forbids the program that would bring it in; "
                        + "set it to 1"
                    : error.description)
        }
    }

    /// Waits until the command was executed, which closes the pipe, or could not be.
    private func hear(_ refusals: PipeCapture) throws(Errno) {
        refusals.closeWriter()
        refusals.drainToEnd()
        guard refusals.bytes.count == MemoryLayout<lab_refusal>.size else { return }
        let refusal = refusals.bytes.withUnsafeBytes { $0.loadUnaligned(as: lab_refusal.self) }
        throw Errno(code: refusal.error)
    }

    private var fullEnvironment: [String: String] {
        var plain = [
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": "/root", "USER": "root", "LOGNAME": "root", "SHELL": "/bin/sh",
            "LANG": "C.UTF-8", "container": "lab",
        ]
        if let terminal = getenv("TERM") { plain["TERM"] = String(cString: terminal) }
        return plain.merging(environment) { _, given in given }
    }
}
