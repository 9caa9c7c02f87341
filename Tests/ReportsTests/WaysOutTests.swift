import Foundation
import Hardening
import Testing
import Trials
import WaysOut

@testable import Reports

extension Sample {
    /// All closed with EACCES, but for those of these names.
    static func ways(open: Set<String>) -> [WayState] {
        WayOut.all.map { way in
            if let reason = way.withheld { return .untold(reason) }
            return open.contains(way.id) ? .open(["/run/\(way.id)"]) : .closed(13)
        }
    }
}

@Suite("The ways out of a sandbox, as they are told") struct WaysOutTests {
    private static func result(
        before: Set<String>, after: Set<String>,
        _ change: (inout HardeningResult) -> Void = { _ in }
    ) -> HardeningResult {
        var result = Sample.result
        change(&result)
        result.tell(
            WaysOutChange(before: Sample.ways(open: before), after: Sample.ways(open: after)))
        return result
    }

    @Test("the first line has the number of those that lead to root, before and after")
    func firstLine() throws {
        let result = Self.result(
            before: ["system-bus", "mounts", "keys"], after: ["mounts", "keys"])
        #expect(result.waysOut?.toRootBefore == 2 && result.waysOut?.toRootAfter == 1)
        let line = try #require(
            HardeningText(result, isColoured: false).text.split(separator: "\n").first)
        #expect(line.hasSuffix(", ways to root 2 → 1"), "\(line)")
    }

    @Test("what stays open is told with why nothing that closes it was taken")
    func reasons() throws {
        let result = Self.result(
            before: [], after: ["system-bus", "journal", "keys", "logins"]
        ) {
            $0.refused = [
                .init(
                    restriction: "RestrictAddressFamilies=~AF_UNIX",
                    conflict: ["RestrictAddressFamilies=~AF_UNIX"], trial: 7, because: "it died")
            ]
            $0.accepted = ["SystemCallFilter=~@keyring"]
            $0.known = []
            ($0.skipped, $0.accommodations) = ([], [])
            $0.ignored = [.init(restriction: "ProtectHome=read-only", because: "of the kernel")]
            $0.leftOut = []
        }
        let because = Dictionary(
            uniqueKeysWithValues: (result.waysOut?.ways ?? []).map { ($0.way, $0.because) })
        // It closes nothing alone, and is said once.
        #expect(because["logins"] == "ProtectHome=read-only was not tried: of the kernel")
        #expect(because["journal"] == "RestrictAddressFamilies=~AF_UNIX is refused (trial 7)")
        #expect(
            because["keys"] == "SystemCallFilter=~@keyring is taken and does not close all of it")
        let text = HardeningText(result, isColoured: false).text
        #expect(text.contains("Ways out that stay open (0 were closed)"))
        #expect(text.contains("seen: /run/system-bus"))
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 100 || $0.contains("=") })
    }

    @Test("the text of an examination has the ways to root first, and every row once")
    func text() {
        let report = EscapeReport(
            unit: "x.service", root: "/", systemd: "257.13", exposure: Exposure(tenths: 96),
            states: Sample.ways(open: ["system-bus", "keys", "own-files"]), seconds: 2)
        let text = EscapeText(report, isColoured: false).text
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.first == "x.service  exposure 9.6, ways to root 2, other ways out 1")
        #expect(lines.allSatisfy { $0.count <= 100 })
        let root = text.range(of: "a unit is started over the system bus")
        let keys = text.range(of: "keys in the user's keyring")
        #expect(root != nil && keys != nil && root!.lowerBound < keys!.lowerBound)
        let quiet = Set(text.split(whereSeparator: \.isWhitespace).map(String.init))
        for way in report.ways where way.state != .open { #expect(quiet.contains(way.way)) }
    }

    @Test("SARIF has one result for each way that is open, an error where it leads to root")
    func sarif() throws {
        var unit = Sample.unit
        unit.result = Self.result(before: ["system-bus", "keys"], after: ["system-bus", "keys"])
        var report = Sample.report
        report.units = [unit]
        let data = try JSONEncoder().encode(ReportSARIF(report))
        let log = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let run = try #require((log["runs"] as? [[String: Any]])?.first)
        let rules = try #require(
            ((run["tool"] as? [String: Any])?["driver"] as? [String: Any])?["rules"]
                as? [[String: Any]])
        let results = try #require(run["results"] as? [[String: Any]])
            .filter { ($0["ruleId"] as? String)?.hasPrefix("way-out/") == true }
        #expect(results.map { $0["level"] as? String } == ["error", "warning"])
        for result in results {
            let index = try #require(result["ruleIndex"] as? Int)
            #expect(rules[index]["id"] as? String == result["ruleId"] as? String)
        }
    }
}

@Suite("The guide of the ways out") struct WaysOutGuideTests {
    @Test("has each row, with what is done and what closes it")
    func rows() throws {
        let guide = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/TemperKit/TemperKit.docc/WaysOut.md")
        let told = try String(contentsOf: guide, encoding: .utf8).split(separator: "\n")
            .filter { $0.hasPrefix("| `") }.map(String.init)
        let rows = WayOut.all.map { way in
            let closers = way.closedBy.map { closer in
                closer.replacing(" + ", with: "` and `")
            }.map { "`\($0)`" }.joined(separator: ", or ")
            return "| `\(way.id)` | \(way.name) | \(closers) |"
        }
        #expect(Set(told) == Set(rows) && told.count == rows.count)
    }
}
