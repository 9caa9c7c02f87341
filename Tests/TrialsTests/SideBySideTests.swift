import Hardening
import Synchronization
import TemperTesting
import Testing

@testable import Trials

@Suite("Trials side by side", Campaigns.oneAtATime)
struct SideBySideTests {
    private func options(width: Int) -> CampaignOptions {
        var options = CampaignOptions()
        options.width = width
        return options
    }

    /// One service in so many places.
    private func places(
        _ count: Int, _ conflicts: [Set<String>], fault: SimulatedFault = .execStep
    ) -> [SimulatedService] {
        (0..<count).map { _ in SimulatedService(conflicts: conflicts, fault: fault) }
    }

    @Test("a width has one course, in however many places, and every width the same result")
    func courses() async throws {
        for seed in 0..<2 as Range<UInt64> {
            var random = SplitMix64(seed: seed)
            let conflicts = CampaignFixture.conflicts(using: &random)
            let plain = try await CampaignFixture.campaign(SimulatedService(conflicts: conflicts))
                .run()
            for width in [2, 5] {
                let inOne = try await CampaignFixture.campaign(
                    places(1, conflicts), options: options(width: width)
                ).run()
                let services = places(width, conflicts)
                let ledger = MemoryLedger()
                let inAll = try await CampaignFixture.campaign(
                    services, ledger: ledger, options: options(width: width)
                ).run()
                #expect(
                    ComparableOutcome(inAll) == ComparableOutcome(inOne),
                    "seed \(seed), width \(width)")
                #expect(inAll.after == plain.after, "seed \(seed), width \(width)")
                #expect(ledger.trials.map(\.profile) == inAll.trials.map(\.profile))
                #expect(inAll.trials.map(\.number) == Array(1...inAll.trials.count))
                #expect(services.allSatisfy { $0.leftRunning == 0 })
                #expect(services.count { !$0.profiles.isEmpty } > 1)
            }
        }
    }

    @Test("cut off after a trial, with others under way, it goes on where it was")
    func cutOff() async throws {
        let conflicts: [Set<String>] = [["PrivateTmp=yes", "ProtectHome=yes"], ["UMask=0077"]]
        let whole = try await CampaignFixture.campaign(
            places(4, conflicts), options: options(width: 4)
        ).run()
        for stop in stride(from: 0, to: whole.trials.count, by: 4) {
            let services = places(4, conflicts)
            let ledger = MemoryLedger(capacity: stop)
            await #expect(throws: ExperimentError.self) {
                try await CampaignFixture.campaign(
                    services, ledger: ledger, options: options(width: 4)
                ).run()
            }
            #expect(services.allSatisfy { $0.leftRunning == 0 })
            #expect(ledger.trials.map(\.profile) == whole.trials.prefix(stop).map(\.profile))
            let again = try await CampaignFixture.campaign(
                places(4, conflicts), ledger: MemoryLedger(resuming: ledger.trials),
                options: options(width: 4)
            ).run()
            #expect(ComparableOutcome(again) == ComparableOutcome(whole), "stopped after \(stop)")
            #expect(again.resumed == stop)
        }
    }

    @Test("an interruption ends what is under way in every place")
    func interrupted() async throws {
        let services = places(4, CampaignFixture.ids.map { [$0] })
        let campaign = CampaignFixture.campaign(
            services, options: options(width: 4), pause: .milliseconds(20))
        let task = Task { try await campaign.run() }
        while services.count(where: { $0.profiles.count > 3 }) < 4 {
            try await Task.sleep(for: .milliseconds(5))
        }
        task.cancel()
        let outcome = try await task.value
        #expect(outcome.ending == .interrupted)
        #expect(services.allSatisfy { $0.leftRunning == 0 })
    }

    @Test("a place where a trial left something behind is found out whichever it is")
    func spoiledPlace() async throws {
        // Each of them breaks it, so that it is asked for the service as it is in between.
        let conflicts = CampaignFixture.ids.map { Set([$0]) }
        for spoiled in 0..<3 {
            let procedures = (0..<3).map { place in
                let service = SimulatedService(conflicts: conflicts)
                return TrialProcedure(
                    service: SpoiledService(
                        service: service, lasts: place == spoiled ? 4 : .max),
                    probes: [service.probe], canReload: true, settle: .zero)
            }
            let error = await #expect(throws: ExperimentError.self) {
                var campaign = CampaignFixture.campaign(
                    places(1, conflicts), options: options(width: 3))
                campaign.places = TrialPlaces(procedures)
                _ = try await campaign.run()
            }
            #expect(
                error?.description.contains("left something behind") == true, "place \(spoiled)")
        }
    }

    @Test("a trial that finds no place waits for one that is made later")
    func laterPlace() async throws {
        let services = places(2, [["UMask=0077"]])
        let procedures = services.map { CampaignFixture.procedure(of: $0) }
        var campaign = CampaignFixture.campaign(places(1, []), options: options(width: 2))
        let later = TrialPlaces([procedures[0]], planned: 2)
        campaign.places = later
        #expect(await later.width == 2)
        await later.add(procedures[1])
        #expect(await later.width == 2)
        let outcome = try await campaign.run()
        #expect(outcome.ending == .complete)
        #expect(services.allSatisfy { !$0.profiles.isEmpty && $0.leftRunning == 0 })
    }

    @Test("what it comes to is foreseen before it is tried once more, at any width")
    func foresight() async throws {
        for seed in 0..<4 as Range<UInt64> {
            var random = SplitMix64(seed: seed)
            let conflicts = CampaignFixture.conflicts(using: &random)
            for width in [1, 4] {
                let ledger = MemoryLedger()
                let foreseen = Mutex<[(accepted: Profile, made: Int)]>([])
                var campaign = CampaignFixture.campaign(
                    places(width, conflicts), ledger: ledger, options: options(width: width))
                campaign.foresee = { outcome in
                    foreseen.withLock { $0.append((outcome.accepted, ledger.trials.count)) }
                }
                let outcome = try await campaign.run()
                let last = foreseen.withLock(\.last)
                #expect(last?.accepted == outcome.accepted, "seed \(seed), width \(width)")
                let confirmed = outcome.trials.firstIndex { $0.purpose == .confirmation }
                #expect(
                    try #require(last).made <= (try #require(confirmed)),
                    "seed \(seed), width \(width)")
            }
        }
    }

    @Test("no place makes two trials at a time, and none is idle while another is asked for")
    func places() async throws {
        let service = SimulatedService()
        let procedure = TrialProcedure(
            service: service, probes: [service.probe], canReload: true, settle: .zero)
        let places = TrialPlaces([procedure])
        #expect(try await Crowd().most(of: 4, in: places) == 1)
        await places.add(procedure)
        #expect(try await Crowd().most(of: 4, in: places) == 2)
    }
}

