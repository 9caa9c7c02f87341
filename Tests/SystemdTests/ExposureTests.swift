import Fixtures
import Foundation
import Hardening
import TemperTesting
import Testing

@testable import Systemd

extension AgainstSystemd {
    /// The number that we compute against the one that systemd prints.
    @Suite struct Exposures {
        @Test(
            "exposure is what systemd-analyze security says of live units",
            arguments: Release.allCases)
        func equals(_ release: Release) async throws {
            try await withBench(release) { bench, dialect in
                let cases = try await bench.hardenedUnits(profiles: 8, seed: 3, dialect: dialect)
                let units = cases.map(\.unit) + Set(cases.map { "\($0.base).service" }).sorted()
                let printed = try await bench.analyzed(units)
                #expect(Set(printed.keys) == Set(units))
                for unit in units {
                    let sandbox = try await bench.sandbox(of: unit)
                    let exposure = Exposure(of: sandbox, dialect: dialect)
                    #expect(exposure.description == printed[unit]?.exposure, "\(unit)")
                    #expect(exposure.label == printed[unit]?.predicate, "\(unit)")
                }
                // The same from the prediction, which is what a campaign knows before it ends.
                for (unit, base, before, profile) in cases {
                    let predicted = before.tightened(by: profile, in: .standard, dialect: dialect)
                    #expect(
                        Exposure(of: predicted, dialect: dialect).description
                            == printed[unit]?.exposure, "\(base) under \(profile.ids)")
                }
            }
        }
    }
}

extension UnitBench {
    struct Line: Decodable {
        let unit: String
        let exposure: String
        let predicate: String
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
