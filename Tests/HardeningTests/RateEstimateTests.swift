import Hardening
import Testing

@Suite("Rates counted in campaigns") struct RateEstimateTests {
    let chown = "CapabilityBoundingSet=~CAP_CHOWN"
    let filter = "SystemCallFilter=~@chown"

    func estimate(_ samples: [RateEstimate.Sample]) -> RateEstimate {
        RateEstimate(samples, in: .standard)
    }

    @Test("begin with one service of either kind")
    func laplace() throws {
        let none = estimate([.init(taken: [chown], broken: [])])
        let family = try #require(none.families.first { $0.name == "owner" })
        #expect(family.campaigns == 1 && family.hot == 0 && family.rate == 1.0 / 3)
    }

    @Test("a family is hot where one of its members broke, and only there members are counted")
    func members() throws {
        let counted = estimate([
            .init(taken: [filter], broken: [chown]), .init(taken: [filter, chown], broken: []),
            .init(taken: [], broken: [chown, filter]),
        ])
        let family = try #require(counted.families.first { $0.name == "owner" })
        #expect(family.rate == 3.0 / 5)
        let member = try #require(counted.members.first { $0.id == filter })
        #expect(member.tried == 3 && member.triedHot == 2 && member.broke == 1)
        #expect(member.whenHot == 2.0 / 4)
    }

    @Test("what was not tried counts for nothing")
    func untried() throws {
        let counted = estimate([.init(taken: ["ProtectHome=yes"], broken: [])])
        #expect(counted.families.first { $0.name == "owner" }?.campaigns == 0)
    }
}
