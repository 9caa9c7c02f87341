/// Units that would reach through a lab to the machine, or only make its boot slower.
///
/// A lab shares the kernel with the machine: its clock, modules, sysctl settings and devices.
enum MaskedUnits {
    /// Whether no lab starts this unit, or an instance of this template.
    static func contain(_ unit: String) -> Bool {
        let parts = unit.split(separator: "@", maxSplits: 1)
        let type = unit.split(separator: ".").last ?? ""
        return all.contains(parts.count == 2 ? "\(parts[0])@.\(type)" : unit)
    }

    static let all = kernelSettings + devices + kernelFileSystems + clock + console + noise

    private static let kernelSettings = [
        "systemd-sysctl.service",
        "systemd-modules-load.service",
        "modprobe@.service",
        "systemd-binfmt.service",
        "systemd-pstore.service",
        "systemd-random-seed.service",
        "kmod-static-nodes.service",
        // Would load the tree's profiles into the machine's kernel.
        "apparmor.service",
    ]

    private static let devices = [
        "systemd-udevd.service",
        "systemd-udevd-control.socket",
        "systemd-udevd-kernel.socket",
        "systemd-udevd-varlink.socket",
        "systemd-udev-trigger.service",
        "systemd-udev-settle.service",
        "systemd-udev-load-credentials.service",
        "lvm2-monitor.service",
    ]

    private static let kernelFileSystems = [
        "sys-kernel-debug.mount",
        "sys-kernel-tracing.mount",
        "sys-kernel-config.mount",
        "sys-fs-fuse-connections.mount",
        "proc-sys-fs-binfmt_misc.automount",
        "proc-sys-fs-binfmt_misc.mount",
    ]

    private static let clock = ["systemd-timesyncd.service"]

    private static let console = ["keyboard-setup.service", "console-setup.service"]

    private static let noise = [
        "systemd-networkd-wait-online.service",
        "systemd-journald-audit.socket",
        // A persistent timer that elapsed long ago on the copied machine would fire in each boot.
        "timers.target",
    ]
}
