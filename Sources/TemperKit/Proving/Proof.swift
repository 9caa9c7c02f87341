package import Hardening
import Reports
import Systemd
package import Trials

/// What came of an outcome on the real unit.
struct Proof: Sendable {
    var outcome: Outcome
    var dropIn: String
    var isVerified = false
    var lapses: [String] = []
    /// How it failed where the copies were tried, which may have left something there; nil where it
    /// passed.
    var contradiction: String?
    /// What the real unit was put through besides, and passed: `first start`, `boot`...
    var livedThrough: [String] = []
    /// What it was not put through, with the reason.
    var notPutThrough: [String] = []
    /// What it does not pass, whatever is opened; nil where it passed.
    var unproved: String?
    /// What a canary found in the real unit's sandbox.
    var waysOut = WaysOut.notTried
    /// The same with directories that systemd makes; nil where there are none, or nobody asked.
    var packaged: HardeningResult.Packaged?

    enum WaysOut {
        case notTried
        case found(WaysOutChange)
        /// Why it was not let loose, or found nothing.
        case untold(String)
    }

    /// The sandbox that the drop-in makes of the unit.
    var expected: Sandbox { outcome.problem.subject.tightened(by: outcome.accepted) }

    /// What it takes to try it again elsewhere.
    func proven(on context: HardeningContext) -> ProvenDropIn {
        ProvenDropIn(
            text: dropIn, plan: context.plan, expected: expected,
            hasSecondStart: outcome.baseline.noSecondStart == nil)
    }

    static func differs(_ difference: String) -> TemperError {
        .experiment(
            "the drop-in does not do what the trials did: \(difference); please report this")
    }

    mutating func learn(_ found: ProvingCourse.Finding) {
        outcome = found.outcome
        livedThrough = found.passed
        notPutThrough = found.notPutThrough
        unproved = found.obstacle
        if unproved != nil { isVerified = false }
    }

    var warnings: [String] {
        (unproved.map { ["not proved: \($0)"] } ?? [])
            + (contradiction.map {
                [
                    "where its copies had been tried the real unit did not pass: \($0); where it "
                        + "never ran before it did"
                ]
            } ?? [])
            + (packaged?.because.map { ["not as a maintainer would write it: \($0)"] } ?? [])
            + notPutThrough.map { "not part of the proving: \($0)" }
            + lapses.map {
                "\($0), though it is by itself: this systemd leaves it out beside the other "
                    + "settings"
            }
    }
}

/// A drop-in that passed where it was tried, and what is needed to try it on another machine's unit.
package struct ProvenDropIn: Sendable {
    let text: String
    let plan: Plan
    /// The sandbox that it makes of the unit.
    let expected: Sandbox
    /// Whether the unrestricted service survives a second start.
    let hasSecondStart: Bool

    package init(text: String, plan: Plan, expected: Sandbox, hasSecondStart: Bool) {
        self.text = text
        self.plan = plan
        self.expected = expected
        self.hasSecondStart = hasSecondStart
    }
}

extension Outcome {
    /// The drop-in of what a campaign found, with its reasons; nil where nothing was accepted.
    func dropIn(
        on context: HardeningContext, with directories: ServiceDirectories? = nil
    ) -> DropIn? {
        if accepted.restrictions.isEmpty { return nil }
        let (subject, service) = (problem.subject, context.service)
        let commands = context.preparations(for: self, with: directories)
        let refused = Dictionary(grouping: refused) {
            subject.catalogue[$0.restriction]?.directive ?? ""
        }
        let reasons = refused.mapValues { refused in
            RestrictionWords.reason(
                refused.map { RestrictionWords($0.restriction, because: $0.because) })
        }
        var header = [
            "\(context.bench.unit), hardened by temper \(TemperVersion.current) for systemd "
                + "\(service.systemdVersion).",
            "Exposure \(before) before, \(after) with this drop-in; "
                + "\(trials.count.counted("trial")) of copies.",
        ]
        if context.isStrictest {
            header.append("With --strictest: all that passed the probes, also what bites.")
        }
        if !commands.isEmpty {
            header += ["To be run before, once:"] + commands.map { "    \($0)" }
        }
        return subject.dropIn(
            for: accepted, header: header, reasons: reasons, startCommands: service.startCommands,
            runtimeDirectories: service.runtimeDirectories, directories: directories)
    }
}
