/// A kind of service that runs other people's work inside its own sandbox. What it is denied they
/// are denied too, and a probe that only asks whether it answers sees nothing of that.
public struct WorkloadHost: Hashable, Sendable {
    /// Whose work it is: `login sessions`.
    public let work: String
    /// What lives in the sandbox: `every shell, and all that is started from it`.
    public let guests: String
    /// What a probe that does such work would do.
    public let probe: String
    /// Names of programs without their directories.
    private let programs: Set<String>
    /// Beginnings of units' names, for programs that are something else elsewhere.
    private let units: [String]

    /// The kind of this service; nil for one that only does its own work.
    ///
    /// - Parameter programs: what it starts, without directories.
    public static func of(unit: String, programs: Set<String>) -> WorkloadHost? {
        kinds.first { kind in
            !kind.programs.isDisjoint(with: programs)
                || kind.units.contains { unit.hasPrefix($0) }
        }
    }

    /// What the user has to know, in one line.
    public func inheritance(of unit: String) -> String {
        "\(unit) runs \(work): \(guests) would inherit this sandbox, with its read-only files, "
            + "missing capabilities and devices, forbidden system calls, and mounts that nobody "
            + "else sees"
    }

    static let kinds = [
        WorkloadHost(
            work: "login sessions", guests: "every shell, and all that is started from it",
            probe: "log in as an ordinary user and write to its home directory",
            programs: [
                "sshd", "dropbear", "telnetd", "in.telnetd", "login", "agetty", "gdm", "gdm3",
                "sddm", "lightdm", "xrdp-sesman",
            ], units: ["getty@", "serial-getty@", "user@"]),
        WorkloadHost(
            work: "scheduled jobs", guests: "every job of every user",
            probe: "have a job run that writes to its user's home directory",
            programs: [
                "cron", "crond", "anacron", "atd", "fcron", "incrond", "dcron", "bcron-start",
            ],
            units: []),
        WorkloadHost(
            work: "containers or virtual machines", guests: "all that runs in them",
            probe: "start a container and work in it",
            programs: [
                "dockerd", "containerd", "podman", "crio", "lxc-start", "lxd", "incusd", "kubelet",
                "k3s", "libvirtd", "virtqemud", "virtlxcd", "systemd-nspawn", "buildkitd",
            ], units: ["docker", "systemd-nspawn@", "lxc"]),
        WorkloadHost(
            work: "services of its own", guests: "every program that it supervises",
            probe: "use what it supervises",
            programs: [
                "supervisord", "runsvdir", "s6-svscan", "monit", "circusd", "inetd", "xinetd",
                "svscan",
            ], units: ["supervisor", "pm2-", "openbsd-inetd"]),
        WorkloadHost(
            work: "jobs of continuous integration", guests: "every build and test",
            probe: "run a job that builds something",
            programs: [
                "gitlab-runner", "Runner.Listener", "runsvc.sh", "buildkite-agent",
                "woodpecker-agent", "act_runner", "forgejo-runner", "buildbot-worker",
            ], units: ["jenkins", "actions.runner.", "gitlab-runner", "buildbot-worker"]),
        WorkloadHost(
            work: "terminals and notebooks in the browser",
            guests: "every shell and notebook that is opened",
            probe: "open one and write a file",
            programs: [
                "ttyd", "shellinaboxd", "gotty", "wetty", "cockpit-ws", "cockpit-tls",
                "code-server", "jupyterhub", "jupyter-lab", "jupyter",
            ], units: ["cockpit", "jupyter"]),
        WorkloadHost(
            work: "other people's configuration", guests: "every command that it is sent",
            probe: "have it apply something",
            programs: ["salt-minion", "puppet", "chef-client", "amazon-ssm-agent"],
            units: ["salt-minion", "puppet"]),
        WorkloadHost(
            work: "what packages install for it to run",
            guests: "every hook and script that packages leave for it",
            probe: "have it run a hook that writes to /etc and restarts a service",
            programs: [
                "run-parts", "apt", "apt-get", "aptitude", "apt.systemd.daily", "dpkg",
                "unattended-upgrade", "unattended-upgrade-shutdown", "dnf", "dnf5", "dnf-automatic",
                "yum", "zypper", "packagekitd", "snapd", "needrestart", "etckeeper", "certbot",
                "dehydrated", "acme.sh", "logrotate", "nm-dispatcher", "networkd-dispatcher",
                "acpid", "ifup", "rc.local",
            ],
            units: [
                "apt-daily", "unattended-upgrades", "dnf-", "packagekit", "certbot", "snapd.",
                "needrestart", "etckeeper", "NetworkManager-dispatcher", "rc-local",
            ]),
    ]
}
