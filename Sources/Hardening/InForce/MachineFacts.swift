/// What of a machine bears on what its systemd can enforce.
public struct MachineFacts: Hashable, Codable, Sendable {
    /// As the manager says it, such as `257.13-1~deb13u1`.
    public let systemd: String
    /// What it was built with, such as `+SECCOMP` and `-BPF_FRAMEWORK`.
    public let features: [String]
    /// The release, such as `6.12.48`.
    public let kernel: String
    /// Those that are installed.
    public let libraries: Set<Library>
    /// The kernel's active security modules.
    public let securityModules: [String]
    /// Whether a BPF file system is mounted on /sys/fs/bpf.
    public let hasBPFFileSystem: Bool
    /// Whether its users are not the kernel's own: a caged lab, or a container of that kind.
    public let isCaged: Bool

    public init(
        systemd: String, features: [String], kernel: String, libraries: Set<Library>,
        securityModules: [String], hasBPFFileSystem: Bool, isCaged: Bool = false
    ) {
        self.systemd = systemd
        self.features = features
        self.kernel = kernel
        self.libraries = libraries
        self.securityModules = securityModules
        self.hasBPFFileSystem = hasBPFFileSystem
        self.isCaged = isCaged
    }
}

/// Libraries that systemd loads when it needs them, and goes on without where they are missing.
public enum Library: String, Hashable, Codable, Sendable, CaseIterable {
    case seccomp, bpf

    /// Any of these will do.
    public var files: [String] {
        switch self {
        case .seccomp: ["libseccomp.so.2"]
        case .bpf: ["libbpf.so.1", "libbpf.so.0"]
        }
    }

    /// The package that brings it, on Debian.
    public var package: String {
        switch self {
        case .seccomp: "libseccomp2"
        case .bpf: "libbpf1"
        }
    }
}
