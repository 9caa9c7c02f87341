/// A check as JUnit's XML, which every CI system shows: one test case a unit. What makes the command
/// end with 1 is a failure, what makes it end with 2 an error.
public struct CheckJUnit: Sendable {
    public let text: String

    public init(_ report: CheckReport) {
        let units = report.units
        func count(_ status: Int32) -> String { "\(units.count { $0.exitStatus == status })" }
        text =
            Element(
                "testsuite",
                [
                    "name": "temper check", "tests": "\(units.count)", "failures": count(1),
                    "errors": count(2),
                    "skipped": "\(units.count { $0.standing == .unchanged })",
                    "time": "\(units.reduce(0) { $0 + $1.seconds })",
                ]
            ) { units.map(CheckJUnit.testCase) }.xml
    }

    private static func testCase(_ check: UnitCheck) -> Element {
        let because = check.because ?? check.notApplied ?? ""
        return Element(
            "testcase", ["classname": "temper", "name": check.unit, "time": "\(check.seconds)"]
        ) {
            switch check.exitStatus {
            case 1:
                Element("failure", ["type": "regressed", "message": because]) {
                    check.culprits.map { "\($0.names): \($0.because)" }.joined(separator: "\n")
                }
            case 2:
                let type = check.notApplied == nil ? check.standing.rawValue : "not-applied"
                Element("error", ["type": type, "message": because])
            default:
                if check.standing == .unchanged {
                    Element("skipped", ["message": "unchanged since its record was made"])
                }
            }
            Element("system-out") { CheckText(CheckReport([check]), isColoured: false).text }
        }
    }
}
