import Linux
public import Trials

extension Pressure {
    /// Of the machine that this runs on, containers and labs included; none where the kernel does
    /// not tell (before Linux 4.20, or with `psi=0`).
    public static var now: Pressure {
        Pressure(files: ["cpu", "io", "memory"].map { KernelFile.text("/proc/pressure/\($0)") })
    }
}
