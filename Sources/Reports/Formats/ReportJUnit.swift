import Hardening
import Trials

/// A report as test runners write it: a suite for each unit, a case for each restriction that was
/// tried or left out; a refused one is a failure.
public struct ReportJUnit: Sendable {
    public let text: String

    public init(_ report: Report) {
        let suites = report.units.map(ReportJUnit.suite)
        let total = suites.reduce(into: Counts()) { $0.add($1.counts) }
        text =
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            + "<testsuites name=\"temper\" \(total.attributes)>\n"
            + suites.map(\.text).joined() + "</testsuites>\n"
    }

    private struct Counts {
        var tests = 0
        var failures = 0
        var skipped = 0
        var seconds = 0.0

        mutating func add(_ other: Counts) {
            tests += other.tests
            failures += other.failures
            skipped += other.skipped
            seconds += other.seconds
        }

        var attributes: String {
            "tests=\"\(tests)\" failures=\"\(failures)\" errors=\"0\" skipped=\"\(skipped)\" "
                + "time=\"\(seconds)\""
        }
    }

    private static func suite(_ unit: UnitReport) -> (text: String, counts: Counts) {
        let milliseconds = Dictionary(unit.trials.map { ($0.number, $0.milliseconds) }) { $1 }
        let refusals = Dictionary(unit.refusals.map { ($0.restriction, $0) }) { first, _ in first }
        var counts = Counts()
        var cases = ""
        counts.seconds = unit.result.seconds
        for ladder in unit.ladders {
            for step in ladder.steps {
                counts.tests += 1
                let time = Double(step.trial.flatMap { milliseconds[$0] } ?? 0) / 1000
                cases +=
                    "    <testcase classname=\"\(XML.attribute(unit.unit)).\(ladder.directive)\" "
                    + "name=\"\(XML.attribute(step.restriction))\" time=\"\(time)\""
                switch step.standing {
                case .taken, .inForce: cases += "/>\n"
                case .refused:
                    counts.failures += 1
                    cases += ">\n" + failure(step, refusals[step.restriction]) + "    </testcase>\n"
                case .untried, .ignored, .leftOut:
                    counts.skipped += 1
                    let why = step.because.isEmpty ? step.standing.rawValue : step.because
                    cases +=
                        ">\n      <skipped message=\"\(XML.attribute(why))\"/>\n    </testcase>\n"
                }
            }
        }
        let text =
            "  <testsuite name=\"\(XML.attribute(unit.unit))\" \(counts.attributes) "
            + "timestamp=\"\(unit.began.dropLast())\">\n\(cases)  </testsuite>\n"
        return (text, counts)
    }

    private static func failure(_ step: Ladder.Step, _ refusal: RefusedRestriction?) -> String {
        let cause = refusal?.cause?.text ?? step.because
        let lines =
            (refusal?.evidence ?? []).map { "\($0.certainty.rawValue): \($0.text)" }
            + (refusal?.advice ?? []).map {
                "advice (\($0.standing)): \($0.text) \(Words.lines($0.settings))"
            }
        return "      <failure type=\"refused\" message=\"\(XML.attribute(cause))\">"
            + XML.text(lines.joined(separator: "\n")) + "</failure>\n"
    }
}