/// Counts who is somewhere at the same time.
private actor Crowd {
    private var now = 0
    private var most = 0

    func most(of trials: Int, in places: TrialPlaces) async throws -> Int {
        let trials = (0..<trials).map { _ in
            Task {
                try await places.make { _ throws(ExperimentError) in
                    await self.enter()
                    try? await Task.sleep(for: .milliseconds(10))
                    await self.leave()
                    return Trial(
                        number: 0, purpose: "", profile: .unrestricted, began: 0,
                        microseconds: .init(), observations: [], baseline: .unknown)
                }
            }
        }
        for trial in trials { _ = try await trial.value }
        return most
    }

    private func enter() {
        now += 1
        most = max(most, now)
    }

    private func leave() { now -= 1 }
}

/// A service that no start survives after the first few.
private struct SpoiledService: ServiceUnderTest {
    let service: SimulatedService
    /// How many starts.
    let lasts: Int

    func start(
        under profile: Profile, limit: Duration?
    ) async throws(ExperimentError) -> StartedCopy {
        let started = try await service.start(under: profile, limit: limit)
        if service.profiles.count <= lasts { return started }
        if case .started(_, let copy) = started { await copy.end() }
        return .refused(name: "org.freedesktop.systemd1.BadUnitSetting", message: "simulated")
    }
}
