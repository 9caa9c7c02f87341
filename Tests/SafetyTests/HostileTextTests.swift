import Foundation
import Hardening
import Reports
import Systemd
import TemperTesting
import Testing

@testable import TemperKit
@testable import Trials

/// What a service, a tree or a log can name, through every writer and back. `TEMPER_FUZZ=1000000`
/// makes it so many texts; the default is what takes some seconds.
@Suite("Hostile text is only text", .timeLimit(.minutes(30)))
struct HostileTextTests {
    private static let count =
        ProcessInfo.processInfo.environment["TEMPER_FUZZ"].flatMap(Int.init) ?? 20_000

    private func forHostileTexts(
        seed: UInt64, count: Int = HostileTextTests.count, _ body: (String) throws -> Void
    ) rethrows {
        var words = HostileWords(seed: seed)
        for _ in 0..<count { try body(words.next()) }
    }

    private func hasCommand(_ text: String, but kept: Set<Unicode.Scalar> = []) -> Bool {
        text.unicodeScalars.contains { $0.isCommand && !kept.contains($0) }
    }

    @Test("on a terminal nothing commands it, and what does not is shown as it is")
    func terminal() {
        forHostileTexts(seed: 1) { text in
            let shown = text.visible()
            #expect(!hasCommand(shown, but: ["\n", "\t"]))
            #expect(shown.visible() == shown)
            if !hasCommand(text) { #expect(shown == text) }
            #expect(!hasCommand(text.visible(keeping: [])))
        }
        #expect("a\u{1b}[2Jb\u{202e}c\n".visible() == "a\\u{1b}[2Jb\\u{202e}c\n")
    }

    @Test("a value of a record is read back as it was, and is one line")
    func recordValues() {
        forHostileTexts(seed: 2) { text in
            let line = "Because=\(text.inRecord)"
            #expect(!hasCommand(line))
            let read = UnitFileLine.all(in: "[X]\n\(line)\nNext=x\n")
            #expect(read.map { $0.assignment?.name } == [nil, "Because", "Next"], "\(line)")
            let value = read.dropFirst().first?.assignment?.value.readFromRecord
            // By scalars: two texts can be equal that are not the same.
            #expect(value.map { Array($0.unicodeScalars) } == Array(text.unicodeScalars), "\(line)")
        }
        for old in ["/etc/a\\x2db.service", "C:\\users", "\\u{", "\\u{zz}"] {
            #expect(old.readFromRecord == old)
        }
    }

    @Test("a record of a service with any names is read back, and holds no command that it chose")
    func records() throws {
        var words = HostileWords(seed: 3)
        for _ in 0..<max(500, Self.count / 20) {
            func word() -> String { words.next() + "x" }
            var record = HardeningRecord.commanding(Plan())
            record.validity.unitFiles = ["/" + word(): "0123"]
            record.validity.programs = ["/" + word(): FileIdentity(digest: "ab")]
            let footprint = Footprint(
                listeners: [word(), word()],
                sockets: ["/" + word(): .init(user: 1, group: 2, mode: 0o600)], labels: [word()],
                names: [word()], files: ["/" + word(): .init(user: 0, group: 0, mode: 0o644)])
            record.baseline = Baseline(
                ends: [], processSet: ProcessSet(["a" + word(): 1, word() + "b": 2]),
                footprint: footprint,
                helpers: [], exits: [ProcessExit(name: word(), code: 1, status: 3)], omissions: [:])
            let text = record.text
            #expect(!hasCommand(text, but: ["\n"]))
            let read = try HardeningRecord(reading: text, file: "x")
            #expect(read.plan == Plan() && read.baseline == record.baseline, "\(text)")
            #expect(read.validity == record.validity)
            #expect(read.text == text)
        }
    }

    @Test("commands for a person have every word of others in quotes")
    func commands() {
        var usage = Usage()
        usage.written = ["/srv/a b;touch x"]
        #expect(
            Ownership(user: "m'o", usage).commands == ["chown -R 'm'\\''o' '/srv/a b;touch x'"])
    }

    @Test("JSON is read back as it was, and shown it commands nothing")
    func json() throws {
        try forHostileTexts(seed: 4, count: max(2000, Self.count / 10)) { text in
            var check = UnitCheck(unit: text, standing: .untested, because: text)
            check.notes = [.init(.warning, text)]
            let report = CheckReport([check])
            let page = try JSON.page(report)
            #expect(!hasCommand(page, but: ["\n"]))
            let read = try JSONDecoder().decode(CheckReport.self, from: Data(page.utf8))
            #expect(
                read.units[0].because.map { Array($0.unicodeScalars) }
                    == Array(text.unicodeScalars))
            #expect(!hasCommand(CheckText(report, isColoured: false).text, but: ["\n"]))
            #expect(!hasCommand(CheckJUnit(report).text, but: ["\n", "\t"]))
        }
    }
}
