/// The steps that turn a process in new namespaces into a machine: computed here, carried out in C.
///
/// Files are written after the root was changed and not before: a foreign tree may hold absolute
/// symbolic links, and these must lead into the lab and not to the host.
struct LabSetup: Equatable, Sendable {
    let plan: LabPlan
    /// An empty directory on the host for the lab's own tmpfs.
    let stage: String
    /// 32 hexadecimal digits, see machine-id(5).
    let machineID: String

    var hostname: String { "temper-lab-\(plan.name)" }

    var steps: [BootStep] {
        overlay + [BootStep(.enter("\(stage)/root"))] + kernelFileSystems + devices + scratch
            + plan.hidden.map { BootStep(.remove($0)) } + files + masks + binds
            + [BootStep(.hostname(hostname)), BootStep(.leave), .propagation(.shared)]
    }

    /// Upper and work directory are on a tmpfs in the lab's mount namespace: they vanish with it.
    private var overlay: [BootStep] {
        let tree = plan.isCaged ? "\(stage)/tree" : plan.root
        let layers = [
            "lowerdir=\(Self.escaped(tree))", "upperdir=\(Self.escaped(stage))/upper",
            "workdir=\(Self.escaped(stage))/work",
        ]
        // What an overlay remembers of its files: only the machine's root has trusted.* attributes.
        let attributes = plan.isCaged ? ["userxattr"] : []
        let shifted =
            plan.isCaged
            ? [BootStep(.directory(tree, mode: 0o755)), BootStep(.tree(at: tree))] : []
        return [
            .propagation(.private),
            .mount("tmpfs", on: stage, options: "mode=0755"),
            BootStep(.directory("\(stage)/upper", mode: 0o755)),
            BootStep(.directory("\(stage)/work", mode: 0o755)),
            BootStep(.directory("\(stage)/root", mode: 0o755)),
        ] + shifted + [
            .mount(
                "overlay", on: "\(stage)/root",
                options: (layers + attributes).joined(separator: ","))
        ]
    }

    private var kernelFileSystems: [BootStep] {
        let sys: [BootStep] = plan.writableSys ? [] : [.makeReadOnly("/sys", .inert)]
        return [
            .mount("proc", on: "/proc", .inert),
            // The machine's kernel is behind /proc/sys, except for the network, which is the lab's.
            .bindOntoItself("/proc/sys"),
        ] + bounds + [
            .bindOntoItself("/proc/sys/net"),
            .makeReadOnly("/proc/sys", .inert),
            .bindOntoItself("/proc/sysrq-trigger").optional,
            .makeReadOnly("/proc/sysrq-trigger", .inert).optional,
            .mount("sysfs", on: "/sys", .inert),
            .mount("cgroup2", on: "/sys/fs/cgroup", .inert),
            .mount("bpf", on: "/sys/fs/bpf", .inert, options: "mode=0700").optional,
            // Readable, so that systemd knows the machine's security modules; a write loads a policy.
            .mount("securityfs", on: "/sys/kernel/security", .inert).optional,
            .makeReadOnly("/sys/kernel/security", .inert).optional,
        ] + sys
    }

    private var devices: [BootStep] {
        let links = [
            ("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"), ("stdout", "/proc/self/fd/1"),
            ("stderr", "/proc/self/fd/2"), ("ptmx", "pts/ptmx"),
        ]
        let terminals = [
            BootStep(.directory("/dev/pts", mode: 0o755)),
            .mount(
                "devpts", on: "/dev/pts", [.noSetuid, .noExec],
                options: "newinstance,ptmxmode=0666,mode=0620,gid=5"),
            BootStep(.directory("/dev/shm", mode: 0o1777)),
            .mount(
                "tmpfs", on: "/dev/shm", [.noSetuid, .noDevices],
                options: "mode=1777,size=10%"),
        ]
        return [.mount("tmpfs", on: "/dev", .noSetuid, options: "mode=0755,size=4m")]
            + LabDevice.standard.flatMap(node)
            + links.map { BootStep(.symlink("/dev/\($0)", to: $1)) } + terminals
    }

