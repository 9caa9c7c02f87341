// The rows on the network.

extension Catalogue {
    static let network: [Directive] = [
        privateNetwork, restrictAddressFamilies, ipAddressDeny, socketBindDeny,
        restrictNetworkInterfaces,
    ]

    private static let listens = Likelihood(.listens(family: nil), 60, else: 0.2)

    private static let privateNetwork = Directive.flag(
        .privateNetwork, "The service has a network of its own with only loopback.",
        breaks: "every service that listens or connects beyond inherited sockets",
        introduced: 183, prior: Prior("inet", 0.97),
        needs: [.reachableNetwork, .untouchedNetwork]
    )
    .by(.mountNamespace).failing(at: .network).refusing(.network, .hiddenTunable)
    .scoredAsBoolean(2500).inForce(.ownNamespace(.net)).likely(listens)
    .changed(
        MeaningChange(
            before: 252, after: 254,
            text: "PrivateNetwork=yes brings a mount namespace of its own")
    )
    .cuttingOff("the service has a network of its own")
    .advised(
        .always("limit the network by RestrictAddressFamilies= and IPAddressAllow= instead"))

    private static let restrictAddressFamilies = Directive(
        .restrictAddressFamilies, "Sockets of the other address families cannot be made.",
        breaks: "AF_UNIX: logging and sd_notify; AF_NETLINK: name look-ups, interface lists",
        introduced: 211,
        restrictions: [
            Restriction(
                .restrictAddressFamilies, "~others", .denyOtherFamilies, introduced: 211,
                prior: Prior("netadmin", 0.2, cold: 0.01), needs: [.seccomp])
        ] + AddressFamily.named.map(restriction)
    )
    .by(.callFilter).failing(at: .addressFamilies).refusing(.someFamily).logged(as: .noFamily)
    .inForce(.filtersCalls).examinedAtOnce.onBus(BusShape("(bas)"))
    .scored(
        [
            ("inet", ["AF_INET", "AF_INET6"], 1500), ("unix", ["AF_UNIX"], 25),
            ("netlink", ["AF_NETLINK"], 200), ("packet", ["AF_PACKET"], 1000), ("other", [], 1250),
        ].map { (name: String, families: [String], weight: UInt64) in
            Assessment("RestrictAddressFamilies=~\(name)", weight) {
                !canUse(families, $0.sandbox[.restrictAddressFamilies].filtered)
            }
        })

    private static func restriction(on family: String) -> Restriction {
        var restriction = Restriction(
            .restrictAddressFamilies, "~\(family)", .denyFamily(family), introduced: 211,
            // A deny-list with one special family would score as if all were denied.
            implies: AddressFamily.special.contains(family)
                ? ["RestrictAddressFamilies=~others"] : [],
            prior: familyPriors[family] ?? Prior(family),
            needs: family == "AF_UNIX" ? [.seccomp, .unwatched] : [.seccomp])
        restriction.likelihoods = familyLikelihoods[family] ?? []
        restriction.likelihoods.append(.asked(.opens(family: family), 3, else: 0.03))
        return restriction
    }

    /// Whether a class of address families can still be used. In a deny-list one family of a class
    /// is taken for all of them; no families stand for those that no other class has.
    private static func canUse(
        _ families: [String], _ filter: (allow: Bool, names: [String])
    ) -> Bool {
        let isListed = filter.names.contains {
            families.isEmpty ? !AddressFamily.common.contains($0) : families.contains($0)
        }
        return filter.allow == isListed
    }

