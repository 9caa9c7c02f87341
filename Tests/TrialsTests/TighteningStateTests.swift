import Hardening
import TemperTesting
import Testing

@testable import Trials

@Suite("What could be tightened on top of a profile that passes")
struct TighteningStateTests {
    /// Which groups were tried, and what came of it.
    private func tighten(
        fresh: [String], refused: [String], most: Int, breaking: Set<String>
    ) -> (asked: [String], state: TighteningState) {
        var state = TighteningState(
            .unrestricted, in: .standard, fresh: fresh, refused: refused, most: most,
            exposure: Exposure(tenths: 50))
        var asked: [String] = []
        while case .run(let spec, _) = state.next(at: .now) {
            asked.append(spec.purpose.rawValue)
            let isBroken = !spec.profile.restrictions.isDisjoint(with: breaking)
            state.learn(
                Trial(
                    number: asked.count + 1, purpose: spec.purpose, profile: spec.profile,
                    began: 0, microseconds: .init(),
                    observations: [
                        .unit(
                            .ready,
                            UnitState(
                                type: "exec", active: isBroken ? "failed" : "active", sub: "",
                                result: "success"))
                    ], baseline: .unknown))
        }
        return (asked, state)
    }

    private let fresh = ["PrivateTmp=yes", "ProtectClock=yes", "ProtectHostname=yes"]

    @Test("all that is new passes in one trial, and then what was refused is tried one by one")
    func together() {
        let (asked, state) = tighten(
            fresh: fresh, refused: ["LockPersonality=yes", "RestrictRealtime=yes"], most: 5,
            breaking: ["LockPersonality=yes"])
        #expect(
            asked == [
                "can 3 new restrictions be taken now?", "can LockPersonality=yes be taken now?",
                "can RestrictRealtime=yes be taken now?",
            ])
        #expect(state.taken.map(\.restriction) == fresh + ["RestrictRealtime=yes"])
        #expect(state.taken.map(\.trial) == [2, 2, 2, 4])
        #expect(state.profile.restrictions.isSuperset(of: fresh))
    }

    @Test("what fails together is tried in halves, and every half that passes is taken")
    func halves() {
        let (asked, state) = tighten(
            fresh: fresh, refused: [], most: 5, breaking: ["ProtectClock=yes"])
        #expect(
            asked == [
                "can 3 new restrictions be taken now?", "can PrivateTmp=yes be taken now?",
                "can 2 new restrictions be taken now?", "can ProtectClock=yes be taken now?",
                "can ProtectHostname=yes be taken now?",
            ])
        #expect(state.taken.map(\.restriction) == ["PrivateTmp=yes", "ProtectHostname=yes"])
        #expect(!state.profile.restrictions.contains("ProtectClock=yes"))
    }

    @Test("no more trials are made than allowed, and nothing untried is taken")
    func bounded() {
        let (asked, state) = tighten(
            fresh: fresh, refused: ["LockPersonality=yes"], most: 2, breaking: Set(fresh))
        #expect(asked.count == 2)
        #expect(state.taken.isEmpty && state.profile == .unrestricted)
    }
}
