import Hardening
import TemperTesting
import Testing

@Suite("Profile") struct ProfileTests {
    let catalogue = Catalogue.standard

    @Test("profiles are a distributive lattice")
    func laws() {
        var generator = SplitMix64(seed: 1)
        for _ in 0..<2000 {
            func profile() -> Profile {
                .random(of: catalogue.restrictions, in: catalogue, using: &generator)
            }
            let (a, b, c) = (profile(), profile(), profile())
            #expect(a.join(b) == b.join(a) && a.meet(b) == b.meet(a))
            #expect(a.join(b.join(c)) == a.join(b).join(c))
            #expect(a.meet(b.meet(c)) == a.meet(b).meet(c))
            #expect(a.join(a.meet(b)) == a && a.meet(a.join(b)) == a)
            #expect(a.meet(b.join(c)) == a.meet(b).join(a.meet(c)))
            #expect(a.isAtMost(b) == (a.join(b) == b))
            #expect(a.meet(b).isAtMost(a) && a.isAtMost(a.join(b)))
            #expect(Profile.unrestricted.isAtMost(a))
        }
    }

    @Test("join and meet of profiles contain what they imply")
    func closed() {
        var generator = SplitMix64(seed: 2)
        for _ in 0..<1000 {
            func profile() -> Profile {
                .random(of: catalogue.restrictions, in: catalogue, using: &generator)
            }
            let (a, b) = (profile(), profile())
            for result in [a, a.join(b), a.meet(b)] {
                #expect(Profile(result.restrictions, in: catalogue) == result)
            }
        }
    }
}
