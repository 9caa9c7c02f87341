import Glibc
import Hardening
import Linux
import SystemdBus
import Trials

/// Has systemd undo a try of the real unit, whoever ends it: a transient service whose stop runs
/// the undoing. It reads from a socket that this process holds open, and which the kernel closes
/// however the process ends, also by SIGKILL. The regular end goes the same way.
package struct UndoGuard: Sendable {
    private let machine: Machine
    private let unit: String
    /// Its runtime directory, which systemd takes away with it: the commands, and the word that
    /// the result is kept.
    private let directory: String
    private let deathWatch: DeathWatch

    /// - Parameter undoing: the commands, given the file that exists once the result is kept.
    static func start(
        on machine: Machine, undoing: (_ kept: String) -> String
    ) async throws(ExperimentError) -> UndoGuard {
        // Without a dash, as the units of trials are.
        let name = "temperundo" + TrialName.fresh().dropFirst(6).dropLast(8)
        let unit = "\(name).service"
        let directory = "\(machine.user?.runtimeDirectory ?? "/run")/\(name)"
        let (deathWatch, reader) = try DeathWatch.forUnit()
        defer { close(reader) }
        let undoGuard = UndoGuard(
            machine: machine, unit: unit, directory: directory, deathWatch: deathWatch)
        let properties = properties(name, directory, reading: reader)
        let job = try await experiment { () async throws(BusError) in
            try await machine.bus.startTransientUnit(unit, properties: properties)
        }
        guard job == .done else {
            throw ExperimentError("the guard of the service does not start: \(job.rawValue)")
        }
        do {
            try undoGuard.write(undoing("\(directory)/kept"), as: "undo")
        } catch {
            await undoGuard.end()
            throw error
        }
        return undoGuard
    }

    /// Arguments without a mark that a reload of the manager rewrites (`$`, `;`), and not
    /// ExecStopPostEx, which systemd 252 forgets at a reload. Before the commands are written there
    /// is nothing to undo, and the shell's complaint is ignored.
    private static func properties(
        _ name: String, _ directory: String, reading descriptor: Int32
    ) -> [(String, BusValue)] {
        let undo = BusValue.structure([
            .string("/bin/sh"), .strings(["/bin/sh", directory + "/undo"]), .bool(true),
        ])
        return [
            ("Description", .string("temper puts a service back as it was")),
            ("Type", .string("exec")), ("ExecStart", .command(["/bin/cat"])),
            ("StandardInputFileDescriptor", .fileDescriptor(descriptor)),
            ("ExecStopPost", .array(element: "(sasb)", [undo])),
            ("RuntimeDirectory", .strings([name])), ("RuntimeDirectoryMode", .uint32(0o700)),
            ("CollectMode", .string("inactive-or-failed")),
            // As long as the service may take to stop and to start.
            ("TimeoutStopUSec", .uint64(Duration.seconds(600).microseconds)),
            ("DefaultDependencies", .bool(false)),
        ]
    }

    /// Whether it still stands by; not after somebody stopped it.
    var stands: Bool {
        get async { await machine.activeState(of: unit) == "active" }
    }

    /// From here on its end keeps the result instead of undoing it.
    func keep() throws(ExperimentError) { try write("", as: "kept") }

    /// Undoes the try, or ends it with its result kept, and waits for that.
    func end() async {
        _ = try? await machine.bus.stopUnit(unit, deadline: .seconds(620))
    }

    private func write(_ text: String, as name: String) throws(ExperimentError) {
        try machine.placing(at: directory) { (place) throws(ExperimentError) in
            try place.write(text, as: name, mode: 0o600)
        }
    }
}