    /// Nobody makes a node in a user namespace: the machine's own is seen there.
    private func node(_ device: LabDevice) -> [BootStep] {
        plan.isCaged
            ? [BootStep(.file(device.path, text: "")), BootStep(.bind(device.path))]
            : [BootStep(.device(device))]
    }

    /// Each of a tenth of the memory at most; the overlay's own has the kernel's default, a half.
    private var scratch: [BootStep] {
        [
            .mount(
                "tmpfs", on: "/run", [.noSetuid, .noDevices, .strictAccessTime],
                options: "mode=0755,size=10%"),
            .mount(
                "tmpfs", on: "/tmp", [.noSetuid, .noDevices, .strictAccessTime],
                options: "mode=1777,size=10%"),
        ]
    }

    /// How many processes and threads a lab can have: one that forks without end must not take the
    /// machine's. The number belongs to the lab since Linux 6.14 and to the machine before, where the
    /// lab's control group has to do.
    private var bounds: [BootStep] {
        guard KernelRelease.running >= KernelRelease(6, 14) else { return [] }
        return [
            BootStep(.file("/proc/sys/kernel/pid_max", text: "\(LabPlan.mostProcesses)\n"))
                .optional
        ]
    }

    /// After all that is written by name: a bound /etc is the host's.
    private var binds: [BootStep] {
        plan.binds.flatMap { path in
            Self.ancestry(of: path).map { BootStep(.directory($0, mode: 0o755)) }
                + [BootStep(.bind(path))]
        }
    }

    /// In place of a link too, and of what it leads to: a file of the overlay. The tree keeps its own.
    private var nameServers: [BootStep] {
        plan.network.nameServer.map {
            [BootStep(.file("/etc/resolv.conf", text: "nameserver \($0)\n"))]
        } ?? []
    }

    private var files: [BootStep] {
        nameServers + [
            BootStep(.file("/etc/machine-id", text: machineID + "\n")),
            BootStep(.file("/etc/hostname", text: hostname + "\n")),
            BootStep(.append("/etc/hosts", text: "127.0.1.1 \(hostname)\n")),
            // The machine's disks are not the lab's to mount.
            BootStep(.file("/etc/fstab", text: "")),
            BootStep(.file("/etc/crypttab", text: "")),
            // Newer than /usr: nothing that runs once after an update runs, see
            // systemd-update-done.service(8).
            BootStep(.file("/etc/.updated", text: "")),
            BootStep(.file("/var/.updated", text: "")).optional,
            BootStep(.directory("/run/systemd", mode: 0o755)),
            BootStep(.directory("/run/systemd/journald.conf.d", mode: 0o755)),
            // The last name wins over the tree's own drop-ins, see journald.conf(5).
            BootStep(
                .file(
                    "/run/systemd/journald.conf.d/zz-temper-lab.conf",
                    text: "[Journal]\nStorage=volatile\nRateLimitIntervalSec=0\n")),
        ]
    }

    private var masks: [BootStep] {
        [
            BootStep(.directory("/etc/systemd", mode: 0o755)),
            BootStep(.directory("/etc/systemd/system", mode: 0o755)),
        ]
            + MaskedUnits.all.map {
                BootStep(.symlink("/etc/systemd/system/\($0)", to: "/dev/null"))
            }
    }

    /// A path as an overlay takes it: `:` divides layers, `,` divides options, `\` takes away
    /// either meaning (the kernel's overlayfs documentation).
    static func escaped(_ path: String) -> String {
        path.reduce(into: "") { text, character in
            if ":,\\".contains(character) { text.append("\\") }
            text.append(character)
        }
    }

    /// `/a/b` is `["/a", "/a/b"]`: what must be there before it can be mounted on.
    static func ancestry(of path: String) -> [String] {
        path.split(separator: "/").reduce(into: []) { made, component in
            made.append((made.last ?? "") + "/" + component)
        }
    }
}
