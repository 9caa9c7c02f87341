import Testing

@testable import Hardening

@Suite("What a sandbox denies, in words")
struct DenialTests {
    private func denials(_ restrictions: String...) -> [Denial] {
        Catalogue.standard.denials(under: Profile(restrictions, in: .standard))
    }

    @Test("what several restrictions deny is told once, with each of them")
    func once() {
        let clock = denials(
            "ProtectClock=yes", "CapabilityBoundingSet=~CAP_SYS_TIME", "SystemCallFilter=~@clock"
        ).first { $0.what == "setting the clock" }
        #expect(
            Set(clock?.restrictions ?? []) == [
                "ProtectClock=yes", "CapabilityBoundingSet=~CAP_SYS_TIME",
                "SystemCallFilter=~@clock",
            ])
    }

    @Test("jobs that mount, set the kernel or set an address find themselves in it")
    func administration() {
        let found = denials(
            "ProtectKernelTunables=yes", "CapabilityBoundingSet=~CAP_NET_ADMIN",
            "SystemCallFilter=~@mount")
        func names(_ what: String) -> [String] {
            found.first { $0.what == what }?.restrictions ?? []
        }
        #expect(
            Set(names("mounts that everybody sees"))
                == ["ProtectKernelTunables=yes", "SystemCallFilter=~@mount"])
        #expect(names("setting sysctls, writing below /sys") == ["ProtectKernelTunables=yes"])
        #expect(
            names("setting addresses, routes and the firewall")
                == ["CapabilityBoundingSet=~CAP_NET_ADMIN"])
    }

    @Test("of a ladder the strictest step stands for all, and what nobody misses for nothing")
    func ladders() {
        let system = denials("ProtectSystem=strict").flatMap(\.restrictions)
        #expect(Set(system) == ["ProtectSystem=strict"])
        #expect(denials("MemoryKSM=no") == [])
        #expect(denials() == [])
    }

    @Test("every entry of a list has words of its own, and no words are of no restriction")
    func words() {
        let catalogue = Catalogue.withExamples
        #expect(Set(Denial.words.keys).isSubset(of: catalogue.restrictions.map(\.id)))
        let lists = catalogue.directives.filter { row in
            row.restrictions.contains { restriction in
                switch restriction.change {
                case .dropCapabilities, .denyCalls, .denyFamily: true
                default: false
                }
            }
        }
        #expect(lists.count == 3)
        for restriction in lists.flatMap(\.restrictions) where restriction.heldBack == nil {
            #expect(Denial.words[restriction.id] != nil, "\(restriction.id)")
        }
    }

    @Test("an exception that is taken back is told by what it left open")
    func exceptions() throws {
        var usage = Usage()
        usage.written = ["/var/lib/x"]
        let catalogue = Catalogue.standard.accommodating(usage)
        let profile = Profile(["ReadWritePaths=~/var/lib/x"], in: catalogue)
        let denial = try #require(
            catalogue.denials(under: profile).first {
                $0.restrictions == ["ReadWritePaths=~/var/lib/x"]
            })
        #expect(denial.what == "ReadWritePaths=/var/lib/x")
    }
}
