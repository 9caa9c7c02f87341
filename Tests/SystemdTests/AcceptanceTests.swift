import Fixtures
import Hardening
import SystemdBus
import Testing

@testable import Systemd

extension AgainstSystemd {
    /// Every restriction of the catalogue as systemd itself takes it: over D-Bus as a copy gets
    /// it, and as the text of a drop-in.
    @Suite struct Acceptance {
        let catalogue = Catalogue.standard

        @Test(
            "every restriction a version should know is taken over D-Bus as predicted",
            arguments: Release.allCases)
        func overTheBus(_ release: Release) async throws {
            try await withBench(release) { bench, dialect in
                let bare = try await bench.bareSandbox()
                for restriction in catalogue.restrictions
                where restriction.introduced <= dialect.version {
                    for profile in profiles(of: restriction) {
                        let found = try await bench.transient(bare, taking: profile, dialect)
                        let predicted = bare.tightened(
                            by: profile, in: catalogue, dialect: dialect
                        ).withImplied(by: dialect)
                        let differences = found.differences(from: predicted)
                        #expect(differences == [], "\(restriction.id)")
                    }
                }
            }
        }

        @Test(
            "every restriction a version should know is taken from a drop-in as predicted",
            arguments: Release.allCases)
        func fromADropIn(_ release: Release) async throws {
            try await withBench(release) { bench, dialect in
                let plain = "[Service]\nExecStart=/bin/true\n"
                try bench.write("plain.service", plain)
                let bare = try await bench.sandbox(of: "plain.service")
                var expected: [(unit: String, Restriction, Profile)] = []
                for restriction in catalogue.restrictions
                where restriction.introduced <= dialect.version {
                    for profile in profiles(of: restriction) {
                        let unit = "u\(expected.count).service"
                        let dropIn = DropIn(
                            from: bare, taking: profile, in: catalogue, dialect: dialect)
                        try bench.write(unit, plain, dropIns: ["zz.conf": dropIn.text])
                        expected.append((unit, restriction, profile))
                    }
                }
                try await bench.reload()
                for (unit, restriction, profile) in expected {
                    let predicted = bare.tightened(
                        by: profile, in: catalogue, dialect: dialect
                    ).withImplied(by: dialect)
                    let differences = try await bench.sandbox(of: unit).differences(from: predicted)
                    #expect(differences == [], "\(restriction.id)")
                }
                #expect(try await bench.complaints() == [])
            }
        }

        /// The restriction with all that it implies, and alone.
        private func profiles(of restriction: Restriction) -> Set<Profile> {
            [
                Profile([restriction.id], in: catalogue), Profile(recorded: [restriction.id]),
            ]
        }
    }
}

extension UnitBench {
    /// The sandbox of a transient unit with nothing set.
    func bareSandbox() async throws -> Sandbox {
        Sandbox(properties: try await machine.neverStarted(with: []))
    }

    /// The sandbox of a transient unit that takes `profile` on top of nothing.
    func transient(
        _ bare: Sandbox, taking profile: Profile, _ dialect: Dialect
    ) async throws -> Sandbox {
        let changes = bare.changes(taking: profile, in: .standard, dialect: dialect)
        return Sandbox(
            properties: try await machine.neverStarted(with: changes.replacing + changes.appended))
    }
}
