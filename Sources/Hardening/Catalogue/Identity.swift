// The rows on who the service is.

extension Catalogue {
    static let identity: [Directive] = [
        .ladder(
            "PrivateUsers", "Root inside the service is nobody outside.",
            breaks: "low ports, changing to other users, files of other users",
            introduced: 232, order: ["no", "full", "identity", "yes"],
            steps: [
                .init(
                    "full", introduced: 258,
                    prior: Prior(family: "userswitch", whenHot: 0.6, whenCold: 0.05)),
                .init(
                    "identity", introduced: 257,
                    prior: Prior(family: "userswitch", whenHot: 0.3)),
                .init("yes", prior: Prior(family: "userswitch", whenHot: 0.6)),
            ]),
        Directive(
            "DynamicUser", "The service runs as a user that exists only while it runs.",
            breaks: "fixed owners of files; it also implies ProtectSystem=strict and more",
            introduced: 232,
            restrictions: [
                Restriction(
                    id: "DynamicUser=yes", directive: "DynamicUser", change: .turn(true),
                    introduced: 232,
                    implies: [
                        "ProtectSystem=strict", "ProtectHome=read-only", "PrivateTmp=yes",
                        "NoNewPrivileges=yes", "RestrictSUIDSGID=yes",
                    ],
                    prior: Prior(family: "userswitch", whenHot: 0.9, whenCold: 0.3),
                    heldBack: "moves and re-owns the state directory of the service")
            ]),
        Directive(
            "SupplementaryGroups", "The service is in no group but its own.",
            breaks: "files and devices that a group grants today", introduced: 183,
            restrictions: [
                Restriction(
                    id: "SupplementaryGroups=", directive: "SupplementaryGroups", change: .empty,
                    prior: Prior(family: "groups", whenCold: 0.3))
            ]),
    ]
}