    private static let ipAddressDeny = Directive(
        .ipAddressDeny, "Packets to and from any address are dropped.",
        breaks: "every service that talks IP; connections hang instead of failing",
        manual: "systemd.resource-control(5)", introduced: 235,
        restrictions: [
            Restriction(
                .ipAddressDeny, "all-but-localhost", .denyAddresses(exceptLocalhost: true),
                introduced: 235, prior: Prior("remote", 0.9), needs: [.loopbackListener]),
            Restriction(
                .ipAddressDeny, "any", .denyAddresses(exceptLocalhost: false), introduced: 235,
                implies: ["IPAddressDeny=all-but-localhost"], prior: Prior("inet", 0.9),
                needs: [.quietNetwork]),
        ]
    )
    .by(.program).refusing(.network).granting(by: .ipAddressAllow)
    .inForce(
        .init("incoming packets", .program(.ingress)),
        .init("outgoing packets", .program(.egress))
    )
    .steps { value, step in if value == "any" { step.likelihoods = [listens] } }
    .cuttingOff("packets to and from it are dropped without a word")
    .advised(
        .always(
            "allow the addresses of its clients",
            settings: ["IPAddressDeny=any", "IPAddressAllow=ADDRESS/PREFIX"])
    )
    .onBus(BusShape("a(iayu)"))
    .scored(
        Assessment(id: "IPAddressDeny", weight: 1000, range: 10) { seen in
            let sandbox = seen.sandbox
            if !sandbox[.ipIngressFilterPath].entries.isEmpty { return 0 }
            if !sandbox[.ipEgressFilterPath].entries.isEmpty { return 0 }
            guard Set(AddressPrefix.any).isSubset(of: sandbox[.ipAddressDeny].addresses) else {
                return 10
            }
            let allowed = sandbox[.ipAddressAllow].addresses
            if allowed.isEmpty { return 0 }
            return Set(allowed).isSubset(of: AddressPrefix.localhost) ? 2 : 5
        })

    private static let socketBindDeny = Directive(
        .socketBindDeny, "No port can be bound.",
        breaks: "every service that opens its own listening socket",
        manual: "systemd.resource-control(5)", introduced: 249,
        restrictions: [
            Restriction(
                .socketBindDeny, "any", .denyPorts, introduced: 249, prior: Prior("inet", 0.6),
                needs: [.bpfFramework])
        ]
    )
    .by(.program).refusing(calls: "bind").eachLogged(as: .port).granting(by: .socketBindAllow)
    .inForce(
        .init("IPv4", .program(.bind4), need: .bpfFramework),
        .init("IPv6", .program(.bind6), need: .bpfFramework)
    )
    .likely(listens).onBus(BusShape("a(iiqq)", copying: .reversed))

    private static let restrictNetworkInterfaces = Directive(
        .restrictNetworkInterfaces, "Packets pass only through the loopback interface.",
        breaks: "every service that talks to other machines",
        manual: "systemd.resource-control(5)", introduced: 250,
        restrictions: [
            Restriction(
                .restrictNetworkInterfaces, "lo", .allowOnlyInterfaces(["lo"]), introduced: 250,
                prior: Prior("inet", 0.8),
                needs: [.bpfFramework, .realNetwork, .reachableNetwork, .unservedNetwork])
        ]
    )
    .by(.program).likely(listens)
    .inForce(
        .init("incoming packets", .program(.ingress), need: .bpfFramework),
        .init("outgoing packets", .program(.egress), need: .bpfFramework)
    )
    .cuttingOff("packets on other interfaces are dropped without a word")
    .onBus(BusShape("(bas)"))

    private static let familyPriors: [String: Prior] = [
        "AF_INET": Prior("inet", 0.95),
        "AF_INET6": Prior("inet", 0.5),
        "AF_UNIX": Prior("unix", 0.9),
        "AF_NETLINK": Prior("netlink", 0.9),
        "AF_PACKET": Prior("raw", 0.5),
    ]

    private static let familyLikelihoods: [String: [Likelihood]] = [
        "AF_INET": [Likelihood(.listens(family: "AF_INET"), 60, else: 0.2)],
        "AF_INET6": [Likelihood(.listens(family: "AF_INET6"), 8, else: 0.2)],
        // Readiness is sent over a unix socket.
        "AF_UNIX": [Likelihood(.notifies, 30, else: nil)],
    ]
}
