import Fixtures
import Hardening
import SystemdBus
import TemperTesting
import Testing

@testable import Systemd

extension AgainstSystemd {
    /// Paths as a hostile service would choose them, in a drop-in, read by a real systemd.
    @Suite struct HostilePaths {
        /// Without what no unit file can say, and without what systemd makes of any path: doubled
        /// slashes, dots that are whole names.
        private static func path(using random: inout SplitMix64) -> String {
            let marks = Array("ab \"'\\%$;#~-+=[]@!|{}*?&<>äi%n€")
            let parts = (0..<Int.random(in: 1...3, using: &random)).map { _ in
                "x" + String((0..<5).map { _ in marks.randomElement(using: &random)! }) + "y"
            }
            return "/" + parts.joined(separator: "/")
        }

        @Test("a path comes back from systemd as what it was", arguments: Release.allCases)
        func comesBack(_ release: Release) async throws {
            try await withUnitFixture(release) { fixture, dialect in
                var random = SplitMix64(seed: 22)
                var units: [(name: String, paths: [String])] = []
                for number in 0..<40 {
                    var usage = Usage()
                    usage.written = Set((0..<5).map { _ in Self.path(using: &random) })
                    usage.files = ["/run" + Self.path(using: &random)]
                    usage.user = "daemon"
                    let catalogue = Catalogue.standard.accommodating(usage)
                    let text = HardeningSubject(Sandbox(), in: catalogue, dialect: dialect).dropIn(
                        for: Profile(["ProtectSystem=strict", "User=daemon"], in: catalogue),
                        header: ["of 100%", usage.written.first ?? ""]
                    ).text
                    let unit = "hostile\(number).service"
                    try fixture.write(
                        unit, "[Service]\nExecStart=/bin/true\n",
                        dropIns: [UnitFixture.dropIn: text])
                    units.append((unit, usage.written.sorted() + usage.files))
                }
                try await fixture.reload()
                for (unit, paths) in units {
                    let sandbox = try await fixture.sandbox(of: unit)
                    #expect(
                        sandbox[.readWritePaths].entries.sorted()
                            == paths.dropLast().map { "-\($0)" }.sorted(), "\(unit)")
                    let read = try await fixture.machine.properties(
                        of: Machine.path(ofUnit: unit), Machine.serviceInterface)
                    let commands = (read["ExecStartPreEx"]?.elements ?? []).compactMap(\.command)
                    // The manager keeps `$$` for the moment of the start.
                    #expect(
                        commands.first?.arguments.last?.replacing("$$", with: "$") == paths.last)
                }
                #expect(try await fixture.complaints() == [])
            }
        }
    }
}
