// The rows on the network.

extension Catalogue {
    static let network: [Directive] = [
        .flag(
            "PrivateNetwork", "The service has a network of its own with only loopback.",
            breaks: "every service that listens or connects beyond inherited sockets",
            introduced: 183, prior: Prior(family: "inet", whenHot: 0.97)),
        Directive(
            "RestrictAddressFamilies", "Sockets of the other address families cannot be made.",
            breaks: "AF_UNIX: logging and sd_notify; AF_NETLINK: name look-ups, interface lists",
            introduced: 211,
            restrictions: [
                Restriction(
                    id: "RestrictAddressFamilies=~others", directive: "RestrictAddressFamilies",
                    change: .denyOtherFamilies, introduced: 211,
                    prior: Prior(family: "netadmin", whenHot: 0.2, whenCold: 0.01),
                    needs: [.seccomp])
            ]
                + AddressFamily.named.map { name in
                    Restriction(
                        id: "RestrictAddressFamilies=~\(name)",
                        directive: "RestrictAddressFamilies", change: .denyFamily(name),
                        introduced: 211,
                        // A deny-list with one special family would score as if all were denied.
                        implies: AddressFamily.special.contains(name)
                            ? ["RestrictAddressFamilies=~others"] : [],
                        prior: familyPriors[name] ?? Prior(family: name), needs: [.seccomp])
                }),
        Directive(
            "IPAddressDeny", "Packets to and from any address are dropped.",
            breaks: "every service that talks IP; connections hang instead of failing",
            manual: "systemd.resource-control(5)", introduced: 235,
            restrictions: [
                Restriction(
                    id: "IPAddressDeny=all-but-localhost", directive: "IPAddressDeny",
                    change: .denyAddresses(exceptLocalhost: true), introduced: 235,
                    prior: Prior(family: "remote", whenHot: 0.9), needs: [.loopbackListener]),
                Restriction(
                    id: "IPAddressDeny=any", directive: "IPAddressDeny",
                    change: .denyAddresses(exceptLocalhost: false), introduced: 235,
                    implies: ["IPAddressDeny=all-but-localhost"],
                    prior: Prior(family: "inet", whenHot: 0.9)),
            ]),
        Directive(
            "SocketBindDeny", "No port can be bound.",
            breaks: "every service that opens its own listening socket",
            manual: "systemd.resource-control(5)", introduced: 249,
            restrictions: [
                Restriction(
                    id: "SocketBindDeny=any", directive: "SocketBindDeny", change: .denyPorts,
                    introduced: 249, prior: Prior(family: "inet", whenHot: 0.6),
                    needs: [.bpfFramework])
            ]),
        Directive(
            "RestrictNetworkInterfaces", "Packets pass only through the loopback interface.",
            breaks: "every service that talks to other machines",
            manual: "systemd.resource-control(5)", introduced: 250,
            restrictions: [
                Restriction(
                    id: "RestrictNetworkInterfaces=lo", directive: "RestrictNetworkInterfaces",
                    change: .allowOnlyInterfaces(["lo"]), introduced: 250,
                    prior: Prior(family: "inet", whenHot: 0.8),
                    needs: [.bpfFramework, .realNetwork])
            ]),
    ]

    private static let familyPriors: [String: Prior] = [
        "AF_INET": Prior(family: "inet", whenHot: 0.95),
        "AF_INET6": Prior(family: "inet", whenHot: 0.5),
        "AF_UNIX": Prior(family: "unix", whenHot: 0.9),
        "AF_NETLINK": Prior(family: "netlink", whenHot: 0.9),
        "AF_PACKET": Prior(family: "raw", whenHot: 0.5),
    ]
}
