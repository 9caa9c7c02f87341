import Foundation
import Hardening
import PublishedSchemas
import Testing
import Trials

@testable import Reports

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite("The forms of a report") struct ReportFormsTests {
    @Test("text fits 100 columns, and has the dearest refusal first with its cause and advice")
    func text() throws {
        let text = ReportText(Sample.unit, isColoured: false).text
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 100 })
        let dear = try #require(text.range(of: "\n  needs CAP_CHOWN"))
        let cheap = try #require(text.range(of: "\n  needs ReadWritePaths=/var/lib/x"))
        #expect(dear.lowerBound < cheap.lowerBound)
        #expect(text.contains("costs 0.2 of exposure, trial 3"))
        #expect(text.contains("because x: fchownat /srv/f failed with EPERM for lack of CAP_CHOWN"))
        let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(words.contains("CapabilityBoundingSet=CAP_CHOWN (tried in trial 6)"))
        #expect(text.contains("only together with SystemCallFilter=~@mount"))
        #expect(text.contains("take it with @mount system calls: exposure 2.3"))
        #expect(text.contains("(the call is in @mount)"))
        #expect(text.contains("Linux 6.14"))
    }

    @Test("the overview has the worst first, a line each")
    func overview() {
        let lines = ReportText(overview: Sample.report, isColoured: false).text
            .split(separator: "\n")
        #expect(lines[1].hasPrefix("worse.service") && lines[2].hasPrefix("x.service"))
        #expect(lines.allSatisfy { $0.count <= 100 })
        let table = ReportMarkdown(overview: Sample.report).text.split(separator: "\n")
        #expect(table.count == 4 && table[2].contains("worse.service"))
    }

    @Test("one of a thing is not told of as several", arguments: [(1, ""), (2, "s"), (0, "s")])
    func plurals(count: Int, ending: String) throws {
        var result = Sample.result
        result.accepted = (0..<count).map { "Protect\($0)=yes" }
        (result.trials, result.realUnitTrials) = (count, nil)
        let words = "\(count) restriction\(ending) taken, \(result.refused.count) refused, "
        let text = HardeningText(result, isColoured: false).text
        #expect(text.contains("\(words)in \(count) trial\(ending), 12.5 s"), "\(text)")
        result.realUnitTrials = 0
        #expect(result.trialWords == "\(count) trial\(ending) of copies")
        let unfinished = HistoryLine(result: nil, trials: count, isCheck: true).text
        #expect(unfinished == "unfinished after \(count) trial\(ending)")
        var check = UnitCheck(unit: "a.service", standing: .passed)
        (check.profile, check.trials) = (count, count)
        let line = "under its profile of \(count) restriction\(ending): \(count) trial\(ending), "
        #expect(CheckText(CheckReport([check]), isColoured: false).text.contains(line))
    }

    @Test("what others' work is denied stands in every form")
    func inherited() {
        var unit = Sample.unit
        unit.result.inherited = .init(
            work: "scheduled jobs",
            denied: [
                .init(
                    what: "setting the clock",
                    restrictions: ["ProtectClock=yes", "CapabilityBoundingSet=~CAP_SYS_TIME"])
            ])
        let text = HardeningText(unit.result, isColoured: false).text
        #expect(
            text.contains(
                """
                Denied to the scheduled jobs that it runs, as far as known
                  setting the clock  ProtectClock=yes, CAP_SYS_TIME
                """), "\(text)")
        for text in [
            ReportText(unit, isColoured: false).text, ReportMarkdown(unit).text,
            ReportHTML(Report(temper: "0.1.0", units: [unit])).text,
        ] {
            #expect(text.contains("Denied to the scheduled jobs that it runs"))
            #expect(text.contains("CAP_SYS_TIME"))
        }
    }

    @Test("what a service does on the bus is told where that stays open to it")
    func bus() {
        var result = Sample.unit.result
        #expect(HardeningResult.BusPeer.all(in: []) == nil)
        result.bus = HardeningResult.BusPeer.all(in: [
            .calls("Manager.Do", of: "org.y.Y"), .hears("org.y.Y"), .owns("org.x.X"),
            .calls("Manager.Be", of: "org.y.Y"),
        ])
        let text = HardeningText(result, isColoured: false).text
        #expect(
            text.contains(
                """
                The system bus stays open; what it does there
                  org.x.X  owns the name
                  org.y.Y  hears the signals, calls
                      Manager.Be, Manager.Do
                """), "\(text)")
        result.accepted.append(Catalogue.closedBus)
        #expect(!HardeningText(result, isColoured: false).text.contains("org.y.Y"))
    }

    @Test("Markdown can be pasted: what a service says is never markup")
    func markdown() {
        let text = ReportMarkdown(Sample.unit).text
        #expect(text.hasPrefix("# Hardening of `x.service`\n"))
        #expect(text.contains("### needs `CAP_CHOWN`"))
        #expect(text.contains("- **because** `x: fchownat /srv/f failed with EPERM"))
        #expect(text.contains("```ini\n[Service]\n"))
        // In a span of code it is harmless; outside of one it is escaped.
        for line in text.split(separator: "\n") where line.contains("<script>") {
            #expect(line.contains("`") && line.contains("``"), "\(line)")
        }
    }

    @Test("every form has the same numbers for the same words, and no trial after the last")
    func numbers() throws {
        let result = Sample.result
        let words =
            "\(result.accepted.count) restrictions taken, \(result.refused.count) refused, "
            + "in 4 trials of copies and 2 of the real unit, 12.5 s"
        let forms = [
            HardeningText(result, isColoured: false).text,
            ReportText(Sample.unit, isColoured: false).text, ReportMarkdown(Sample.unit).text,
            ReportHTML(Report(temper: "0.1.0", units: [Sample.unit])).text,
        ]
        for text in forms {
            #expect(text.contains(words), "\(text)")
            let numbers = text.matches(of: /\b[Tt]rial (\d+)/).compactMap { Int($0.output.1) }
            #expect(!numbers.isEmpty && numbers.allSatisfy { (1...result.trials).contains($0) })
        }
        let row = try #require(
            ReportText(overview: Sample.report, isColoured: false).text
                .split(separator: "\n").first { $0.hasPrefix("x.service") })
        #expect(row.contains("  \(result.accepted.count)        \(result.refused.count)  needs"))
    }

    @Test("a check counts what is on record as the result counted what was taken")
    func recorded() {
        let catalogue = Sample.provenance.catalogue
        var check = UnitCheck(unit: "x.service", standing: .passed)
        check.count(Profile(Sample.accepted, in: catalogue), in: catalogue)
        #expect(check.taken == Sample.result.accepted.count)
        #expect(check.profile > Sample.result.accepted.count)
        #expect(
            CheckText(CheckReport([check]), isColoured: false).text
                .contains("passes under its profile of 2 restrictions"))
    }

    @Test("what stands in an attribute keeps its line ends and tabs, which are blanks unescaped")
    func attributes() {
        var unit = Sample.unit
        unit.ladders[0].steps[0].because = "one\n\ttwo"
        let text = ReportHTML(Report(temper: "0.1.0", units: [unit])).text
        #expect(text.contains(": one&#10;&#9;two\""))
        #expect(!text.contains("one\n\ttwo\""))
    }

    @Test("no form shows a person what is no unit file's syntax, or denies twice")
    func words() {
        let (unit, report) = (Sample.unit, Sample.report)
        for text in [
            HardeningText(unit.result, isColoured: false).text,
            ReportText(unit, isColoured: false).text, ReportMarkdown(unit).text,
            ReportText(overview: report, isColoured: false).text, ReportHTML(report).text,
        ]
            + Sample.trials.map({
                TrialText(
                    $0, of: "x.service", campaign: 7, provenance: Sample.provenance,
                    isColoured: false
                ).text
            })
        {
            #expect(!text.contains("Paths=~") && !text.contains("without SystemCallFilter=~"))
        }
        var bind = unit
        bind.refusals[0].evidence[0].request?.call = "bind"
        bind.refusals[0].evidence[0].request?.port = 80
        #expect(
            ReportText(bind, isColoured: false).text.contains("  needs CAP_CHOWN (binds port 80) "))
    }

    @Test(
        "a restriction is named as a person would",
        arguments: [
            ("CapabilityBoundingSet=~CAP_CHOWN", "CapabilityBoundingSet=~CAP_CHOWN", "CAP_CHOWN"),
            ("ReadWritePaths=~/run", "ReadWritePaths= without /run", "ReadWritePaths=/run"),
            ("SystemCallFilter=~@mount", "SystemCallFilter=~@mount", "@mount system calls"),
            ("RestrictNamespaces=~net", "RestrictNamespaces=~net", "net namespaces"),
            ("ProtectHome=yes", "ProtectHome=yes", nil),
        ] as [(String, String, String?)])
    func naming(id: String, name: String, need: String?) {
        let words = RestrictionWords(id)
        #expect(words.name == name && words.need == need)
        #expect(words.refused == (need.map { "needs \($0)" } ?? id))
    }

    @Test("colours change nothing but the colours")
    func colours() {
        let plain = ReportText(Sample.unit, isColoured: false).text
        let coloured = ReportText(Sample.unit, isColoured: true).text
        #expect(plain != coloured)
        #expect(coloured.replacing(/\u{1b}\[[0-9]+m/, with: "") == plain)
    }

    @Test("JSON keeps to its published schema, and is read as it was written")
    func json() throws {
        let data = try JSONEncoder().encode(Sample.report)
        let schema = try JSONSchema("temper.report/1")
        #expect(try schema.flaws(in: data) == [])
        #expect(try JSONDecoder().decode(Report.self, from: data) == Sample.report)
    }

    @Test("and the schema is no rubber stamp")
    func schema() throws {
        let schema = try JSONSchema("temper.report/1")
        var report = Sample.report
        report.schema = "temper.report/2"
        report.units[0].refusals[0].conflict = []
        var text = String(decoding: try JSONEncoder().encode(report), as: UTF8.self)
        let passed = try #require(text.firstRange(of: "\"verdict\":\"passed\""))
        text.replaceSubrange(passed, with: "\"verdict\":\"fine\"")
        let flaws = try schema.flaws(in: Data(text.utf8))
        #expect(flaws.count == 3, "\(flaws)")
        #expect(try !schema.flaws(in: Data("{\"units\": 3}".utf8)).isEmpty)
    }

    @Test("JUnit is well-formed, its counts are right, and a refusal is a failure with its cause")
    func junit() throws {
        let reader = JUnitReader()
        let parser = XMLParser(data: Data(ReportJUnit(Sample.report).text.utf8))
        parser.delegate = reader
        #expect(parser.parse(), "\(parser.parserError.map { "\($0)" } ?? "")")
        #expect(
            reader.nesting == [
                "testsuites": [""], "testsuite": ["testsuites"],
                "testcase": ["testsuite"], "failure": ["testcase"], "skipped": ["testcase"],
            ])
        #expect(reader.suites.count == 2)
        for suite in reader.suites {
            #expect(suite.declared["tests"] == "\(suite.cases)")
            #expect(suite.declared["failures"] == "3" && suite.failures == 3)
            #expect(suite.declared["skipped"] == "\(suite.skipped)" && suite.skipped > 0)
        }
        #expect(reader.messages.contains { $0.contains("lack of CAP_CHOWN") })
    }

    @Test("SARIF keeps the rules of 2.1.0")
    func sarif() throws {
        let data = try JSONEncoder().encode(ReportSARIF(Sample.report))
        let log = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(log["version"] as? String == "2.1.0")
        let runs = try #require(log["runs"] as? [[String: Any]])
        let tool = try #require(runs.first?["tool"] as? [String: Any])
        let driver = try #require(tool["driver"] as? [String: Any])
        #expect(driver["name"] as? String == "temper")
        let rules = try #require(driver["rules"] as? [[String: Any]])
        let ids = rules.compactMap { $0["id"] as? String }
        #expect(Set(ids).count == rules.count && !ids.isEmpty)
        let results = try #require(runs.first?["results"] as? [[String: Any]])
        #expect(results.count == 6)
        for result in results {
            // 3.27.5 and 3.27.6: both name the same rule.
            let index = try #require(result["ruleIndex"] as? Int)
            #expect(ids.indices.contains(index) && ids[index] == result["ruleId"] as? String)
            #expect(["warning", "note"].contains(result["level"] as? String))
            let message = (result["message"] as? [String: Any])?["text"] as? String
            #expect(message?.isEmpty == false)
            let location = try #require((result["locations"] as? [[String: Any]])?.first)
            let physical = try #require(location["physicalLocation"] as? [String: Any])
            let uri = (physical["artifactLocation"] as? [String: Any])?["uri"] as? String
            // 3.4.3: a valid reference; relative to the machine's root.
            #expect(uri == "usr/lib/systemd/system/x%20y.service")
            #expect(((physical["region"] as? [String: Any])?["startLine"] as? Int ?? 0) >= 1)
        }
        let messages = results.compactMap { ($0["message"] as? [String: Any])?["text"] as? String }
        #expect(messages.contains { $0.contains("x.service fails under CapabilityBoundingSet") })
    }

    @Test("times are those of the calendar")
    func times() {
        let format = ISO8601DateFormatter()
        for seconds in [0, 951_782_399, 951_782_400, 1_709_164_800, 1_735_689_599, 4_102_444_800] {
            let date = Date(timeIntervalSince1970: Double(seconds))
            #expect(
                CivilTime(microseconds: UInt64(seconds) * 1_000_000).text
                    == format.string(from: date))
        }
    }
}

/// What a file of JUnit holds.
private final class JUnitReader: NSObject, XMLParserDelegate {
    struct Suite {
        var declared: [String: String]
        var cases = 0
        var failures = 0
        var skipped = 0
    }

    var suites: [Suite] = []
    var messages: [String] = []
    /// The elements that each kind of element was found in.
    var nesting: [String: Set<String>] = [:]
    private var open: [String] = []

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
        qualifiedName: String?, attributes: [String: String]
    ) {
        nesting[name, default: []].insert(open.last ?? "")
        open.append(name)
        switch name {
        case "testsuite": suites.append(Suite(declared: attributes))
        case "testcase": suites[suites.count - 1].cases += 1
        case "skipped": suites[suites.count - 1].skipped += 1
        case "failure":
            suites[suites.count - 1].failures += 1
            messages.append(attributes["message"] ?? "")
        default: break
        }
    }

    func parser(
        _ parser: XMLParser, didEndElement name: String, namespaceURI: String?,
        qualifiedName: String?
    ) {
        open.removeLast()
    }
}
