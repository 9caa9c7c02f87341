import Bisection
import Hardening
import Synchronization
import TemperTesting
import Trials

/// The real catalogue on a bare unit and a systemd that knows everything: what campaigns over
/// simulated services are made on. Made once, it is used by thousands of campaigns.
enum Playground {
    static let dialect = Dialect(
        version: 257,
        calls: Dictionary(
            uniqueKeysWithValues: Catalogue.callGroupNames.map { group in
                // Each group has calls of its own, so that each filter changes something.
                (group, [String(group.dropFirst()) + "_one", String(group.dropFirst()) + "_two"])
            }),
        fileSystems: Dictionary(
            uniqueKeysWithValues: Catalogue.fileSystemGroupNames.map { ($0, [$0 + "fs"]) }))

    static let agenda: Agenda = {
        let offer = Offer(catalogue: .standard, sandbox: Sandbox(), dialect: dialect)
        do {
            return try Agenda(
                catalogue: .standard, sandbox: Sandbox(), dialect: dialect, offer: offer)
        } catch {
            preconditionFailure("the catalogue's implications are circular: \(error)")
        }
    }()

    static let ids = agenda.offer.restrictions.map(\.id)

    /// Conflicts as services have them: most of one restriction, some of two or three.
    static func conflicts(using random: inout Seeded) -> [Set<String>] {
        (0..<Int.random(in: 0...8, using: &random)).map { _ in
            let size = [1, 1, 1, 1, 2, 2, 3].randomElement(using: &random) ?? 1
            return Set((0..<size).map { _ in ids.randomElement(using: &random) ?? "" })
        }
    }

    static func campaign(
        _ service: SimulatedService, ledger: any Ledger = MemoryLedger(),
        options: CampaignOptions = CampaignOptions(),
        report: @escaping @Sendable (CampaignEvent) -> Void = { _ in }
    ) -> Campaign {
        var options = options
        options.cadence.startPeriod = .zero
        options.cadence.interval = .microseconds(1)
        options.cadence.failureThreshold = 1
        return Campaign(
            agenda: agenda,
            course: Course(
                service: service, probes: [service.probe], canReload: true, settle: .zero),
            ledger: ledger, options: options, now: { 0 }, report: report)
    }
}

/// What can be compared of two runs of the same campaign: all but when it happened.
struct Story: Hashable {
    let asked: [Profile]
    let verdicts: [Verdict]
    let accepted: Profile
    let refused: [Outcome.Refused]
    let ending: CampaignEnding

    init(_ outcome: Outcome) {
        asked = outcome.trials.map(\.profile)
        verdicts = outcome.trials.map(\.verdict)
        accepted = outcome.accepted
        refused = outcome.refused
        ending = outcome.ending
    }
}
