// The rows on files: what the service sees of the disk and what it may write there.

extension Catalogue {
    /// The groups of `RestrictFileSystems=` that a service may do without.
    public static let fileSystemGroupNames = [
        "@historical-block", "@network", "@privileged-api", "@temporary",
    ]

    static let fileSystem: [Directive] = [
        .ladder(
            "ProtectSystem", "The operating system's files are read-only for the service.",
            breaks: "writing outside /var, /run, /home; with strict anything but declared places",
            introduced: 214, order: ["no", "yes", "full", "strict"],
            steps: [
                .init("yes", prior: Prior(family: "fswrite", whenHot: 0.03)),
                .init("full", prior: Prior(family: "fswrite", whenHot: 0.2)),
                .init("strict", introduced: 232, prior: Prior(family: "fswrite", whenHot: 0.8)),
            ]),
        .ladder(
            "ProtectHome", "/home, /root and /run/user are read-only, empty or inaccessible.",
            breaks: "configuration or data below a home directory, a working directory there",
            introduced: 214, order: ["no", "read-only", "tmpfs", "yes"],
            steps: [
                .init("read-only", prior: Prior(family: "home", whenHot: 0.35)),
                .init("tmpfs", introduced: 238, prior: Prior(family: "home", whenHot: 0.5)),
                .init("yes", prior: Prior(family: "home", whenHot: 0.2)),
            ]),
        .ladder(
            "PrivateTmp", "/tmp and /var/tmp are the service's own.",
            breaks: "sockets and files that are shared with others through /tmp",
            introduced: 183, order: ["no", "yes", "disconnected"],
            steps: [
                .init("yes", prior: Prior(family: "tmp", whenHot: 0.8)),
                .init("disconnected", introduced: 257, prior: Prior(family: "tmp", whenHot: 0.1)),
            ]),
        .flag(
            "PrivateMounts", "Mounts made by the service are not seen by others.",
            breaks: "a service whose work is to mount something for the machine",
            introduced: 239, prior: Prior(family: "ns", whenHot: 0.5)),
        Directive(
            "NoExecPaths", "Programs cannot be run from places that are made for data.",
            breaks: "plugins, hooks and just-in-time code that is mapped from /tmp or /var",
            introduced: 248,
            restrictions: [
                Restriction(
                    id: "NoExecPaths=writable", directive: "NoExecPaths",
                    change: .add([
                        "-/dev/shm", "-/home", "-/root", "-/run", "-/srv", "-/tmp", "-/var",
                        // PrivateTmp= mounts it apart from /var.
                        "-/var/tmp",
                    ]),
                    introduced: 248, prior: Prior(family: "exec", whenHot: 0.6))
            ]),
        Directive(
            "UMask", "Files that the service makes are not readable by others.",
            breaks: "sockets, logs and pid files that other users must open",
            introduced: 183,
            restrictions: [
                Restriction(
                    id: "UMask=0027", directive: "UMask", change: .addMode(0o027),
                    prior: Prior(family: "owner", whenHot: 0.1)),
                Restriction(
                    id: "UMask=0077", directive: "UMask", change: .addMode(0o077),
                    implies: ["UMask=0027"], prior: Prior(family: "owner", whenHot: 0.15)),
            ]),
        Directive(
            "RestrictFileSystems", "Files on file systems of these kinds cannot be opened.",
            breaks: "data on a network file system, monitoring through debugfs",
            introduced: 250,
            restrictions: fileSystemGroupNames.map { group in
                Restriction(
                    id: "RestrictFileSystems=~\(group)", directive: "RestrictFileSystems",
                    change: .denyFileSystems(group), introduced: 250,
                    prior: Prior(family: "filesystems"), needs: [.bpfFramework, .bpfSecurityModule])
            }),
    ]
}
