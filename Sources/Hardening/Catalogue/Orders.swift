// The rows on orders to root: sockets of those who do as root what they are asked to, and files that
// root, systemd and udev act on.

extension Catalogue {
    static let orders: [Directive] = [inaccessiblePaths, readOnlyPaths]

    /// Sockets of those who do as root what they are asked to, by what `InaccessiblePaths=` calls
    /// them (units of systemd 252, 257 and 262, and of the engines). None of them is needed for
    /// look-ups, for logging, or to tell systemd that a service is ready.
    private static let takingOrders: KeyValuePairs<String, [String]> = [
        "system-bus": ["/run/dbus/system_bus_socket"],
        "manager": [
            "/run/systemd/private", "/run/systemd/io.systemd.Manager",
            "/run/systemd/io.systemd.sysext", "/run/systemd/io.systemd.Credentials",
            "/run/systemd/io.systemd.Hostname", "/run/systemd/io.systemd.ManagedOOM",
            // As systemd 252 has it.
            "/run/systemd/io.system.ManagedOOM", "/run/systemd/io.systemd.MountFileSystem",
            "/run/systemd/io.systemd.NamespaceResource", "/run/systemd/machine/io.systemd.Machine",
            "/run/systemd/machine/io.systemd.MachineImage", "/run/systemd/io.systemd.Import",
            "/run/systemd/io.systemd.PullWorker", "/run/systemd/io.systemd.StorageProvider",
            "/run/systemd/io.systemd.BootControl", "/run/systemd/io.systemd.KernelInstall",
            "/run/systemd/io.systemd.Repart", "/run/systemd/io.systemd.SysInstall",
            "/run/systemd/io.systemd.Sysupdate", "/run/systemd/io.systemd.FactoryReset",
            "/run/systemd/io.systemd.Shutdown", "/run/systemd/netif/io.systemd.Network",
            "/run/udev/control", "/run/udev/io.systemd.Udev", "/run/initctl",
            // Of root's own manager, where root is logged in.
            "/run/user/0/systemd/private", "/run/user/0/bus",
        ],
        "containers": [
            "/run/docker.sock", "/run/containerd/containerd.sock", "/run/podman/podman.sock",
            "/run/crio/crio.sock", "/run/cri-dockerd.sock", "/run/buildkit/buildkitd.sock",
            "/run/libvirt/libvirt-sock", "/run/libvirt/libvirt-admin-sock",
            "/run/libvirt/virtqemud-sock", "/run/libvirt/virtlxcd-sock", "/run/lxd.socket",
            "/var/lib/lxd/unix.socket", "/var/snap/lxd/common/lxd/unix.socket",
            "/var/lib/incus/unix.socket", "/run/snapd.socket", "/run/ssh-unix-local/socket",
        ],
    ]

    /// Those that are there before a service starts, as themselves and not as a link: what is made
    /// later is no lapse of the service's sandbox.
    private static let earlySockets: Set<String> = [
        "/run/dbus/system_bus_socket", "/run/systemd/private", "/run/systemd/io.systemd.Manager",
        "/run/systemd/io.systemd.sysext", "/run/systemd/io.systemd.Credentials",
        "/run/systemd/io.systemd.Hostname", "/run/docker.sock", "/run/podman/podman.sock",
        "/run/libvirt/libvirt-sock", "/run/snapd.socket", "/run/ssh-unix-local/socket",
    ]

    /// All of them, also as they are called by way of /var/run.
    public static let socketsOfRoot = Set(closers.keys)

    /// By what `InaccessiblePaths=` calls whom each is of.
    private static let closers = Dictionary(
        uniqueKeysWithValues: takingOrders.flatMap { name, sockets in
            sockets.flatMap(spellings).map { ($0, name) }
        })

    /// The id of what closes a socket; nil for one that nothing closes.
    static func closing(socket path: String) -> String? {
        closers[path].map { "\(DirectiveName.inaccessiblePaths)=\($0)" }
    }

    /// The id of what closes the system bus.
    public static let closedBus = "\(DirectiveName.inaccessiblePaths)=system-bus"

    private static func spellings(of path: String) -> [String] {
        path.hasPrefix("/run/") ? [path, "/var\(path)"] : [path]
    }

    private static let socketPriors: [String: Prior] = [
        "system-bus": Prior("bus", 0.8), "manager": Prior("manager", 0.8),
        "containers": Prior("engines", 0.8),
    ]

