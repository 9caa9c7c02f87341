/// By what means systemd and the kernel bring a directive about; several of them share what can go
/// wrong.
enum Mechanism: Hashable, Sendable {
    /// A mount namespace, or another view of files.
    case mountNamespace
    /// A system call filter of its own.
    case callFilter
    /// A change of another directive's filter, or one that it brings.
    case otherFilters
    /// Another user or other groups.
    case identity
    /// A smaller bounding set of capabilities.
    case capabilities
    /// A BPF program on the control group, which a user may not load.
    case program

    /// The steps of systemd's preparations that it can make fail.
    var steps: Set<ExecStep> {
        switch self {
        case .mountNamespace: [.exec, .namespace]
        case .callFilter, .otherFilters: [.exec, .pam, .seccomp]
        case .identity:
            [
                .group, .user, .pam, .runtimeDirectory, .chown, .stateDirectory, .cacheDirectory,
                .logsDirectory, .configurationDirectory,
            ]
        case .capabilities: [.exec, .capabilities]
        case .program: []
        }
    }

    /// What a user's manager can do only inside a user namespace, where it has the rights of root:
    /// mounting, other namespaces, and dropping capabilities (218/CAPABILITIES otherwise). Since
    /// systemd 254 the mounts bring the namespace by themselves; capabilities never do.
    var needsUserNamespace: Bool { self == .mountNamespace || self == .capabilities }
}

extension Restriction {
    /// Whether it brings a system call filter of its own.
    var bringsFilter: Bool { Catalogue.standard.directive(directive)?.bringsFilter ?? false }

    /// Whether its filter denies one of these calls.
    func denies(_ calls: Set<String>, in dialect: Dialect) -> Bool {
        switch change {
        case .denyCalls(let group): !(dialect.calls(of: group) ?? []).isDisjoint(with: calls)
        case .allowOnlyCalls(let group):
            dialect.calls[group] != nil && !calls.isSubset(of: dialect.allows(group))
        default: false
        }
    }
}

extension Directive {
    func canFail(at step: ExecStep) -> Bool {
        steps.contains(step) || mechanisms.contains { $0.steps.contains(step) }
    }

    /// Whether it brings a system call filter of its own.
    var bringsFilter: Bool { mechanisms.contains(.callFilter) }

    /// Whether it installs or changes a system call filter.
    var filtersCalls: Bool {
        !mechanisms.isDisjoint(with: [.callFilter, .otherFilters])
    }
}
