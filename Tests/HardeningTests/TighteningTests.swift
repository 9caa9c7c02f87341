import Hardening
import TemperTesting
import Testing

@Suite("Tightening") struct TighteningTests {
    let catalogue = Catalogue.standard
    let dialect = Dialect.withSmallGroups

    func subject(_ sandbox: Sandbox) -> HardeningSubject {
        HardeningSubject(sandbox, in: catalogue, dialect: dialect)
    }

    @Test("taking a profile twice is taking it once")
    func idempotent() {
        forRandomCases(seed: 1) { before, first, _ in
            let once = subject(before).tightened(by: first)
            let twice = subject(once).tightened(by: first)
            #expect(twice == once)
        }
    }

    @Test("no profile loosens anything, and a larger one is at least as strict")
    func monotone() {
        forRandomCases(seed: 2) { before, first, second in
            let lower = subject(before).tightened(by: first)
            let upper = subject(before).tightened(by: first.join(second))
            #expect(lower.loosened(from: before, in: catalogue) == [])
            #expect(upper.loosened(from: lower, in: catalogue) == [])
        }
    }

    @Test("profiles can be taken in either order or at once")
    func commutes() {
        // What a denied call gets is asked of a service that has denied calls, and where nothing
        // may be run from, and what else is named read-only, depends on what is read-only.
        let asked = [
            "SystemCallErrorNumber=kill", "NoExecPaths=writable", "ReadOnlyPaths=manager",
            "ReadOnlyPaths=orders",
        ]
        forRandomCases(seed: 3) { before, first, second in
            let first = Profile(recorded: first.restrictions.subtracting(asked))
            let second = Profile(recorded: second.restrictions.subtracting(asked))
            func take(_ profiles: Profile...) -> Sandbox {
                profiles.reduce(before) {
                    subject($0).tightened(by: $1)
                }.sorted
            }
            let together = take(first.join(second))
            #expect(take(first, second) == together)
            #expect(take(second, first) == together)
        }
    }

    @Test("what was taken is in force, and taking what is in force changes nothing")
    func inForce() {
        forRandomCases(seed: 4, count: 200) { before, profile, _ in
            let after = subject(before).under(profile)
            for restriction in catalogue.restrictions {
                let alone = Profile(recorded: [restriction.id])
                let next = after.tightened(by: alone)
                if after.already(has: restriction) {
                    #expect(next == after.sandbox, "\(restriction.id)")
                }
                let needsFilter =
                    restriction.change == .killOnDeniedCall && !after.sandbox.filtersCalls
                if profile.restrictions.contains(restriction.id) && !needsFilter {
                    #expect(after.already(has: restriction), "\(restriction.id)")
                }
            }
        }
    }

    @Test("a drop-in for what is in force already assigns nothing")
    func nothingToDo() {
        forRandomCases(seed: 5, count: 300) { before, profile, _ in
            let dropIn = subject(before).under(profile).dropIn(for: profile)
            #expect(dropIn.text == "[Service]\n")
        }
    }

    @Test("what systemd adds by itself is added once")
    func implied() {
        forRandomCases(seed: 6, count: 500) { before, _, _ in
            let loaded = before.withImplied(by: dialect)
            #expect(loaded.withImplied(by: dialect) == loaded)
            #expect(loaded.loosened(from: before, in: catalogue) == [])
        }
    }

    private func forRandomCases(
        seed: UInt64, count: Int = 1000, _ body: (Sandbox, Profile, Profile) -> Void
    ) {
        var generator = SplitMix64(seed: seed)
        for _ in 0..<count {
            let sandbox = Sandbox.random(using: &generator)
            func profile() -> Profile {
                .random(of: catalogue.restrictions, in: catalogue, using: &generator)
            }
            body(sandbox, profile(), profile())
        }
    }

    @Test("no path that another directive makes read-only is named among those without programs")
    func noExecBesideOthers() {
        func paths(_ sandbox: Sandbox, _ ids: String...) -> [String] {
            subject(sandbox).tightened(by: Profile(ids + ["NoExecPaths=writable"], in: catalogue))[
                .noExecPaths
            ].entries
        }
        #expect(
            paths(Sandbox()) == [
                "-/dev/shm", "-/home", "-/root", "-/run", "-/srv", "-/tmp", "-/var", "-/var/tmp",
            ])
        let homes = ["-/dev/shm", "-/home", "-/root"]
        #expect(paths(Sandbox(), "ProtectSystem=strict") == homes)
        #expect(paths(Sandbox(["ProtectSystem": .word("strict")])) == homes)
        #expect(
            paths(Sandbox(), "ProtectSystem=strict", "PrivateTmp=yes")
                == homes + ["-/tmp", "-/var/tmp"])
        #expect(
            paths(Sandbox(), "ProtectHome=read-only")
                == ["-/dev/shm", "-/run", "-/srv", "-/tmp", "-/var", "-/var/tmp"])
        #expect(paths(Sandbox(), "ProtectSystem=strict", "ProtectHome=tmpfs") == ["-/dev/shm"])
    }
}
