import Foundation
import Testing
import Trials

@testable import Reports

@Suite("The report of a check")
struct CheckReportTests {
    private static let report: CheckReport = {
        var passed = UnitCheck(unit: "a.service", standing: .passed)
        passed.profile = 117
        passed.trials = 1
        passed.notes = [.init(.new, "this systemd can do more")]
        var regressed = UnitCheck(
            unit: "b.service", standing: .regressed, because: "said \"<no>\" & died\u{1}")
        regressed.changes = [.init(.package, "b", "1", "2")]
        regressed.culprits = [
            .init(restrictions: ["X=~y"], trial: 5, because: "start failed", evidence: ["b: no"])
        ]
        let broken = UnitCheck(unit: "c.service", standing: .broken, because: "down")
        let unchanged = UnitCheck(unit: "d.service", standing: .unchanged)
        return CheckReport([passed, regressed, broken, unchanged])
    }()

    @Test("ends with 1 for a regression, else 2 for what could not be checked, else 0")
    func status() {
        let units = Self.report.units
        #expect(Self.report.exitStatus == 1)
        #expect(CheckReport([units[0], units[2]]).exitStatus == 2)
        #expect(CheckReport([units[0], units[3]]).exitStatus == 0)
        #expect(CheckReport([]).exitStatus == 0)
    }

    @Test(
        "what was offered and installed makes good for a regression; else it is not done as asked")
    func installing() throws {
        var mended = Self.report.units[1]
        mended.applied = .init(path: "/etc/systemd/system/b.service.d/50-temper.conf", seconds: 2)
        var refused = Self.report.units[0]
        refused.notApplied = "it was changed by hand"
        #expect(CheckReport([mended]).exitStatus == 0)
        #expect(CheckReport([mended, refused]).exitStatus == 2)
        var still = Self.report.units[1]
        still.notApplied = "it fails"
        #expect(CheckReport([still, refused]).exitStatus == 1)
        let junit = CheckJUnit(CheckReport([mended, refused, still])).text
        #expect(junit.contains("tests=\"3\" failures=\"1\" errors=\"1\" skipped=\"0\""))
        #expect(junit.contains("type=\"not-applied\" message=\"it was changed by hand\""))
        let text = CheckText(CheckReport([mended, refused]), isColoured: false).text
        #expect(text.contains("What passes now is installed: tried for 2.0 s"))
        #expect(text.contains("50-temper.conf") && text.contains("Not installed\n  it was changed"))
        let data = try JSONEncoder().encode(CheckReport([mended, refused]))
        let object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
        let units = try #require(object?["units"] as? [[String: Any]])
        #expect((units[0]["applied"] as? [String: Any])?["path"] != nil)
        #expect(units[0]["notApplied"] == nil && units[1]["notApplied"] != nil)
    }

    @Test("names of many changes the first, unless asked for all")
    func changes() {
        var check = UnitCheck(unit: "a.service", standing: .passed)
        check.changes = (1...30).map {
            .init(.package, "p\($0)", "1", String(repeating: "2", count: 300))
        }
        func text(isWhole: Bool) -> String {
            CheckText(CheckReport([check]), isColoured: false, isWhole: isWhole).text
        }
        let short = text(isWhole: false)
        #expect(short.contains("p12") && !short.contains("p13"))
        #expect(short.contains("and 18 more, all of them with --verbose"))
        #expect(text(isWhole: true).contains("p30") && !text(isWhole: true).contains(" more, "))
        #expect(text(isWhole: true).count > 30 * 300)
    }

