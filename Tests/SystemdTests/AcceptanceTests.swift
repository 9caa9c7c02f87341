import Fixtures
import Hardening
import Lab
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
            try await withUnitFixture(release) { fixture, dialect in
                let bare = try await fixture.bareSandbox()
                for restriction in catalogue.restrictions
                where restriction.introduced <= dialect.version {
                    for profile in profiles(of: restriction) {
                        let found = try await fixture.transient(bare, taking: profile, dialect)
                        let predicted = HardeningSubject(bare, in: catalogue, dialect: dialect)
                            .tightened(by: profile).withImplied(by: dialect)
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
            try await withUnitFixture(release) { fixture, dialect in
                let plain = "[Service]\nExecStart=/bin/true\n"
                try fixture.write("plain.service", plain)
                let bare = try await fixture.sandbox(of: "plain.service")
                var expected: [(unit: String, Restriction, Profile)] = []
                for restriction in catalogue.restrictions
                where restriction.introduced <= dialect.version {
                    for profile in profiles(of: restriction) {
                        let unit = "u\(expected.count).service"
                        let dropIn = HardeningSubject(bare, in: catalogue, dialect: dialect).dropIn(
                            for: profile)
                        try fixture.write(unit, plain, dropIns: [UnitFixture.dropIn: dropIn.text])
                        expected.append((unit, restriction, profile))
                    }
                }
                try await fixture.reload()
                for (unit, restriction, profile) in expected {
                    let predicted = HardeningSubject(bare, in: catalogue, dialect: dialect)
                        .tightened(by: profile).withImplied(by: dialect)
                    let differences = try await fixture.sandbox(of: unit).differences(
                        from: predicted)
                    #expect(differences == [], "\(restriction.id)")
                }
                #expect(try await fixture.complaints() == [])
            }
        }

        @Test(
            "a restriction of a later version is not taken, over D-Bus or from a drop-in",
            arguments: [Release.bookworm, .trixie])
        func gates(_ release: Release) async throws {
            try await withUnitFixture(release) { fixture, dialect in
                // What a systemd that knows everything would be handed.
                let later = Dialect(
                    version: .max, calls: dialect.calls.filter { !$0.value.isEmpty },
                    fileSystems: dialect.fileSystems)
                let plain = "[Service]\nExecStart=/bin/true\n"
                try fixture.write("plain.service", plain)
                let bare = try await fixture.sandbox(of: "plain.service")
                let unknown = catalogue.restrictions.filter {
                    // Tested by itself below.
                    $0.introduced > dialect.version && $0.id != "RestrictNamespaces=~time"
                }
                #expect(!unknown.isEmpty)
                for (index, restriction) in unknown.enumerated() {
                    let profile = Profile(recorded: [restriction.id])
                    let dropIn = HardeningSubject(bare, in: catalogue, dialect: later).dropIn(
                        for: profile)
                    try fixture.write(
                        "u\(index).service", plain, dropIns: [UnitFixture.dropIn: dropIn.text])
                }
                try await fixture.reload()
                for (index, restriction) in unknown.enumerated() {
                    let profile = Profile(recorded: [restriction.id])
                    let predicted = HardeningSubject(bare, in: catalogue, dialect: later).tightened(
                        by: profile)
                    let overTheBus = try? await fixture.transient(bare, taking: profile, later)
                    #expect(
                        overTheBus?[restriction.directive] != predicted[restriction.directive],
                        "\(restriction.id) over D-Bus")
                    let found = try await fixture.sandbox(of: "u\(index).service")
                    #expect(
                        found[restriction.directive] != predicted[restriction.directive],
                        "\(restriction.id) in a drop-in")
                }
                let complaints = try await fixture.complaints()
                for (index, restriction) in unknown.enumerated() {
                    #expect(
                        complaints.contains { $0.contains("/u\(index).service.d/") },
                        "\(restriction.id): \(complaints)")
                }
            }
        }

        @Test(
            "namespaces of type time cannot be restricted before systemd 262",
            arguments: Release.allCases)
        func timeNamespaces(_ release: Release) async throws {
            try await withUnitFixture(release) { fixture, dialect in
                // Older ones take the word, and what they then hold means "nothing is denied".
                let name = "RestrictNamespaces"
                let unit = "[Service]\nType=oneshot\nExecStart=/usr/bin/unshare"
                try fixture.write("time.service", "\(unit) -T true\n\(name)=~time\n")
                try fixture.write("uts.service", "\(unit) -u true\n\(name)=~uts\n")
                try await fixture.reload()
                let time = try await fixture.lab.run(["systemctl", "start", "time.service"])
                #expect((time.status != 0) == (dialect.version >= 262))
                let uts = try await fixture.lab.run(["systemctl", "start", "uts.service"])
                #expect(uts.status != 0)
            }
        }

        @Test("the groups that a restriction implies are contained in every version's own")
        func implications() async throws {
            for release in Release.allCases {
                try await withUnitFixture(release) { _, dialect in
                    for restriction in catalogue.directive("SystemCallFilter")?.restrictions ?? []
                    where restriction.introduced <= dialect.version {
                        switch restriction.change {
                        case .denyCalls(let name), .allowOnlyCalls(let name):
                            let calls = try #require(
                                dialect.calls(of: name), "\(release): \(name)")
                            // One by itself is known to the release, too.
                            #expect(
                                dialect.calls.values.contains { !calls.isDisjoint(with: $0) },
                                "\(release): \(name)")
                        default: Issue.record("\(restriction.id)")
                        }
                        for implied in restriction.implies {
                            #expect(
                                catalogue.contains(restriction.id, implied, dialect),
                                "\(release): \(restriction.id) without \(implied)")
                        }
                    }
                }
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

extension Catalogue {
    /// Whether no call of the group that `implied` denies is let through by `id`.
    func contains(_ id: String, _ implied: String, _ dialect: Dialect) -> Bool {
        guard case .denyCalls(let group) = self[implied]?.change,
            let calls = dialect.calls[group]
        else { return false }
        switch self[id]?.change {
        case .denyCalls(let outer): return calls.isSubset(of: dialect.calls[outer] ?? [])
        case .allowOnlyCalls(let inner):
            let allowed = (dialect.calls[inner] ?? []).union(dialect.calls["@default"] ?? [])
            return calls.isDisjoint(with: allowed)
        default: return false
        }
    }
}

extension UnitFixture {
    /// The sandbox of a transient unit with nothing set.
    func bareSandbox() async throws -> Sandbox {
        Sandbox(properties: try await machine.neverStarted(with: []))
    }

    /// The sandbox of a transient unit that takes `profile` on top of nothing.
    func transient(
        _ bare: Sandbox, taking profile: Profile, _ dialect: Dialect
    ) async throws -> Sandbox {
        let changes = HardeningSubject(bare, dialect: dialect).changes(taking: profile)
        return Sandbox(
            properties: try await machine.neverStarted(with: changes.replacing + changes.appended))
    }
}
