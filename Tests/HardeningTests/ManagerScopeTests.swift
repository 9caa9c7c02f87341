import Hardening
import Testing

@Suite("A user's own manager") struct ManagerScopeTests {
    private static let users = Dialect(
        version: 257, calls: Dialect.withSmallGroups.calls,
        fileSystems: Dialect.withSmallGroups.fileSystems,
        scope: .user)
    private let catalogue = Catalogue.standard(under: .user)

    private func reasons(_ offer: Offer) -> [String: Offer.Reason] {
        Dictionary(uniqueKeysWithValues: offer.leftOut.map { ($0.id, $0.reason) })
    }

    @Test("is not offered what only the system's manager can do, and the reason is the manager")
    func beyond() {
        let offer = Offer(of: HardeningSubject(Sandbox(), in: catalogue, dialect: Self.users))
        let tried = Set(offer.restrictions.map(\.directive))
        let reasons = reasons(offer)
        for id in [
            "ProtectProc=invisible", "ProcSubset=pid", "IPAddressDeny=any", "DevicePolicy=closed",
            "SocketBindDeny=any", "RemoveIPC=yes", "DynamicUser=yes",
        ] {
            guard case .beyondManager = reasons[id] else {
                Issue.record("\(id) is left out for \(String(describing: reasons[id]))")
                continue
            }
            #expect(!tried.contains(String(id.prefix { $0 != "=" })))
        }
        #expect(tried.isSuperset(of: ["ProtectSystem", "PrivateUsers", "CapabilityBoundingSet"]))
    }

    @Test("of the machine is offered all of that")
    func system() {
        let dialect = Dialect(version: 257, calls: Dialect.withSmallGroups.calls)
        let offer = Offer(of: HardeningSubject(Sandbox(), dialect: dialect))
        for reason in reasons(offer).values {
            if case .beyondManager = reason { Issue.record("\(reason)") }
        }
        for directive in catalogue.directives.map(\.name) {
            #expect(ManagerScope.system.obstacle(to: directive) == nil)
        }
    }

    @Test("mounts and drops capabilities in a user namespace only: they contain it")
    func namespace() {
        for id in ["CapabilityBoundingSet=~CAP_KILL", "ProtectSystem=strict", "PrivateNetwork=yes"]
        {
            #expect(catalogue[id]?.implies.contains("PrivateUsers=yes") == true, "\(id)")
            #expect(Catalogue.standard[id]?.implies.contains("PrivateUsers=yes") == false, "\(id)")
        }
        // Filters need no rights.
        #expect(catalogue["NoNewPrivileges=yes"]?.implies.contains("PrivateUsers=yes") == false)
        #expect(catalogue.restrictions.map(\.id) == Catalogue.standard.restrictions.map(\.id))
    }

    @Test("what a canary failed with is the manager's fault as well, and only that")
    func canary() {
        let offer = Offer(
            of: HardeningSubject(Sandbox(), in: catalogue, dialect: Self.users),
            inapplicable: ["PrivatePIDs=yes": "226/NAMESPACE"])
        #expect(reasons(offer)["PrivatePIDs=yes"] == .beyondManager("226/NAMESPACE"))
        #expect(reasons(offer)["PrivateIPC=yes"] == nil)
    }

    @Test("every obstacle names a directive of the table")
    func names() {
        let known = Set(catalogue.directives.map(\.name))
        let obstructed = known.filter { ManagerScope.user.obstacle(to: $0) != nil }
        #expect(obstructed.count == 13)
    }
}
