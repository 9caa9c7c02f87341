/// A check as JUnit's XML, which every CI system shows: one test case a unit; a regression is a
/// failure, what could not be checked an error.
public struct CheckJUnit: Sendable {
    public let text: String

    public init(_ report: CheckReport) {
        let units = report.units
        func count(_ standings: Set<UnitCheck.Standing>) -> Int {
            units.count { standings.contains($0.standing) }
        }
        let seconds = units.reduce(0) { $0 + $1.seconds }
        text =
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuite name="temper check" tests="\(units.count)" \
            failures="\(count([.regressed]))" errors="\(count([.broken, .untested]))" \
            skipped="\(count([.unchanged]))" time="\(seconds)">

            """ + units.map(CheckJUnit.testCase).joined() + "</testsuite>\n"
    }

    private static func testCase(_ check: UnitCheck) -> String {
        let because = escaped(check.because ?? "")
        let inner =
            switch check.standing {
            case .passed: ""
            case .unchanged: "    <skipped message=\"unchanged since its record was made\"/>\n"
            case .regressed:
                "    <failure type=\"regressed\" message=\"\(because)\">"
                    + escaped(check.culprits.map(text).joined(separator: "\n")) + "</failure>\n"
            case .broken, .untested:
                "    <error type=\"\(check.standing.rawValue)\" message=\"\(because)\"/>\n"
            }
        let aside = CheckText(CheckReport([check]), isColoured: false).text
        return "  <testcase classname=\"temper\" name=\"\(escaped(check.unit))\" "
            + "time=\"\(check.seconds)\">\n" + inner
            + "    <system-out>\(escaped(aside))</system-out>\n  </testcase>\n"
    }

    private static func text(_ culprit: UnitCheck.Culprit) -> String {
        "\(culprit.restrictions.joined(separator: " with ")): \(culprit.because)"
    }

    /// What XML 1.0 can hold; other control characters it cannot, not even escaped.
    private static func escaped(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\n": result += "&#10;"
            case "\t": result += " "
            case _ where scalar.value < 0x20 || (0xfffe...0xffff).contains(scalar.value):
                result += "\u{fffd}"
            default: result.unicodeScalars.append(scalar)
            }
        }
    }
}
