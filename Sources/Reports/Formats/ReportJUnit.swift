import Hardening
import Trials

/// A report as test runners write it: a suite for each unit, a case for each restriction that was
/// tried or left out; a refused one is a failure.
public struct ReportJUnit: Sendable {
    public let text: String

    public init(_ report: Report) {
        let steps = report.units.flatMap(\.ladders).flatMap(\.steps)
        let seconds = report.units.reduce(0) { $0 + $1.result.seconds }
        text =
            Element(
                "testsuites",
                [
                    "name": "temper", "tests": "\(steps.count)",
                    "failures": "\(steps.count(where: \.standing.isFailure))", "errors": "0",
                    "skipped": "\(steps.count(where: \.standing.isSkipped))", "time": "\(seconds)",
                ]
            ) { report.units.map(ReportJUnit.suite) }.xml
    }

    private static func suite(_ unit: UnitReport) -> Element {
        let steps = unit.ladders.flatMap(\.steps)
        let seconds = Dictionary(
            unit.trials.map { ($0.number, Double($0.milliseconds) / 1000) }
        ) { $1 }
        let refusals = Dictionary(unit.refusals.map { ($0.restriction, $0) }) { first, _ in first }
        return Element(
            "testsuite",
            [
                "name": unit.unit, "tests": "\(steps.count)",
                "failures": "\(steps.count(where: \.standing.isFailure))", "errors": "0",
                "skipped": "\(steps.count(where: \.standing.isSkipped))",
                "time": "\(unit.result.seconds)", "timestamp": "\(unit.began.dropLast())",
            ]
        ) {
            for ladder in unit.ladders {
                for step in ladder.steps {
                    Element(
                        "testcase",
                        [
                            "classname": "\(unit.unit).\(ladder.directive)",
                            "name": step.restriction,
                            "time": "\(step.trial.flatMap { seconds[$0] } ?? 0)",
                        ]
                    ) { outcome(of: step, refusals[step.restriction]) }
                }
            }
        }
    }

    @MarkupBuilder private static func outcome(
        of step: Ladder.Step, _ refusal: RefusedRestriction?
    ) -> [Markup] {
        if step.standing.isFailure {
            let lines =
                (refusal?.evidence ?? []).map { "\($0.certainty.rawValue): \($0.text)" }
                + (refusal?.advice ?? []).map {
                    "advice (\($0.standing)): \($0.text) \(Words.lines($0.settings))"
                }
            Element(
                "failure",
                ["type": "refused", "message": refusal?.cause?.text ?? step.because]
            ) { lines.joined(separator: "\n") }
        } else if step.standing.isSkipped {
            let why = step.because.isEmpty ? step.standing.rawValue : step.because
            Element("skipped", ["message": why])
        }
    }
}

extension StepStatus {
    fileprivate var isFailure: Bool { self == .refused }

    fileprivate var isSkipped: Bool {
        switch self {
        case .taken, .inForce, .refused: false
        case .untried, .ignored, .leftOut: true
        }
    }
}
