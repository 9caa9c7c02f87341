// The rows on who the service is.

extension Catalogue {
    static let identity: [Directive] = [privateUsers, dynamicUser, supplementaryGroups]

    /// What makes a user namespace.
    static let userNamespace = "PrivateUsers=yes"

    private static let privateUsers = Directive.ladder(
        .privateUsers, "Root inside the service is nobody outside.",
        breaks: "low ports, changing to other users, files of other users",
        introduced: 232, order: ["no", "full", "identity", "yes"],
        steps: [
            .init("full", introduced: 258, prior: Prior("userswitch", 0.6, cold: 0.05)),
            .init("identity", introduced: 257, prior: Prior("userswitch", 0.3)),
            .init("yes", prior: Prior("userswitch", 0.6)),
        ]
    )
    .by(.identity).failing(at: .capabilities)
    .refusing(.anyCapability, .foreignUser).refusing(calls: "setgroups")
    .logged(as: .lowPort, .owner, .group, .user, .access).takingRights.scoredAsBoolean(1000)
    .survived(because: "a service that never was root changes to no other user")
    .inForce(.ownNamespace(.user)).onBus(.grown())
    .steps { value, step in
        step.likelihoods = [
            value == "full"
                ? Likelihood(.both(.severalUsers, .bindsLowPort), 10, else: nil)
                : Likelihood(.severalUsers, 40, else: 0.3)
        ]
    }

    private static let dynamicUser = Directive(
        .dynamicUser, "The service runs as a user that exists only while it runs.",
        breaks: "fixed owners of files; it also implies ProtectSystem=strict and more",
        introduced: 232,
        restrictions: [
            Restriction(
                .dynamicUser, "yes", .turn(true), introduced: 232,
                implies: [
                    "ProtectSystem=strict", "ProtectHome=read-only", "PrivateTmp=yes",
                    "NoNewPrivileges=yes", "RestrictSUIDSGID=yes",
                ], prior: Prior("userswitch", 0.9, cold: 0.3),
                heldBack: "moves and re-owns the state directory of the service")
        ]
    )
    .by(.mountNamespace, .otherFilters, .identity).failing(at: .chdir)
    .refusing(.anyCapability, .foreignUser).takingRights.inForce(.otherUser)
    .beyondUsers("only the system's manager makes users")
    .loading { sandbox, dialect in
        guard sandbox[.dynamicUser].isOn else { return }
        if sandbox[.privateTmp].value(default: "no") == "no" {
            sandbox[.privateTmp] = dialect.version < 257 ? .flag(true) : .word("disconnected")
        }
        if sandbox[.protectHome].value(default: "no") == "no" {
            sandbox[.protectHome] = .word("read-only")
        }
        sandbox[.protectSystem] = .word("strict")
        for name in [DirectiveName.removeIPC, .noNewPrivileges, .restrictSUIDSGID] {
            sandbox[name] = .flag(true)
        }
    }

    private static let supplementaryGroups = Directive(
        .supplementaryGroups, "The service is in no group but its own.",
        breaks: "files and devices that a group grants today", introduced: 183,
        restrictions: [
            Restriction(.supplementaryGroups, "", .empty, prior: Prior("groups", cold: 0.3))
        ]
    )
    .by(.identity).takingRights
    .scored(
        Assessment(id: "SupplementaryGroups", weight: 200, range: 1) { seen in
            seen.isPrivileged ? nil : seen.sandbox[.supplementaryGroups].entries.isEmpty ? 0 : 1
        }
    )
    .inForce(InForceCheck(.readsBack, against: [.supplementaryGroups: .list(["daemon"])]))
    .beyondUsers("a user cannot leave a group").onBus(BusShape("as"))
}
