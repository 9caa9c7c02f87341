import Fixtures
import Foundation
import Lab
import TemperTesting
import Testing

@testable import Hardening
@testable import Systemd

extension AgainstSystemd {
    /// The number that we compute against the one that systemd prints.
    @Suite struct Exposures {
        @Test(
            "each test of the table judges as systemd's own does", arguments: Release.allCases)
        func tests(_ release: Release) async throws {
            try await withUnitFixture(release) { fixture, dialect in
                let cases = try await fixture.hardenedUnits(profiles: 1, seed: 4, dialect: dialect)
                for (unit, base, _, profile) in cases {
                    let seen = AnalyzedSandbox(try await fixture.sandbox(of: unit), dialect)
                    let theirs = try await fixture.judgement(of: unit)
                    #expect(theirs.count == Assessment.table.count)
                    for test in Assessment.table {
                        let theirs = try #require(theirs[test.policyField], "\(test.id)")
                        #expect(
                            test.badness(seen) == theirs.badness,
                            "\(test.id): \(base) under \(profile.ids)")
                    }
                }
            }
        }

        @Test(
            "exposure is what systemd-analyze security says of live units",
            arguments: Release.allCases)
        func equals(_ release: Release) async throws {
            try await withUnitFixture(release) { fixture, dialect in
                let cases = try await fixture.hardenedUnits(profiles: 8, seed: 3, dialect: dialect)
                let units = cases.map(\.unit) + Set(cases.map { "\($0.base).service" }).sorted()
                let printed = try await fixture.analyzed(units)
                #expect(Set(printed.keys) == Set(units))
                for unit in units {
                    let sandbox = try await fixture.sandbox(of: unit)
                    let exposure = Exposure(of: sandbox, dialect: dialect)
                    #expect(exposure.description == printed[unit]?.exposure, "\(unit)")
                    #expect(exposure.label == printed[unit]?.predicate, "\(unit)")
                }
                // The same from the prediction, which is what a campaign knows before it ends.
                for (unit, base, before, profile) in cases {
                    let predicted = HardeningSubject(before, dialect: dialect).exposure(
                        of: profile)
                    #expect(
                        predicted.description
                            == printed[unit]?.exposure, "\(base) under \(profile.ids)")
                }
            }
        }
    }
}

extension UnitFixture {
    struct Line: Decodable {
        let unit: String
        let exposure: String
        let predicate: String
    }

    struct Judged: Decodable {
        let field: String
        private let raw: UInt64
        /// nil where the test does not apply, which systemd says with its largest number.
        var badness: UInt64? { raw == .max ? nil : raw }

        enum CodingKeys: String, CodingKey {
            case field = "json_field"
            case raw = "badness"
        }
    }

    /// What `systemd-analyze security` prints of each test of one unit, by the name that policies
    /// have for the test.
    func judgement(of unit: String) async throws -> [String: Judged] {
        let output = try await lab.run(
            ["systemd-analyze", "security", "--no-pager", "--json=short", unit],
            environment: ["SYSTEMD_ANALYZE_DEBUG": "1"])
        guard output.status == 0 else { throw Trouble("systemd-analyze: \(output.stderr)") }
        let tests = try JSONDecoder().decode([Judged].self, from: Data(output.stdout.utf8))
        return Dictionary(uniqueKeysWithValues: tests.map { ($0.field, $0) })
    }

    /// What `systemd-analyze security` prints of these units, in one run.
    func analyzed(_ units: [String]) async throws -> [String: Line] {
        let output = try await lab.run(
            ["systemd-analyze", "security", "--no-pager", "--json=short"] + units,
            within: .seconds(60))
        guard output.status == 0 else { throw Trouble("systemd-analyze: \(output.stderr)") }
        // The tests of each unit come first, the overview is the last line.
        let overview = output.stdout.split(separator: "\n").last ?? ""
        let lines = try JSONDecoder().decode([Line].self, from: Data(overview.utf8))
        return Dictionary(uniqueKeysWithValues: lines.map { ($0.unit, $0) })
    }
}
