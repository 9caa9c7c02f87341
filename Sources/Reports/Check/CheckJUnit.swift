/// A check as JUnit's XML, which every CI system shows: one test case a unit. What makes the command
/// end with 1 is a failure, what makes it end with 2 an error.
public struct CheckJUnit: Sendable {
    public let text: String

    public init(_ report: CheckReport) {
        let units = report.units
        func count(_ status: Int32) -> Int { units.count { $0.exitStatus == status } }
        let seconds = units.reduce(0) { $0 + $1.seconds }
        text =
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuite name="temper check" tests="\(units.count)" \
            failures="\(count(1))" errors="\(count(2))" \
            skipped="\(units.count { $0.standing == .unchanged })" time="\(seconds)">

            """ + units.map(CheckJUnit.testCase).joined() + "</testsuite>\n"
    }

    private static func testCase(_ check: UnitCheck) -> String {
        let because = XML.attribute(check.because ?? check.notApplied ?? "")
        let inner =
            switch check.exitStatus {
            case 1:
                "    <failure type=\"regressed\" message=\"\(because)\">"
                    + XML.text(check.culprits.map(text).joined(separator: "\n")) + "</failure>\n"
            case 2:
                "    <error type=\"\(check.notApplied == nil ? check.standing.rawValue : "not-applied")\" "
                    + "message=\"\(because)\"/>\n"
            default:
                check.standing == .unchanged
                    ? "    <skipped message=\"unchanged since its record was made\"/>\n" : ""
            }
        let aside = CheckText(CheckReport([check]), isColoured: false).text
        return "  <testcase classname=\"temper\" name=\"\(XML.attribute(check.unit))\" "
            + "time=\"\(check.seconds)\">\n" + inner
            + "    <system-out>\(XML.text(aside))</system-out>\n  </testcase>\n"
    }

    private static func text(_ culprit: UnitCheck.Culprit) -> String {
        "\(culprit.restrictions.joined(separator: " with ")): \(culprit.because)"
    }
}
