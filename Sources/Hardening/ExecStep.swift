/// A step of systemd's preparations of a process, before its program runs, by the exit status with
/// which it fails (systemd.exec(5), "Process Exit Codes").
public enum ExecStep: Int32, Hashable, Sendable, CaseIterable {
    case chdir = 200
    case nice, fds, exec, memory, limits, oomAdjust, signalMask, stdin, stdout, chroot, ioprio
    case timerslack, securebits, setscheduler, cpuaffinity, group, user, capabilities, cgroup
    case setsid, confirm, stderr
    case pam = 224
    case network, namespace, noNewPrivileges, seccomp, selinuxContext, personality
    case apparmorProfile, addressFamilies, runtimeDirectory
    case chown = 235
    case smackProcessLabel, keyring, stateDirectory, cacheDirectory, logsDirectory
    case configurationDirectory, numaPolicy, credentials, bpf, ksm, memoryThp

    public static func of(exitStatus: Int32) -> ExecStep? { ExecStep(rawValue: exitStatus) }

    public var status: Int32 { rawValue }

    /// As systemd names it: `NO_NEW_PRIVILEGES`.
    public var name: String {
        "\(self)".reduce(into: "") { $0 += $1.isUppercase ? "_\($1)" : $1.uppercased() }
    }

    /// As systemd tells of a process that ended there: `244/BPF`.
    public var ending: String { "\(status)/\(name)" }

    /// Those of the steps at which it is systemd that fails, and not what the service brings: its
    /// program, or where it works.
    static let endingsOfSystemd = allCases.filter { ![.exec, .chdir].contains($0) }.map(\.ending)

    /// The directives that can make this step fail (measured on systemd 252, 257 and 262).
    public var suspects: Set<String> { ExecStep.suspects[self] ?? [] }

    private static let suspects = Dictionary(
        uniqueKeysWithValues: allCases.map { step in
            (step, Catalogue.standard.names { $0.canFail(at: step) })
        })

    /// The restrictions among them that have something at this path, which the step could not put
    /// there; empty where none is known to.
    package func suspects(at path: String) -> Set<String> {
        Catalogue.standard.ids { restriction in
            suspects.contains(restriction.directive)
                && restriction.inForceCheck.paths.contains(path)
        }
    }

    /// The directives for which systemd prepares a process in another one of this name, of which no
    /// more may be told than fits into the place of the other's.
    package static func directives(preparedBy process: String) -> Set<String> {
        guard process.hasPrefix("(sd-") else { return [] }
        return Catalogue.standard.names { $0.preparer?.hasPrefix(process) ?? false }
    }

    /// The directives that install or change a system call filter.
    public static let filters = Catalogue.standard.names(where: \.filtersCalls)
}
