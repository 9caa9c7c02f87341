import Fixtures
import Testing

@Suite("The help of each command", .timeLimit(.minutes(2)))
struct HelpTests {
    private static let commands = [
        "harden", "probe", "check", "escape", "revert", "report", "doctor", "explain", "history",
        "lab",
    ]

    @Test("has an example and its exit statuses", arguments: commands)
    func page(command: String) async throws {
        let help = try await BuiltProduct("temper").run(["help", command])
        #expect(help.status == 0)
        let lines = help.output.split(separator: "\n")
        #expect(lines.contains { $0.hasPrefix("  temper \(command)") }, "\(help.output)")
        #expect(help.output.contains("Exit status: 0 "), "\(help.output)")
    }

    @Test("no command is without")
    func all() async throws {
        let help = try await BuiltProduct("temper").run(["--help"]).output
        let listed = try #require(help.split(separator: "SUBCOMMANDS:\n").last)
            .split(separator: "\n").prefix { $0.hasPrefix("  ") }
            .compactMap { $0.split(separator: " ").first.map(String.init) }
            .filter { Self.commands.contains($0) }
        #expect(Set(listed) == Set(Self.commands))
    }

    @Test("says what is taken where nothing is given")
    func defaults() async throws {
        let help = try await BuiltProduct("temper").run(["help", "harden"]).output
            .split(whereSeparator: \.isWhitespace).joined(separator: " ")
        for words in [
            "has passed. Default: 30s at first, then learned from the service.",
            "two checks. Default: 50ms.", "healthy. Default: 1.",
        ] {
            #expect(help.contains(words))
        }
    }
}