    @Test("is JSON that reads back as the same")
    func json() throws {
        let data = try JSONEncoder().encode(Self.report)
        #expect(try JSONDecoder().decode(CheckReport.self, from: data) == Self.report)
        let object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
        #expect(object?["schema"] as? String == "temper.check/1")
        let unit = (object?["units"] as? [[String: Any]])?.first
        #expect(
            Set(unit.map { Array($0.keys) } ?? []).isSuperset(of: [
                "unit", "standing", "systemd", "changes", "profile", "trials", "furtherTrials",
                "bisecting", "seconds", "culprits", "tightenings", "notes",
            ]))
    }

    @Test("is JUnit's XML that any reader takes, whatever a service says")
    func junit() throws {
        let text = CheckJUnit(Self.report).text
        #expect(text.contains("tests=\"4\" failures=\"1\" errors=\"1\" skipped=\"1\""))
        let reader = XMLReader(text)
        #expect(reader.isWellFormed)
        #expect(text.contains("said &quot;&lt;no&gt;&quot; &amp; died\u{fffd}"))
    }

    @Test("two campaigns differ in what they took, in reasons and in circumstances")
    func difference() throws {
        func result(_ accepted: [String], _ refused: [String: String]) throws -> HardeningResult {
            let object: [String: Any] = [
                "schema": "temper.harden/1", "unit": "a.service", "systemd": "257",
                "exposure": [
                    "before": 9.6, "after": accepted.count == 1 ? 1.4 : 1.2, "possible": 1.2,
                ],
                "trials": 9, "seconds": 1, "accepted": accepted, "dropIn": "", "ending": "complete",
                "verified": true,
                "refused": refused.map {
                    ["restriction": $0.key, "conflict": [$0.key], "trial": 3, "because": $0.value]
                },
            ]
            return try JSONDecoder().decode(
                HardeningResult.self, from: try JSONSerialization.data(withJSONObject: object))
        }
        let earlier = try result(["A=yes", "B=yes"], ["C=yes": "no answer"])
        let later = try result(["A=yes"], ["B=yes": "died", "C=yes": "exit status 1"])
        let difference = CampaignDifference(from: earlier, to: later, records: (nil, nil))
        #expect(difference.taken.isEmpty)
        #expect(difference.lost.map(\.restriction) == ["B=yes"])
        #expect(difference.lost.map(\.because) == ["died"])
        #expect(
            difference.lines == [
                "exposure 1.2 → 1.4", "Not taken any more", "  B=yes: died",
                "Refused for another reason", "  C=yes: exit status 1; then: no answer",
            ])
        func dated(_ time: String, _ id: Int, _ status: Int) throws -> HardeningResult {
            let line = "start failed: 2026/11/\(time) [emerg] \(id)#\(id): open() failed"
            return try result(["A=yes"], ["B=yes": line, "C=yes": "exit status \(status)"])
        }
        let (first, second) = (try dated("29 05:54:29", 247, 1), try dated("30 22:01:03", 9, 226))
        #expect(
            CampaignDifference(from: first, to: second, records: (nil, nil)).otherReasons
                .map(\.now) == ["exit status 226"])
        for (then, now) in [
            ("x was killed for clone3", "x was killed for openat2"),
            ("x: bind AF_INET port 80 failed", "x: bind AF_INET port 443 failed"),
            ("died: signal 6", "died: signal 31"),
        ] {
            let (then, now) = (try result([], ["B=yes": then]), try result([], ["B=yes": now]))
            #expect(
                CampaignDifference(from: then, to: now, records: (nil, nil)).otherReasons.count == 1
            )
        }
        let same = CampaignDifference(from: later, to: later, records: (nil, nil))
        #expect(same.lines.last == "nothing else is different")
    }

    @Test("is text of at most 100 columns that says what is wrong")
    func text() {
        let text = CheckText(Self.report, isColoured: false).text
        #expect(text.contains("REGRESSED") && text.contains("X=~y") && text.contains("b 1 → 2"))
        #expect(text.contains("hardening is not to blame"))
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 100 })
        #expect(CheckText(Self.report, isColoured: true).text.contains("\u{1b}[31mREGRESSED"))
    }

    /// The shape of XML: tags that match, entities that are known.
    private struct XMLReader {
        var isWellFormed = true

        init(_ text: String) {
            var open: [Substring] = []
            for part in text.split(separator: "<").dropFirst(0) {
                guard let end = part.firstIndex(of: ">") else {
                    isWellFormed = false
                    return
                }
                let tag = part[..<end]
                if tag.hasPrefix("?") || tag.hasSuffix("/") { continue }
                if tag.hasPrefix("/") {
                    if open.popLast() != tag.dropFirst() { isWellFormed = false }
                } else {
                    open.append(tag.prefix { $0 != " " })
                }
            }
            if !open.isEmpty { isWellFormed = false }
        }
    }
}
