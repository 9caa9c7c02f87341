import Hardening
import TemperTesting
import Testing
import Trials

@Suite("A service that has a security label of its own", Campaigns.oneAtATime) struct LabelTests {
    private let held = LabelChange(
        from: "system_u:system_r:httpd_t:s0", to: "system_u:system_r:init_t:s0")

    @Test("is told what SELinux would have to allow, with the domains that were seen")
    func policy() {
        #expect(held.policy == "(allow init_t httpd_t (process2 (nnp_transition)))")
        #expect(held.cure?.hasSuffix("(allow init_t httpd_t (process2 (nnp_transition)))") == true)
        // Without levels, as where a policy has none.
        #expect(LabelChange(from: "u:r:b_t", to: "u:r:a_t").policy != nil)
        for (one, other) in [
            ("u:r:a_t:s0", "u:r:a_t:s1"), ("b", "a"), ("u:r:", "u:r:a_t"), ("", ""),
            ("u:r:b_t) (evil", "u:r:a_t"), ("u:r:b)(t", "u:r:a_t"),
        ] {
            #expect(LabelChange(from: one, to: other).policy == nil, "\(one), \(other)")
        }
    }

    @Test("is told what AppArmor does, which has no such rule")
    func appArmor() {
        for label in ["/usr/sbin/x (enforce)", "x//child (complain)", "unconfined"] {
            let change = LabelChange(from: label, to: "x (enforce)")
            #expect(change.policy == nil)
            #expect(
                change.cure?.hasPrefix("AppArmor refuses a confined process") == true, "\(label)")
        }
        // Of a module that is not known nothing is said.
        #expect(LabelChange(from: "User", to: "System").cure == nil)
    }

    @Test("is found in the reason of a failure, and in no other")
    func reason() {
        let reason = "log rotation: its security label is a (enforce) instead of b (enforce)"
        #expect(LabelChange(in: reason) == LabelChange(from: "b (enforce)", to: "a (enforce)"))
        #expect(LabelChange(in: "no longer listens on tcp 127.0.0.1:1") == nil)
    }

    /// What the simulated service does not survive, among these.
    private func outcome(
        of problem: SearchProblem, breaking ids: [String], _ fault: SimulatedFault
    ) async throws -> Outcome {
        let service = SimulatedService(conflicts: ids.map { [$0] }, fault: fault)
        return try await CampaignFixture.campaign(service, on: problem).run()
    }

    @Test("loses what holds the label, and nothing else, in few trials")
    func suspected() async throws {
        let problem = CampaignFixture.problem
        let told = try await outcome(of: problem, breaking: ["NoNewPrivileges=yes"], .labelHeld)
        #expect(told.refused.map(\.restriction) == ["NoNewPrivileges=yes"])
        #expect(told.accepted.restrictions.count == problem.offer.restrictions.count - 1)
        let whole = try await outcome(of: problem, breaking: [], .labelHeld)
        // Three: all, it by itself, all but it; what is asked in between may be asked otherwise.
        #expect(told.trials.count <= whole.trials.count + 3, "\(told.trials.count)")
        let untold = try await outcome(of: problem, breaking: ["NoNewPrivileges=yes"], .probe)
        #expect(untold.trials.count > told.trials.count)
        let why = try #require(told.refused.first?.because)
        #expect(
            LabelChange(in: why)?.policy == "(allow init_t simulated_t (process2 (nnp_transition)))"
        )
    }

    /// The catalogue for a service that is not root, and what of it systemd sets NoNewPrivileges=
    /// for.
    private func unprivileged(_ version: Int) throws -> (SearchProblem, [String]) {
        var calls = CampaignFixture.dialect.calls
        calls["@privileged", default: []].insert("capset")
        calls["@default"] = ["capget", "prctl"]
        let subject = HardeningSubject(
            Sandbox(["User": .word("daemon")]),
            dialect: Dialect(
                version: version, calls: calls, fileSystems: CampaignFixture.dialect.fileSystems))
        let offer = Offer(of: subject)
        let holders = offer.restrictions.filter { restriction in
            restriction.id == "NoNewPrivileges=yes"
                || offer.implications(of: restriction).contains("NoNewPrivileges=yes")
        }
        return (try SearchProblem(subject, offer: offer), holders.map(\.id))
    }

    @Test("loses with it all that systemd sets it for, by one witness")
    func alongside() async throws {
        let (old, many) = try unprivileged(252)
        for id in [
            "LockPersonality=yes", "RestrictNamespaces=~user", "SystemCallFilter=~@mount",
            "ProtectClock=yes", "SystemCallArchitectures=native",
        ] {
            #expect(many.contains(id), "\(id)")
        }
        for id in ["ProtectSystem=strict", "PrivateNetwork=yes", "CapabilityBoundingSet=~CAP_KILL"]
        {
            #expect(!many.contains(id), "\(id)")
        }
        let (new, few) = try unprivileged(257)
        #expect(
            Set(few) == [
                "NoNewPrivileges=yes", "SystemCallFilter=~@privileged",
                "SystemCallFilter=@system-service",
            ])
        for (problem, holders) in [(old, many), (new, few)] {
            let found = try await outcome(of: problem, breaking: holders, .labelHeld)
            let whole = try await outcome(of: problem, breaking: [], .labelHeld)
            #expect(found.refused.map(\.restriction) == ["NoNewPrivileges=yes"])
            #expect(found.trials.count <= whole.trials.count + 3, "\(found.trials.count)")
            #expect(
                found.accepted.restrictions.count
                    == problem.offer.restrictions.count - holders.count)
        }
    }

    @Test("is root's or a user's manager's: then nothing is set beside filters")
    func root() throws {
        let filter = try #require(Catalogue.standard["LockPersonality=yes"])
        func beside(_ sandbox: Sandbox, _ scope: ManagerScope = .system) -> Set<String> {
            let dialect = Dialect(version: 252, calls: [:], scope: scope)
            return HardeningSubject(sandbox, dialect: dialect).set(beside: filter)
        }
        #expect(beside(Sandbox(["User": .word("daemon")])) == ["NoNewPrivileges=yes"])
        #expect(beside(Sandbox()) == [])
        #expect(beside(Sandbox(["User": .word("root")])) == [])
        #expect(beside(Sandbox(["User": .word("daemon")]), .user) == [])
        #expect(
            beside(
                Sandbox(["User": .word("daemon"), "AmbientCapabilities": .mask(1 << 21)])) == [])
    }
}
