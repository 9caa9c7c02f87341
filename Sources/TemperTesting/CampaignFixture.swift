import Bisection
public import Hardening
public import Trials

/// The real catalogue on a bare unit and a systemd that knows everything: what campaigns over
/// simulated services are made on. Made once, it is used by thousands of campaigns.
public enum CampaignFixture {
    public static let dialect = Dialect(
        version: 257,
        calls: Dictionary(
            uniqueKeysWithValues: Catalogue.callGroupNames.map { group in
                // Each group has calls of its own, so that each filter changes something.
                (group, [String(group.dropFirst()) + "_one", String(group.dropFirst()) + "_two"])
            }),
        fileSystems: Dictionary(
            uniqueKeysWithValues: Catalogue.fileSystemGroupNames.map { ($0, [$0 + "fs"]) }))

    public static let problem: SearchProblem = {
        let subject = HardeningSubject(Sandbox(), dialect: dialect)
        do {
            return try SearchProblem(subject, offer: Offer(of: subject))
        } catch {
            preconditionFailure("the catalogue's implications are circular: \(error)")
        }
    }()

    /// All that is offered.
    public static let ids = problem.offer.restrictions.map(\.id)

    /// Conflicts as services have them: most of one restriction, some of two or three.
    public static func conflicts(using random: inout SplitMix64) -> [Set<String>] {
        (0..<Int.random(in: 0...8, using: &random)).map { _ in
            let size = [1, 1, 1, 1, 2, 2, 3].randomElement(using: &random) ?? 1
            return Set((0..<size).map { _ in ids.randomElement(using: &random) ?? "" })
        }
    }

    /// A profile as a campaign leaves it: everything but what breaks, and what contains that.
    public static func accepted(using random: inout SplitMix64) -> Profile {
        let broken = Set(conflicts(using: &random).compactMap { $0.min() })
        return Profile(
            recorded: Set(
                problem.offer.restrictions.filter { restriction in
                    broken.isDisjoint(with: restriction.implies.union([restriction.id]))
                }.map(\.id)))
    }

    /// A campaign over `service` with a ledger in memory unless another is given.
    ///
    /// - Parameter pause: how long a trial takes, besides what it costs.
    public static func campaign(
        _ service: SimulatedService, ledger: any Ledger = MemoryLedger(),
        options: CampaignOptions = CampaignOptions(), pause: Duration = .zero,
        canReload: Bool = true, report: @escaping @Sendable (CampaignEvent) -> Void = { _ in }
    ) -> Campaign {
        campaign(
            [service], problem, ledger, options, pause: pause, canReload: canReload, report: report)
    }

    /// A campaign with a place for each of these, which are one service in different places.
    ///
    /// - Parameter pause: how long a trial takes, besides what it costs.
    public static func campaign(
        _ services: [SimulatedService], ledger: any Ledger = MemoryLedger(),
        options: CampaignOptions, pause: Duration = .zero,
        report: @escaping @Sendable (CampaignEvent) -> Void = { _ in }
    ) -> Campaign {
        campaign(
            services, problem, ledger, options, pause: pause, canReload: true, report: report)
    }

    /// The search for what broke a profile that passed before.
    public static func regressing(_ profile: Profile) throws -> SearchProblem {
        try SearchProblem(
            regressing: profile, of: problem.subject)
    }

    public static func campaign(_ service: SimulatedService, on problem: SearchProblem) -> Campaign
    {
        campaign(
            [service], problem, MemoryLedger(), CampaignOptions(), pause: .zero, canReload: true,
            report: { _ in })
    }

    /// Trials of this service.
    public static func procedure(
        of service: SimulatedService, pause: Duration = .zero, canReload: Bool = true
    ) -> TrialProcedure {
        TrialProcedure(
            service: service, probes: [service.probe], canReload: canReload, settle: pause)
    }

    /// A cadence that waits for nothing.
    public static let hurried: ChosenCadence = {
        var cadence = ChosenCadence()
        cadence.startPeriod = .zero
        cadence.interval = .microseconds(1)
        cadence.failureThreshold = 1
        return cadence
    }()

    private static func campaign(
        _ services: [SimulatedService], _ problem: SearchProblem, _ ledger: any Ledger,
        _ options: CampaignOptions, pause: Duration, canReload: Bool,
        report: @escaping @Sendable (CampaignEvent) -> Void
    ) -> Campaign {
        var options = options
        options.cadence = hurried
        return Campaign(
            problem: problem,
            places: TrialPlaces(
                services.map { procedure(of: $0, pause: pause, canReload: canReload) }),
            ledger: ledger, options: options, observedUsage: ObservedUsage([], sandbox: Sandbox()),
            now: { 0 },
            report: report)
    }
}