    private static let inaccessiblePaths = Directive(
        .inaccessiblePaths,
        "Sockets at which root is given orders, of the bus, systemd and engines, are closed.",
        breaks: "names on the system bus; systemctl and reboots; control of containers",
        introduced: 231,
        restrictions: takingOrders.map { name, sockets in
            Restriction(
                .inaccessiblePaths, name, .add(sockets.map { "-\($0)" }), introduced: 231,
                prior: socketPriors[name] ?? Prior(name))
        }
    )
    .by(.mountNamespace).eachLogged(as: .bus)
    .noGood { sandbox, _ in
        // Sockets are made after the first services; then there is nothing to close yet.
        sandbox[.defaultDependencies] == .flag(false)
            ? "it starts before there are such sockets" : harmless(sandbox)
    }
    .beyondUsers("root obeys no user at these sockets")
    .advised(
        .always("let it be a user of its own, of whom root obeys nothing that polkit forbids")
    )
    .closingWaysToRoot.onBus(BusShape("as"))
    .steps { name, step in
        let sockets = takingOrders.first { $0.key == name }?.value ?? []
        step.inForceCheck = .each(sockets.filter(earlySockets.contains), .inaccessible)
        step.refusals = [.closedSocket(of: name)]
        step.likelihoods = [.asked(.touches(sockets.flatMap(spellings)), 20)]
    }

    /// Places from which root acts, by what `ReadOnlyPaths=` calls them.
    private static let actedOn: KeyValuePairs<String, [String]> = [
        // What tells systemd, udev and the kernel's helpers what to do until the next boot, and what
        // process 1 runs at the end (systemd-shutdown, systemd-soft-reboot).
        "manager": [
            "/run/systemd", "/run/udev", "/run/dbus", "/run/tmpfiles.d", "/run/sysctl.d",
            "/run/modprobe.d", "/run/modules-load.d", "/run/binfmt.d", "/run/sysusers.d",
            "/run/extensions", "/run/confexts", "/run/portables", "/run/polkit-1",
            "/run/initramfs", "/run/nextroot",
        ],
        // What root runs or believes later: at a boot, a login, an upgrade, the next minute. Only
        // directories: a file that is mounted by itself stays as it is when another takes its place.
        "orders": [
            "/etc/systemd", "/etc/udev", "/etc/tmpfiles.d", "/etc/sysctl.d", "/etc/modprobe.d",
            "/etc/modules-load.d", "/etc/binfmt.d", "/etc/sysusers.d", "/etc/init.d",
            "/etc/dbus-1", "/etc/polkit-1", "/etc/profile.d", "/etc/ld.so.preload",
            "/etc/ld.so.conf.d", "/etc/sudoers.d", "/etc/pam.d", "/etc/security", "/etc/ssh",
            "/etc/cron.d", "/etc/cron.hourly", "/etc/cron.daily", "/etc/cron.weekly",
            "/etc/cron.monthly", "/etc/logrotate.d", "/etc/apt", "/etc/dpkg", "/etc/kernel",
            "/etc/initramfs-tools", "/etc/network", "/etc/NetworkManager", "/usr/bin", "/usr/sbin",
            "/usr/lib", "/usr/libexec", "/usr/local/bin", "/usr/local/sbin", "/usr/local/lib",
            "/boot", "/efi", "/var/spool/cron", "/var/lib/dpkg", "/var/lib/systemd/linger",
            "/var/lib/extensions", "/var/lib/confexts", "/var/lib/portables",
        ],
    ]

    private static let readOnlyPaths = Directive(
        .readOnlyPaths,
        "What root, systemd and udev take orders from is read-only, whatever else is writable.",
        breaks: "what installs software, units, jobs or rules for the machine",
        introduced: 231,
        restrictions: actedOn.map { name, places in
            Restriction(
                .readOnlyPaths, name, .add(places.map { "-\($0)" }), introduced: 231,
                prior: Prior("orders", 0.6))
        }
    )
    .by(.mountNamespace).refusing(.readOnlySomewhere).logged(as: .readOnly)
    .noGood { sandbox, _ in harmless(sandbox) }
    .beyondUsers("no user may write there")
    .advised(.forPath("let it write there, and nowhere beside", settings: ["ReadWritePaths=PATH"]))
    .closingWaysToRoot.onBus(BusShape("as"))
    .steps { name, step in
        let places = actedOn.first { $0.key == name }?.value ?? []
        step.inForceCheck = .each(
            places.filter { ["/run/systemd", "/etc/systemd", "/usr/bin"].contains($0) }, .readOnly)
        step.refusals = [.readOnlyOrders(of: name)]
        step.likelihoods = [.asked(.writes(below: places.map { $0 + "/" }))]
    }

    /// Who has a place of `ReadOnlyPaths=`; nil where none has it.
    static func orders(at path: String) -> KernelRefusal? {
        actedOn.first { $0.value.contains { path == $0 || path.hasPrefix($0 + "/") } }
            .map { .readOnlyOrders(of: $0.key) }
    }

    /// Who has a socket of `InaccessiblePaths=`; nil where none has it.
    static func closedSocket(at path: String) -> KernelRefusal? {
        closers[path].map { .closedSocket(of: $0) }
    }

    /// Why a service with this sandbox gives no orders that root would obey; nil where it may.
    private static func harmless(_ sandbox: Sandbox) -> String? {
        // A group can open an engine's socket, and some capabilities any file.
        sandbox.isRoot
            || sandbox.ambientCapabilities & Capability.mask(Capability.ofRoot.sorted()) != 0
            || !sandbox[.supplementaryGroups].entries.isEmpty
            ? nil : "it is not root, and none of this obeys it"
    }
}
