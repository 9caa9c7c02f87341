import Hardening
import Trials

/// What `systemd-analyze security --security-policy=` holds the unit to from now on: every test that
/// it passes with the drop-in has to pass, and those that it does not pass, or in part only, are
/// waived, with the reason. systemd reads `weight` and `range` and passes over the rest.
public struct SecurityPolicy: Encodable, Sendable {
    private let entries: [String: Entry]

    private enum Entry: Encodable {
        case about(About)
        case test(Test)

        func encode(to encoder: any Encoder) throws {
            switch self {
            case .about(let about): try about.encode(to: encoder)
            case .test(let test): try test.encode(to: encoder)
            }
        }
    }

    private struct About: Encodable {
        let unit: String
        let temper: String
        let systemd: String
        /// What checks it: status 1 where a test does not pass that has to.
        let command: String
    }

    private struct Test: Encodable {
        let weight = 0
        let range: Int
        let waiver: Waiver
    }

    /// Why it does not count.
    fileprivate struct Waiver: Encodable {
        let because: String
        let restriction: String?
        /// The minimal set that fails together.
        let conflict: [String]?
        /// That shows it.
        let trial: Int?
    }

    /// nil for a result from before the tests were kept.
    public init?(_ export: UnitExport) {
        guard let findings = export.report.result.findings else { return nil }
        let words =
            ["systemd-analyze"] + (export.isOfUser ? ["--user"] : [])
            + ["security", "--security-policy=\(export.unit).json", "--threshold=0", export.unit]
        let about = About(
            unit: export.unit, temper: export.temper, systemd: export.report.result.systemd,
            command: words.map(\.shellQuoted).joined(separator: " "))
        var entries: [String: Entry] = ["temper": .about(about)]
        for test in findings where test.badness != nil {
            entries[test.test] = .test(
                Test(range: test.range, waiver: Waiver(test, export.report)))
        }
        self.entries = entries
    }

    public func encode(to encoder: any Encoder) throws { try entries.encode(to: encoder) }
}

extension SecurityPolicy.Waiver {
    /// Of the restriction that the test looks at: the one that was refused, else any that was not
    /// taken.
    fileprivate init(_ test: SecurityTest, _ report: UnitReport) {
        let subject = test.subject
        let ladder = report.ladders.first { $0.directive == subject?.directive }
        let steps = (ladder?.steps ?? []).filter { $0.standing != .taken }
        let own = steps.filter { subject?.restrictions.contains($0.restriction) ?? false }
        let candidates = own.isEmpty ? steps : own
        let step =
            candidates.first { $0.standing == .refused } ?? candidates.first { !$0.because.isEmpty }
            ?? candidates.first
        let refusal = report.refusals.first { $0.restriction == step?.restriction }
        let isPart = test.badness.map { $0 < test.range } ?? false
        let unknown = isPart ? "as strict as it can be here" : "no search changes it"
        because =
            step.map { $0.because.isEmpty ? $0.standing.rawValue : $0.because } ?? unknown
        restriction = step?.restriction
        conflict = refusal?.conflict
        trial = step?.trial
    }
}
