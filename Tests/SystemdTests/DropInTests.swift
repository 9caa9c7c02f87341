import Fixtures
import Hardening
import Lab
import SystemdBus
import TemperTesting
import Testing

@testable import Systemd

extension AgainstSystemd {
    /// The drop-in on real units: it does what was predicted and never loosens anything.
    @Suite struct DropIns {
        let catalogue = Catalogue.standard

        @Test(
            "a drop-in takes any unit to the predicted sandbox and loosens nothing",
            arguments: Release.allCases)
        func neverLoosens(_ release: Release) async throws {
            try await withUnitFixture(release) { fixture, dialect in
                let cases = try await fixture.hardenedUnits(
                    profiles: 8, seed: 10, dialect: dialect)
                for (unit, base, before, profile) in cases {
                    let after = try await fixture.sandbox(of: unit)
                    let predicted = HardeningSubject(before, in: catalogue, dialect: dialect)
                        .tightened(by: profile)
                        .withImplied(by: dialect)
                    let about = Comment(rawValue: "\(unit): \(base) under \(profile.ids)")
                    #expect(after.differences(from: predicted) == [], about)
                    let own = before.asOf(unit, insteadOf: base)
                    if own.user != before.user { #expect(after["User"] == own["User"], about) }
                    #expect(after.loosened(from: own, in: catalogue) == [], about)
                }
                #expect(try await fixture.complaints() == [])
            }
        }

        @Test(
            "the packager's drop-in has shorter lists of lines, and makes the same unit",
            arguments: Release.allCases)
        func packager(_ release: Release) async throws {
            try await withUnitFixture(release) { fixture, dialect in
                let cases = try await fixture.hardenedUnits(profiles: 6, seed: 13, dialect: dialect)
                var (commented, packaged) = (0, 0)
                for (unit, base, before, profile) in cases {
                    let source = try #require(BaseUnit.all.first { $0.name == base })
                    let files = ([source.text] + source.dropIns.values).map {
                        UnitFile(path: "", text: $0)
                    }
                    let text = HardeningSubject(before, in: catalogue, dialect: dialect)
                        .dropIn(for: profile).text
                    let dropIn = DropIn.forPackager(text, over: files.assignedSettings)
                    #expect(!dropIn.contains("#"))
                    commented += text.split(separator: "\n").count { !$0.hasPrefix("#") }
                    packaged += dropIn.split(separator: "\n").count
                    try fixture.write(
                        "p-\(unit)", source.text,
                        dropIns: source.dropIns.merging([UnitFixture.dropIn: dropIn]) { $1 })
                }
                #expect(packaged < commented)
                try await fixture.reload()
                for (unit, base, _, profile) in cases {
                    let one = try await fixture.sandbox(of: unit)
                    let other = try await fixture.sandbox(of: "p-\(unit)")
                    let about = Comment(rawValue: "\(unit): \(base) under \(profile.ids)")
                    // A dynamic user is called after its unit.
                    let name = String(unit.prefix { $0 != "." })
                    let alike = other.asOf(unit, insteadOf: "p-\(name)")
                    #expect(alike.differences(from: one) == [], about)
                }
                #expect(try await fixture.complaints() == [])
            }
        }

        @Test("systemd-analyze verify accepts every drop-in", arguments: Release.allCases)
        func verifies(_ release: Release) async throws {
            try await withUnitFixture(release) { fixture, dialect in
                let cases = try await fixture.hardenedUnits(profiles: 2, seed: 11, dialect: dialect)
                let output = try await fixture.lab.run(
                    ["systemd-analyze", "verify", "--man=no"] + cases.map(\.unit))
                #expect(output.status == 0)
                #expect(!output.stderr.contains(UnitFixture.dropIn), "\(output.stderr)")
            }
        }

        @Test(
            "the copy that is tried has the sandbox that the drop-in gives the unit",
            arguments: Release.allCases)
        func copiesAgree(_ release: Release) async throws {
            try await withUnitFixture(release) { fixture, dialect in
                for base in BaseUnit.all where base.introduced <= dialect.version {
                    try fixture.write("\(base.name).service", base.text, dropIns: base.dropIns)
                }
                try await fixture.reload()
                var generator = SplitMix64(seed: 12)
                for base in BaseUnit.all where base.introduced <= dialect.version {
                    let service = try await Service(
                        named: "\(base.name).service", on: fixture.machine)
                    for _ in 0..<3 {
                        let profile = Profile.random(
                            of: catalogue.known(to: dialect), in: catalogue, using: &generator)
                        let copy = try await fixture.neverStarted(
                            service.copies.properties(profile))
                        let predicted = HardeningSubject(
                            service.sandbox, in: catalogue, dialect: dialect
                        ).tightened(by: profile).withImplied(by: dialect)
                        var found = Sandbox(properties: copy)
                        // A copy is of type exec where the original is simple, and what belongs
                        // to the interface Unit is not read of it.
                        for name in ["Type", "DefaultDependencies"] {
                            found.settings[name] = predicted[name]
                        }
                        // Debian 12's systemd drops lists of file systems and keeps their mode.
                        if dialect.fileSystems.values.allSatisfy(\.isEmpty) {
                            found.settings["RestrictFileSystems"] = predicted["RestrictFileSystems"]
                        }
                        let differences = found.differences(from: predicted)
                        #expect(differences == [], "\(base.name) under \(profile.ids)")
                    }
                }
            }
        }
    }
}

extension UnitFixture {
    /// The properties of a transient unit that is kept from starting by a condition.
    func neverStarted(_ properties: [(String, BusValue)]) async throws -> [String: BusValue] {
        let name = TrialName.fresh()
        let never = BusValue.structure([
            .string("ConditionPathExists"), .bool(false), .bool(true), .string("/"),
        ])
        let job = try await machine.bus.startTransientUnit(
            name,
            properties: properties + [("Conditions", .array(element: "(sbbs)", [never]))])
        guard job == .done else { throw Trouble("\(name): \(job)") }
        let read = try await machine.properties(
            of: Machine.path(ofUnit: name), Machine.serviceInterface)
        try await machine.manager("UnrefUnit", .string(name))
        return read
    }

