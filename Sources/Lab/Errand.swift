import CLab
import Glibc

/// One command inside a lab, from a thread that may block.
struct Errand {
    let lab: Lab
    let arguments: [String]
    let environment: [String: String]
    /// It is the caller's own lab and not on record yet.
    var isBooting = false

    private var command: String { arguments.first ?? "" }

    func run(_ cancellation: Cancellation) throws(LabError) -> Int32 {
        let usher = try start(standard: (0, 1, 2))
        while !usher.isGone(within: 50) {
            if cancellation.isRequested {
                usher.kill()
                throw .cancelled
            }
        }
        return usher.status()
    }

    func runCollecting(
        deadline limit: Duration, _ cancellation: Cancellation
    ) throws(LabError) -> LabOutput {
        let (null, output, complaints) = try streams()
        let usher = try withExtendedLifetime(null) { () throws(LabError) in
            try start(standard: (null.number, output.writingEnd, complaints.writingEnd))
        }
        output.closeWriter()
        complaints.closeWriter()

        let deadline = ContinuousClock.now + limit
        while !usher.isGone(within: 50, orReadable: output.readingEnd, complaints.readingEnd) {
            output.drain()
            complaints.drain()
            if cancellation.isRequested || ContinuousClock.now > deadline {
                usher.kill()
                throw cancellation.isRequested
                    ? .cancelled : .commandTooSlow(command: command, deadline: limit)
            }
        }
        let status = usher.status()
        output.drain()
        complaints.drain()
        return LabOutput(status: status, stdout: output.text, stderr: complaints.text)
    }
}

extension Errand {
    private func streams() throws(LabError) -> (OpenFile, Outlet, Outlet) {
        do throws(SystemFailure) {
            return (try OpenFile("/dev/null", O_RDWR), try Outlet(), try Outlet())
        } catch {
            throw .commandNotStarted(command: command, reason: error.reason)
        }
    }

    private func start(standard: (CInt, CInt, CInt)) throws(LabError) -> Usher {
        guard geteuid() == 0 else { throw .notRoot }
        // In this order: pids are used again, locks are not.
        guard let pidOne = try? OpenFile(processOf: lab.pid), isBooting || lab.isUp
        else {
            throw .noSuchLab(lab.name)
        }
        let tree = try CgroupTree.open()
        do throws(SystemFailure) {
            guard !arguments.isEmpty else { throw SystemFailure(number: ENOENT) }
            let cgroup = try ErrandCgroup(of: lab.name, in: tree)
            let refusals = try Outlet()
            let strings = CStrings()
            var errand = lab_errand()
            errand.argv = strings.array(arguments)
            errand.envp = strings.environment(fullEnvironment)
            errand.`init` = pidOne.number
            errand.cgroup_procs = cgroup.members.number
            errand.cgroup_kill = cgroup.killSwitch?.number ?? -1
            errand.standard = standard
            errand.report = refusals.writingEnd
            let pid = withExtendedLifetime((strings, pidOne, cgroup)) { lab_run(&errand) }
            guard pid > 0 else { throw SystemFailure(number: -pid) }
            let usher = Usher(pid: pid, cgroup: cgroup)
            try hear(refusals)
            return usher
        } catch {
            throw .commandNotStarted(command: command, reason: error.reason)
        }
    }

    /// Waits until the command was executed, which closes the pipe, or could not be.
    private func hear(_ refusals: Outlet) throws(SystemFailure) {
        refusals.closeWriter()
        refusals.drainToEnd()
        guard refusals.bytes.count == MemoryLayout<lab_refusal>.size else { return }
        let refusal = refusals.bytes.withUnsafeBytes { $0.loadUnaligned(as: lab_refusal.self) }
        throw SystemFailure(number: refusal.error)
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
