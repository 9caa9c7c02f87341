import Glibc
import Hardening
import SystemdBus
import Trials

/// Has systemd undo a try of the real unit, whoever ends it: a transient service whose stop runs
/// the undoing. It waits for a lock that this process holds, and which the kernel lets go of
/// however the process ends, also by SIGKILL. The regular end goes the same way.
package struct UndoGuard: Sendable {
    private let machine: Machine
    private let unit: String
    /// What it keeps, below /run: the lock, the commands, and the word that the result is kept.
    private let directory: String
    private let lock: Lock

    /// Held as long as it lives.
    private final class Lock: Sendable {
        let descriptor: Int32
        init(_ descriptor: Int32) { self.descriptor = descriptor }
        deinit { close(descriptor) }
    }

    /// - Parameter undoing: the commands, given the file that exists once the result is kept.
    static func start(
        on machine: Machine, undoing: (_ kept: String) -> String
    ) async throws(ExperimentError) -> UndoGuard {
        let unit = TrialName.fresh().replacing("temper", with: "temperundo")
        let base = machine.user.map { $0.runtimeDirectory + "/temper-undo" } ?? "/run/temper-undo"
        let directory = "\(base)/\(unit)"
        var descriptor: Int32 = -1
        let commands = undoing(directory + "/kept") + "rm -rf \(directory)\n"
        try machine.placing(at: directory, mode: 0o700) { (place) throws(ExperimentError) in
            try place.write(commands, as: "undo", mode: 0o600)
            descriptor = openat(
                place.descriptor, "lock", O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        }
        guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw ExperimentError("\(directory)/lock: \(String(cString: strerror(errno)))")
        }
        let lock = Lock(descriptor)
        let undoGuard = UndoGuard(machine: machine, unit: unit, directory: directory, lock: lock)
        let job = try await experiment { () async throws(BusError) in
            try await machine.bus.startTransientUnit(unit, properties: properties(directory))
        }
        guard job == .done else {
            throw ExperimentError("the guard of the service does not start: \(job.rawValue)")
        }
        return undoGuard
    }

    /// Arguments without a mark that a reload of the manager rewrites (`$`, `;`).
    private static func properties(_ directory: String) -> [(String, BusValue)] {
        [
            ("Description", .string("temper puts a service back as it was")),
            ("Type", .string("exec")),
            ("ExecStart", .command(["/usr/bin/flock", "--exclusive", directory + "/lock", "true"])),
            ("ExecStopPost", .command(["/bin/sh", directory + "/undo"])),
            ("CollectMode", .string("inactive-or-failed")),
            // As long as the service may take to stop and to start.
            ("TimeoutStopUSec", .uint64(Duration.seconds(600).microseconds)),
            ("DefaultDependencies", .bool(false)),
        ]
    }

    /// Whether it still stands by; not after somebody stopped it.
    var stands: Bool {
        get async {
            let state = try? await machine.property(
                "ActiveState", of: Machine.path(ofUnit: unit), Machine.unitInterface)
            return state?.string == "active"
        }
    }

    /// From here on its end keeps the result instead of undoing it.
    func keep() throws(ExperimentError) {
        try machine.placing(at: directory) { (place) throws(ExperimentError) in
            try place.write("", as: "kept", mode: 0o600)
        }
    }

    /// Undoes the try, or ends it with its result kept, and waits for that.
    func end() async {
        _ = try? await machine.bus.stopUnit(unit, deadline: .seconds(620))
    }
}