    /// Writes every base unit with drop-ins for random profiles, and makes systemd see them.
    func hardenedUnits(
        profiles: Int, seed: UInt64, dialect: Dialect
    ) async throws -> [(unit: String, base: String, before: Sandbox, profile: Profile)] {
        let bases = BaseUnit.all.filter { $0.introduced <= dialect.version }
        for base in bases { try write("\(base.name).service", base.text, dropIns: base.dropIns) }
        try await reload()
        var generator = SplitMix64(seed: seed)
        var cases: [(unit: String, base: String, before: Sandbox, profile: Profile)] = []
        let catalogue = Catalogue.standard
        for base in bases {
            let before = try await sandbox(of: "\(base.name).service")
            for _ in 0..<profiles {
                let profile = Profile.random(
                    of: catalogue.known(to: dialect), in: catalogue, using: &generator)
                let unit = "u\(cases.count).service"
                let dropIn = HardeningSubject(before, in: catalogue, dialect: dialect).dropIn(
                    for: profile)
                try write(
                    unit, base.text,
                    dropIns: base.dropIns.merging([UnitFixture.dropIn: dropIn.text]) { $1 })
                cases.append((unit, base.name, before, profile))
            }
        }
        try await reload()
        return cases
    }
}

extension Catalogue {
    /// What a systemd of this version takes, held back or not.
    func known(to dialect: Dialect) -> [Restriction] {
        restrictions.filter { $0.introduced <= dialect.version }
    }
}

extension Profile {
    /// Sorted, for messages.
    var ids: String { restrictions.sorted().joined(separator: ", ") }
}

extension Sandbox {
    /// What it is in a unit of another name: a dynamic user without a name is called after its unit
    /// (systemd.exec(5)).
    func asOf(_ unit: String, insteadOf base: String) -> Sandbox {
        guard self["DynamicUser"].isOn, self["User"] == .word(base) else { return self }
        var own = self
        own.settings["User"] = .word(String(unit.prefix { $0 != "." }))
        return own
    }
}
