import Linux
import SystemdBus

/// The system bus of a lab that boots.
///
/// A socket that accepts is not enough: it is systemd's own until dbus-daemon runs, and a client
/// that calls systemd before it has its name gets an error and not a wait.
struct LabBus {
    /// The lab's file system seen from the host: `/proc/PID/root` of its pid 1.
    let root: String
    let machineID: String

    static func socket(in root: String) -> String { "\(root)/run/dbus/system_bus_socket" }

    /// How long to wait before asking again: systemd answers after half a second at best.
    private static let pause = Duration.milliseconds(4)

    /// Returns once systemd has its name on the bus, or the task is cancelled.
    func waitForSystemd() async {
        while !Task.isCancelled {
            if isInside {
                if let bus = try? await Bus.connect(to: .system(ofRoot: root)) {
                    let isThere = await waitForSystemd(on: bus)
                    await bus.close()
                    if isThere { return }
                }
            }
            try? await Task.sleep(for: LabBus.pause)
        }
    }

    /// - Returns: false when the bus is gone, or the task was cancelled.
    private func waitForSystemd(on bus: Bus) async -> Bool {
        do {
            while try await !bus.hasOwner("org.freedesktop.systemd1") {
                try await Task.sleep(for: LabBus.pause)
            }
            return true
        } catch {
            return false
        }
    }

    /// Until the root is changed, `/proc/PID/root` is the host's, where a bus may well answer. It
    /// changes once and for good, so looking first is enough.
    var isInside: Bool {
        (try? RootedDirectory(root))?.text(of: "/etc/machine-id") == machineID + "\n"
    }
}
