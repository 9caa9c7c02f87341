import Hardening
import Testing

@Suite("Offer") struct OfferTests {
    let catalogue = Catalogue.standard

    @Test("a bare service is offered everything but what is held back")
    func bare() {
        let offer = Offer(of: HardeningSubject(Sandbox(), in: catalogue, dialect: .withSmallGroups))
        let tried = Set(offer.restrictions.map(\.id))
        #expect(tried.contains("ProtectSystem=strict"))
        #expect(tried.contains("CapabilityBoundingSet=~CAP_SYS_ADMIN"))
        #expect(tried.count + offer.leftOut.count == catalogue.restrictions.count)
        for left in offer.leftOut {
            switch left.reason {
            case .heldBack, .alreadyInForce: break
            default: Issue.record("\(left)")
            }
        }
    }

    @Test("a value that this systemd does not know is left out and says since when there is one")
    func unknown() {
        let old = Dialect(version: 252, calls: Dialect.withSmallGroups.calls)
        #expect(reason("PrivateTmp=disconnected", dialect: old) == .unknownTo(version: 257))
        #expect(reason("RestrictNamespaces=~time", dialect: old) == .unknownTo(version: 262))
        #expect(reason("PrivateTmp=yes", dialect: old) == nil)
    }

    @Test("what this machine was seen to ignore is left out and says what cures it")
    func ignored() {
        let poor = Enforcement([
            "LockPersonality=yes": .init(.ignored, cure: "install libseccomp2"),
            "PrivateBPF=yes": .init(.failing("226/NAMESPACE")),
            "ProtectKernelTunables=yes": .init(.partly(lacking: ["/sys"])),
            "SystemCallFilter=~@default": .init(.failing("203/EXEC")),
            "PrivateIPC=yes": .init(.unknown(since: nil), cure: "built without it"),
            "ProtectSystem=full": .init(.inForce), "UMask=0077": .init(.cannotTell("hidden")),
        ])
        #expect(
            reason("LockPersonality=yes", enforcement: poor)
                == .ignored(cure: "install libseccomp2"))
        #expect(reason("PrivateBPF=yes", enforcement: poor) == .failing("226/NAMESPACE"))
        #expect(reason("PrivateIPC=yes", enforcement: poor) == .ignored(cure: "built without it"))
        // Half of it is better than nothing, and the report names the rest.
        #expect(reason("ProtectKernelTunables=yes", enforcement: poor) == nil)
        #expect(reason("ProtectSystem=full", enforcement: poor) == nil)
        #expect(reason("UMask=0077", enforcement: poor) == nil)
        #expect(
            reason("SystemCallFilter=~@default", enforcement: poor)
                == .heldBack("no program runs without it"))
    }

    @Test("what a lab with only loopback cannot judge is left out, however well it is enforced")
    func unjudged() {
        let lab = Dialect(version: 262, calls: Dialect.withSmallGroups.calls, available: [])
        let id = "RestrictNetworkInterfaces=lo"
        func reason(_ standing: EnforcementState) -> Offer.Reason? {
            self.reason(
                id, dialect: lab, enforcement: Enforcement([id: .init(standing, cure: "libbpf1")]))
        }
        #expect(reason(.inForce) == .unjudged(.realNetwork))
        #expect(reason(.ignored) == .ignored(cure: "libbpf1"))
    }

    @Test("what would cut a service off is no question where no probe may notice")
    func network() {
        func reason(_ id: String, unmet: Need...) -> Offer.Reason? {
            Offer(
                of: HardeningSubject(Sandbox(), in: catalogue, dialect: .withSmallGroups),
                unmet: Set(unmet + [.loopbackListener])
            ).leftOut.first { $0.id == id }?.reason
        }
        #expect(reason("IPAddressDeny=any") == nil)
        #expect(
            reason("IPAddressDeny=any", unmet: .quietNetwork)
                == .heldBack("it talks IP, and every packet would be dropped"))
        #expect(reason("PrivateNetwork=yes", unmet: .quietNetwork) == nil)
        #expect(
            reason("PrivateNetwork=yes", unmet: .untouchedNetwork)
                == .heldBack(Need.untouchedNetwork.cure))
        #expect(
            reason("PrivateNetwork=yes", unmet: .reachableNetwork) == .unjudged(.reachableNetwork))
        #expect(reason("RestrictAddressFamilies=~AF_UNIX") == nil)
        #expect(
            reason("RestrictAddressFamilies=~AF_UNIX", unmet: .unwatched)
                == .heldBack(Need.unwatched.cure))
        let connected = Dialect(
            version: 262, calls: Dialect.withSmallGroups.calls, available: [.realNetwork])
        func onlyLoopback(unmet: Need...) -> Offer.Reason? {
            Offer(
                of: HardeningSubject(Sandbox(), in: catalogue, dialect: connected),
                unmet: Set(unmet + [.loopbackListener])
            ).leftOut.first { $0.id == "RestrictNetworkInterfaces=lo" }?.reason
        }
        #expect(onlyLoopback() == nil)
        #expect(onlyLoopback(unmet: .reachableNetwork) == .unjudged(.reachableNetwork))
        #expect(
            onlyLoopback(unmet: .unservedNetwork)
                == .heldBack("it listens for other machines, which would be cut off"))
        let sandbox = Sandbox(["UMask": .mode(0o007)])
        #expect(
            self.reason("UMask=0077", sandbox)
                == .heldBack("the unit sets its own, for those who share its files"))
    }

    @Test("what contests a restriction comes with the reason for which it is left out")
    func contests() {
        let shared = HardeningSubject(
            Sandbox(["UMask": .mode(0o007)]), in: catalogue, dialect: .withSmallGroups)
        var traits = ProgramTraits()
        traits.declined = ["PrivateTmp": "no"]
        let offer = Offer(
            of: shared, unmet: [.loopbackListener, .reachableNetwork, .unwatched],
            contested: traits.contested(in: catalogue, isRoot: true) { _ in false })
        func source(_ id: String) -> Contest.Source? {
            offer.leftOut.first { $0.id == id }?.contest?.source
        }
        #expect(source("UMask=0077") == .unit)
        #expect(source("PrivateTmp=yes") == .unit)
        #expect(source("RestrictAddressFamilies=~AF_UNIX") == .unit)
        #expect(source("PrivateNetwork=yes") == .lab)
        for plain in ["DynamicUser=yes", "IPAddressDeny=all-but-localhost"] {
            #expect(offer.leftOut.contains { $0.id == plain } && source(plain) == nil, "\(plain)")
        }
    }

    @Test("what is in force already is left out")
    func inForce() {
        let sandbox = Sandbox(["ProtectSystem": .word("full"), "SystemCallErrorNumber": .kill])
        #expect(reason("ProtectSystem=yes", sandbox) == .alreadyInForce)
        #expect(reason("ProtectSystem=full", sandbox) == .alreadyInForce)
        #expect(reason("ProtectSystem=strict", sandbox) == nil)
        // No call is denied yet, so nothing kills.
        #expect(
            reason("SystemCallErrorNumber=kill", sandbox, attempt: [Restriction.killing]) == nil)
    }

    @Test("what the user keeps is left out, with whatever contains it")
    func kept() {
        let step: Set = ["ProtectSystem=full"]
        #expect(reason("ProtectSystem=full", keep: step) == .kept)
        #expect(reason("ProtectSystem=strict", keep: step) == .contains("ProtectSystem=full"))
        #expect(reason("ProtectSystem=yes", keep: step) == nil)
        let directive: Set = ["CapabilityBoundingSet"]
        #expect(reason("CapabilityBoundingSet=~CAP_KILL", keep: directive) == .kept)
        #expect(
            reason("ProtectKernelLogs=yes", keep: directive)
                == .contains("CapabilityBoundingSet=~CAP_SYSLOG"))
    }

    @Test("what is held back is tried when it is asked for")
    func attempted() {
        guard case .heldBack = reason("DynamicUser=yes") else {
            Issue.record("DynamicUser is not held back")
            return
        }
        #expect(reason("DynamicUser=yes", attempt: ["DynamicUser=yes"]) == nil)
    }

    @Test("what cannot work with the service is held back whoever asks")
    func impossible() {
        let forking = Sandbox(["Type": .word("forking")])
        #expect(
            reason("PrivatePIDs=yes", forking, attempt: ["PrivatePIDs=yes"])
                == .heldBack("systemd refuses it for Type=forking"))
        let older = Dialect(version: 257, calls: Dialect.withSmallGroups.calls)
        guard case .heldBack = reason("PrivatePIDs=yes", dialect: older) else {
            Issue.record("PrivatePIDs is tried on systemd 257")
            return
        }
        #expect(
            reason("RemoveIPC=yes", Sandbox())
                == .heldBack("systemd never removes objects of root"))
        #expect(reason("RemoveIPC=yes", Sandbox(["User": .word("daemon")])) == nil)
    }

    @Test("implications are told within the offer only")
    func implications() throws {
        let offer = Offer(
            of: HardeningSubject(
                Sandbox(["ProtectSystem": .word("yes")]), in: catalogue, dialect: .withSmallGroups))
        let strict = try #require(offer.restrictions.first { $0.id == "ProtectSystem=strict" })
        #expect(offer.implications(of: strict) == ["ProtectSystem=full"])
    }

    @Test("every restriction of an offer is worth something, and the heavy ones are worth more")
    func weights() throws {
        let offer = Offer(of: HardeningSubject(Sandbox(), in: catalogue, dialect: .withSmallGroups))
        let weights = offer.weights
        #expect(weights.count == offer.restrictions.count)
        #expect(weights.allSatisfy { $0 >= 1 && $0.isFinite })
        let worth = Dictionary(uniqueKeysWithValues: zip(offer.restrictions.map(\.id), weights))
        #expect(worth["PrivateNetwork=yes"] == 2501)
        #expect(worth["PrivateIPC=yes"] == 1)
        // Any of the three leaves the test as it is, so each is a third of it.
        #expect(worth["CapabilityBoundingSet=~CAP_SETGID"] == 501)
    }

    private func reason(
        _ id: String, _ sandbox: Sandbox = Sandbox(), dialect: Dialect = .withSmallGroups,
        enforcement: Enforcement = .unmeasured, keep: Set<String> = [], attempt: Set<String> = []
    ) -> Offer.Reason? {
        Offer(
            of: HardeningSubject(sandbox, in: catalogue, dialect: dialect),
            enforcement: enforcement, keep: keep, attempt: attempt
        ).leftOut.first { $0.id == id }?.reason
    }
}
