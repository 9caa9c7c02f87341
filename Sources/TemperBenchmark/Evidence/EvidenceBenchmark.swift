import ArgumentParser
import Foundation
import Lab
import Reports
import TemperKit
import TrialLedger
import Trials

/// `temper-benchmark evidence`
struct EvidenceBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evidence",
        abstract: "How often the report names the true cause of a refusal.",
        discussion: """
            Breaks small services in a lab, each by one restriction of which the cause is known, \
            and compares it with what the report names. Needs root and the tree trixie of \
            Tests/roots. With --ledger also counts in real campaigns how many refusals have a \
            cause. Ends with status 1 below the aim of 95 %, or when a wrong cause is called \
            certain.
            """)

    @Argument(help: "Which breakages; all without a name.")
    var names: [String] = []

    @Option(help: ArgumentHelp("Where the root trees are.", valueName: "dir"))
    var roots = ProcessInfo.processInfo.environment["TEMPER_ROOTS"] ?? "/var/cache/temper/roots"

    @Option(help: ArgumentHelp("The root tree to make the lab of.", valueName: "name"))
    var tree = "trixie"

    @Option(
        help: ArgumentHelp(
            "A directory with the ledger of real campaigns. Repeatable.", valueName: "dir"))
    var ledger: [String] = []

    @Flag(help: "Print all evidence of each.")
    var verbose = false

    func validate() throws {
        if let unknown = names.first(where: { name in !Breakage.all.contains { $0.name == name } })
        {
            throw ValidationError("there is no breakage \(unknown)")
        }
        for directory in ledger
        where !FileManager.default.fileExists(atPath: directory + "/trials.sqlite") {
            throw ValidationError("there is no ledger in \(directory)")
        }
    }

    func run() async throws {
        let findings = try await findings(
            Breakage.all.filter { names.isEmpty || names.contains($0.name) })
        let isGood = summarize(findings)
        for directory in ledger { try count(in: directory) }
        if !isGood { throw ExitCode(1) }
    }

    private func findings(_ breakages: [Breakage]) async throws -> [BreakageFinding] {
        var plan = LabPlan()
        plan.root = "\(roots)/\(tree)"
        return try await Lab.with(plan) { lab in
            let fixture = try await BreakageFixture(in: lab)
            var findings: [BreakageFinding] = []
            for breakage in breakages {
                let finding = try await fixture.finding(breakage)
                show(finding)
                findings.append(finding)
            }
            return findings
        }
    }

    private func show(_ finding: BreakageFinding) {
        let columns = [
            finding.outcome.rawValue.column(9), finding.breakage.truth.kind.column(15),
            finding.breakage.restriction.column(46), finding.text,
        ]
        say(columns.joined(separator: " "))
        if verbose {
            for evidence in finding.evidence {
                say("          \(evidence.certainty.rawValue): \(evidence.text)")
            }
        }
    }

    /// - Returns: whether the aim is reached.
    private func summarize(_ findings: [BreakageFinding]) -> Bool {
        func count(_ outcome: BreakageFinding.Outcome, _ among: [BreakageFinding]) -> Int {
            among.count { $0.outcome == outcome }
        }
        say("\nkind             planted  certain  likely  missed  wrong")
        let kinds = Dictionary(grouping: findings) { $0.breakage.truth.kind }
        for (kind, group) in kinds.sorted(by: { $0.key < $1.key }) {
            say(
                kind.column(15)
                    + String(
                        format: " %8d %8d %7d %7d %6d", group.count, count(.certain, group),
                        count(.likely, group), count(.missed, group), count(.wrong, group)))
        }
        let judged = findings.filter { $0.outcome != .unbroken }
        let named = count(.certain, judged) + count(.likely, judged)
        let share = judged.isEmpty ? 0 : Double(named) / Double(judged.count)
        say(
            String(
                format: "\n%d planted, %d broke; the true cause is named first in %d (%.1f %%), "
                    + "as certain in %d; a wrong one is called certain in %d; the aim is 95 %% and 0",
                findings.count, judged.count, named, share * 100, count(.certain, judged),
                count(.wrong, judged)))
        return share >= 0.95 && count(.wrong, judged) == 0 && judged.count == findings.count
    }

    /// Real services have no known truth: what is counted is whether a cause is named at all.
    private func count(in directory: String) throws {
        let store = try TrialStore(directory: directory)
        say("\n\(directory)")
        for unit in try store.units() {
            guard let campaign = try store.campaigns(of: unit).first(where: { $0.result != nil }),
                let text = campaign.result
            else { continue }
            let (trials, provenance) = try store.record(ofCampaign: campaign.id)
            let report = UnitReport(
                campaign: campaign.id, began: campaign.began,
                result: try JSONDecoder().decode(HardeningResult.self, from: Data(text.utf8)),
                trials: trials, provenance: provenance)
            let causes = report.refusals.map(\.cause)
            say(
                "\(unit): \(causes.count) refused, cause certain in "
                    + "\(causes.count { $0?.certainty == .certain }), likely in "
                    + "\(causes.count { $0?.certainty == .likely }), none in "
                    + "\(causes.count { $0 == nil })")
            for refusal in report.refusals where refusal.cause == nil {
                say("    no cause: \(refusal.restriction): \(refusal.because)")
            }
        }
    }
}
