public import Hardening

/// What the sightings say for and against restrictions before they are tried.
extension ObservedUsage {
    /// How much more often a restriction that breaks a service comes with these sightings than one
    /// that does not; by the restriction's id. Estimates, on the cautious side.
    ///
    /// - Parameter losesRoot: it was seen as root and will not be root any more, so what it did to
    ///   become somebody else is no longer called for.
    public func likelihoodRatios(
        of offer: Offer, in dialect: Dialect, losesRoot: Bool = false
    ) -> [String: Double] {
        var ratios: [String: Double] = [:]
        func say(_ ratio: Double, _ ids: String...) {
            for id in ids { ratios[id, default: 1] *= ratio }
        }
        sayWhatIsOpen(say)
        if !calls.isEmpty { sayWhatIsAsked(of: offer, in: dialect, say) }
        if losesRoot {
            for restriction in offer.restrictions where Self.isForRoot(restriction) {
                ratios[restriction.id] = 0.05
            }
        }
        return ratios
    }

    /// What takes away only what root can do.
    private static func isForRoot(_ restriction: Restriction) -> Bool {
        if case .denyCalls(let group) = restriction.change {
            return ["@chown", "@privileged", "@setuid"].contains(group)
        }
        return rootOnly.contains { restriction.id == "CapabilityBoundingSet=~\($0)" }
    }

    private typealias Say = (Double, String...) -> Void

    /// By what stays open while the service runs: seen on every machine.
    private func sayWhatIsOpen(_ say: Say) {
        let families = Set(accesses.compactMap(\.listeningFamily))
        say(
            families.isEmpty ? 0.2 : 60, "PrivateNetwork=yes", "IPAddressDeny=any",
            "SocketBindDeny=any", "RestrictNetworkInterfaces=lo")
        say(families.contains("AF_INET") ? 60 : 0.2, "RestrictAddressFamilies=~AF_INET")
        say(families.contains("AF_INET6") ? 8 : 0.2, "RestrictAddressFamilies=~AF_INET6")
        let isLowPort = accesses.contains { ($0.port ?? .max) < 1024 }
        say(isLowPort ? 40 : 0.2, "CapabilityBoundingSet=~CAP_NET_BIND_SERVICE")
        let users = Set(accesses.compactMap(\.userID))
        say(
            users.count > 1 ? 40 : 0.3, "CapabilityBoundingSet=~CAP_SETUID",
            "CapabilityBoundingSet=~CAP_SETGID", "PrivateUsers=identity", "PrivateUsers=yes")
        if calls.isEmpty || users.count > 1 {
            say(
                users.count > 1 ? 40 : 0.3, "SystemCallFilter=~@setuid",
                "SystemCallFilter=~@privileged")
        }
        if users.count > 1 && isLowPort { say(10, "PrivateUsers=full") }
        say(
            accesses.contains { $0.isDevice } ? 40 : 0.4, "PrivateDevices=yes",
            "DevicePolicy=closed")
        say(accesses.contains(.writableCode) ? 60 : 0.2, "MemoryDenyWriteExecute=yes")
        // Readiness is sent over a unix socket.
        if sandbox.word("Type", default: "simple").hasPrefix("notify") {
            say(30, "RestrictAddressFamilies=~AF_UNIX")
        }
        if calls.isEmpty && !writes.isEmpty { say(6, "ProtectSystem=strict") }
    }

    /// By what was asked of the kernel from the first start on: what was never asked for is
    /// hardly missed.
    private func sayWhatIsAsked(of offer: Offer, in dialect: Dialect, _ say: Say) {
        for restriction in offer.restrictions {
            switch restriction.change {
            case .denyCalls(let group):
                // With an error number for an answer, most calls are done without.
                let used = dialect.calls[group].map { !$0.isDisjoint(with: calls) } ?? true
                say(used ? 3 : 0.03, restriction.id)
            case .allowOnlyCalls(let group):
                let extra = dialect.calls[group].map { calls.subtracting($0) } ?? calls
                say(extra.isEmpty ? 0.05 : 3, restriction.id)
            case .denyFamily(let name):
                say(opened.contains(name) ? 3 : 0.03, restriction.id)
            case .withdraw: break
            default:
                if let ratio = ratio(of: restriction) { say(ratio, restriction.id) }
            }
        }
    }

