import Foundation
import Glibc
import Linux
import Synchronization
import SystemdBus

/// Ends a copy that takes more of its machine than a service may, be it a lab or a machine in use:
/// a restriction can turn a worker that dies into one that is started again without end, or a file
/// that cannot be moved into one that only grows.
final class ExcessWatch: Sendable {
    /// No service of a single machine has so many processes; `TasksMax=` of systemd's own default
    /// is twice that on a small one, and is not there where the pids controller is not.
    static let mostProcesses = 2000

    /// How much of what is free on a file system a single trial may use up, and how much at most.
    static let (mostOfFree, mostBytes): (Double, UInt64) = (0.25, 4 << 30)

    private static let places = [
        "/", "/var", "/var/lib", "/var/log", "/var/cache", "/var/tmp", "/srv", "/home", "/tmp",
        "/run", "/dev/shm",
    ]

    private let unit: String
    private let machine: Machine
    private let free: [String: UInt64]
    private let found = Mutex<String?>(nil)

    /// Watches from now on, for as long as somebody holds it.
    init(of unit: String, on machine: Machine) {
        self.unit = unit
        self.machine = machine
        free = Dictionary(
            uniqueKeysWithValues: ExcessWatch.places.compactMap { place in
                ExcessWatch.free(place, on: machine).map { (place, $0) }
            })
        Task { [weak self] in
            while true {
                try? await Task.sleep(for: .milliseconds(50))
                guard let self else { return }
                await self.look()
            }
        }
    }

    /// What it did, and that it was killed for it; nil where it did nothing of the kind.
    var excess: String? { found.withLock { $0 } }

    private func look() async {
        let crowd = await crowd()
        guard let what = fill() ?? crowd else { return }
        found.withLock { $0 = $0 ?? what }
        await machine.killAtOnce(unit)
    }

    /// A file system that got too full.
    private func fill() -> String? {
        for (place, before) in free {
            guard let now = ExcessWatch.free(place, on: machine), now < before else { continue }
            let most = min(ExcessWatch.mostBytes, UInt64(Double(before) * ExcessWatch.mostOfFree))
            if before - now > most {
                return "killed after \((before - now) >> 20) MiB were written below \(place)"
            }
        }
        return nil
    }

    private func crowd() async -> String? {
        let group = try? await machine.controlGroup(of: Machine.path(ofUnit: unit))
        let count = machine.processes(inControlGroup: group ?? "").count
        return count > ExcessWatch.mostProcesses ? "killed when it had \(count) processes" : nil
    }

    private static func free(_ path: String, on machine: Machine) -> UInt64? {
        guard let place = machine.tree.directory(at: path) else { return nil }
        var about = statvfs()
        guard fstatvfs(place.descriptor, &about) == 0 else { return nil }
        return UInt64(about.f_bavail) * UInt64(about.f_frsize)
    }
}

extension Machine {
    /// Kills all processes of a unit in one step, which those that fork meanwhile do not escape
    /// (cgroup.kill, Linux 5.14); before that, one after the other.
    func killAtOnce(_ unit: String) async {
        let group = try? await controlGroup(of: Machine.path(ofUnit: unit))
        if let group, !group.isEmpty,
            let file = try? tree.controlGroup(group)?.open("cgroup.kill", O_WRONLY)
        {
            let written = write(file, "1", 1)
            close(file)
            if written == 1 { return }
        }
        _ = try? await manager("KillUnit", .string(unit), .string("all"), .int32(SIGKILL))
    }
}
