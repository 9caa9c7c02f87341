import Hardening
import Systemd
import Trials

/// What makes the trials of two runs comparable, as 16 hexadecimal digits: the copied settings, the
/// systemd, the probes, what is to be tried and the tree. A changed unit or package never resumes an
/// old campaign.
enum Fingerprint {
    static func of(
        _ bench: Bench, _ options: CampaignOptions, _ jobs: Int, isTrusted: Bool
    ) -> String {
        let (service, plan) = (bench.service, bench.plan)
        return digits(
            of: [service.unit, service.systemdVersion, bench.host.root]
                + service.unitFiles.map(\.text) + service.copiedSettings + bench.probes.map(\.name)
                + plan.preparations + plan.keep.sorted() + ["keep"] + plan.attempt.sorted()
                + Catalogue.standard.restrictions.map(\.id)
                + (options.isStrict ? ["strict logs"] : []) + ["tolerates"]
                + options.tolerance.words
                + plan.beforeStart.flatMap { ["before", $0] }
                + (options.isStrictest ? ["strictest"] : [])
                + (jobs > 1 ? ["jobs", "\(jobs)"] : [])
                + (bench.leavesOwners ? ["leaves owners"] : [])
                + (bench.host.chosenNetwork.map { ["network", $0] } ?? [])
                + (isTrusted ? [] : ["untrusted"]))
    }

    /// 16 hexadecimal digits that differ where any of the parts does.
    static func digits(of parts: [String]) -> String {
        Digest.of(parts.joined(separator: "\0").utf8)
    }
}