    private func ratio(of restriction: Restriction) -> Double? {
        func asked(_ wasAsked: Bool, by strength: Double = 8) -> Double {
            wasAsked ? strength : 0.05
        }
        if restriction.directive == "CapabilityBoundingSet" {
            // Every program that is run is checked for CAP_SYS_ADMIN, which tells nothing.
            let name = String(restriction.id.drop { $0 != "~" }.dropFirst())
            return name == "CAP_SYS_ADMIN" ? nil : asked(capabilities.contains(name), by: 12)
        }
        switch restriction.id {
        case "ProtectSystem=yes": return asked(writes(below: ["/usr/", "/boot/", "/efi/"]))
        case "ProtectSystem=full": return asked(writes(below: ["/etc/"]))
        case "ProtectSystem=strict":
            return restriction.exceptions.isEmpty
                ? asked(!writesOutsideKernel.isEmpty, by: 20) : 0.3
        case "ProtectHome=read-only": return asked(writes(below: Self.homes))
        case "ProtectHome=tmpfs", "ProtectHome=yes": return asked(touches(Self.homes))
        case "PrivateTmp=yes", "PrivateTmp=disconnected":
            return asked(touches(["/tmp/", "/var/tmp/"]), by: 2)
        case "ProtectKernelTunables=yes": return asked(writes(below: ["/proc/", "/sys/"]), by: 4)
        case "ProcSubset=pid": return asked(touches(["/proc/sys/", "/proc/net/"]), by: 4)
        case "RestrictNamespaces=yes": return asked(made("unshare", "setns"))
        case "RestrictRealtime=yes": return asked(made("sched_setscheduler", "sched_setattr"))
        case "LockPersonality=yes": return asked(made("personality"))
        case "ProtectHostname=yes": return asked(made("sethostname", "setdomainname"))
        case "ProtectClock=yes": return asked(made("adjtimex", "clock_adjtime", "clock_settime"))
        case "ProtectKernelModules=yes": return asked(made("init_module", "finit_module"))
        case "ProtectKernelLogs=yes": return asked(made("syslog") || touches(["/dev/kmsg"]))
        case "NoExecPaths=writable":
            return asked(
                accesses.contains { $0.runsBelow(["/var/", "/tmp/", "/home/", "/run/"]) })
        default: return nil
        }
    }

    private static let homes = ["/home/", "/root/", "/run/user/"]

    // MARK: Looking things up

    private var calls: Set<String> {
        Set(accesses.compactMap { if case .calls(let name) = $0 { name } else { nil } })
    }

    private func made(_ names: String...) -> Bool { !calls.isDisjoint(with: names) }

    private var capabilities: Set<String> {
        Set(accesses.compactMap { if case .uses(let name) = $0 { name } else { nil } })
    }

    private var opened: Set<String> {
        Set(accesses.compactMap { if case .opensSocket(let name) = $0 { name } else { nil } })
    }

    private var writes: [String] {
        accesses.compactMap { if case .writes(let path) = $0 { path } else { nil } }
    }

    private var writesOutsideKernel: [String] {
        writes.filter { path in !["/dev/", "/proc/", "/sys/"].contains(where: path.hasPrefix) }
    }

    private func writes(below places: [String]) -> Bool {
        writes.contains { path in places.contains(where: path.hasPrefix) }
    }

    private func touches(_ places: [String]) -> Bool {
        accesses.contains { access in
            guard case .reads(let path) = access else { return false }
            return places.contains(where: path.hasPrefix)
        } || writes(below: places)
    }
}

extension ObservedAccess {
    fileprivate var listeningFamily: String? {
        if case .listens(_, let family, _, _) = self { family } else { nil }
    }

    var port: UInt16? {
        if case .listens(_, _, let port, _) = self { port } else { nil }
    }

    fileprivate var userID: UInt32? { if case .user(let id) = self { id } else { nil } }

    fileprivate var isDevice: Bool { if case .device = self { true } else { false } }

    fileprivate func runsBelow(_ places: [String]) -> Bool {
        guard case .runs(let path) = self else { return false }
        return places.contains(where: path.hasPrefix)
    }
}
