import Fixtures
import Hardening
import Lab
import TemperTesting
import Testing
import Trials

@testable import Systemd

extension AgainstSystemd {
    /// What is offered for records by somebody who wants more than there is, installed.
    @Suite struct HostileRecords {
        /// Records of one unit that are refused are followed by others.
        private static let attempts = 12
        private static let offers = 4

        @Test(
            "the installed unit is never looser than the shipped one, and runs no other command",
            arguments: Release.allCases)
        func neverLooser(_ release: Release) async throws {
            try await withUnitFixture(release) { fixture, dialect in
                let bases = BaseUnit.all.filter { $0.introduced <= dialect.version }
                for base in bases {
                    try fixture.write("\(base.name).service", base.text, dropIns: base.dropIns)
                }
                try await fixture.reload()
                var offered: [(unit: String, before: Sandbox, base: String, record: String)] = []
                var generator = SplitMix64(seed: 15)
                for base in bases {
                    let shipped = try await fixture.sandbox(of: "\(base.name).service")
                    var count = 0
                    for _ in 0..<Self.attempts where count < Self.offers {
                        let text = HostileRecord.text(using: &generator)
                        guard let record = try? HardeningRecord(reading: text, file: "x"),
                            let offer = HostileRecord.offer(record, shipped, dialect: dialect)
                        else { continue }
                        count += 1
                        let unit = "\(base.name)-\(count).service"
                        try fixture.write(
                            unit, base.text,
                            dropIns: base.dropIns.merging([UnitFixture.dropIn: offer.dropIn.text]) {
                                $1
                            })
                        offered.append(
                            (
                                unit, shipped.asOf(unit, insteadOf: base.name),
                                "\(base.name).service", text
                            ))
                    }
                }
                // Both were tried, of most units.
                #expect(offered.count > bases.count && offered.count < Self.offers * bases.count)
                try await fixture.reload()
                let printed = try await fixture.analyzed(
                    bases.map { "\($0.name).service" } + offered.map(\.unit))
                for (unit, before, base, record) in offered {
                    let about = Comment(rawValue: "\(unit): \(record)")
                    let after = try await fixture.sandbox(of: unit)
                    #expect(after.loosened(from: before, in: .standard) == [], about)
                    let (shipped, installed) = (printed[base], printed[unit])
                    #expect(
                        try Double(#require(installed?.exposure))
                            ?? .infinity <= Double(#require(shipped?.exposure)) ?? 0, about)
                    let commands = try await fixture.commands(of: unit)
                    #expect(!commands.contains("temper-was-here"), about)
                }
            }
        }
    }
}

extension UnitFixture {
    /// The unit's commands, as systemd reads them.
    fileprivate func commands(of unit: String) async throws -> String {
        let names = ["Pre", "", "Post"].map { "--property=ExecStart\($0)" }
        return try await lab.run(["systemctl", "show", unit] + names).stdout
    }
}
