import Hardening
import Synchronization
import TemperTesting
import Testing
import Trials

@Suite("A campaign that may change who the service is", Campaigns.oneAtATime)
struct IdentityTests {
    private static let name = "User=x"

    /// What happened to the files that were to change hands.
    private final class Files: Sendable {
        let log = Mutex<[String]>([])
        var events: [String] { log.withLock { $0 } }
        func note(_ event: String) { log.withLock { $0.append(event) } }
    }

    private func campaign(
        _ service: SimulatedService, _ files: Files, using usage: Usage = Usage()
    ) throws -> Campaign {
        var usage = usage
        usage.user = "x"
        let catalogue = Catalogue.standard.accommodating(usage)
        let fixed = Profile([Self.name], in: catalogue)
        let subject = HardeningSubject(
            Sandbox(), in: catalogue, dialect: CampaignFixture.dialect)
        func problem(_ fixed: Profile) throws -> SearchProblem {
            try SearchProblem(
                subject, offer: Offer(of: subject.under(fixed)),
                fixed: fixed)
        }
        let plain = CampaignFixture.campaign(service)
        var campaign = Campaign(
            problem: try problem(.unrestricted), places: plain.places, ledger: plain.ledger,
            options: plain.options, observedUsage: ObservedUsage([], sandbox: Sandbox()),
            now: { 0 }, report: { _ in })
        campaign.identity = Identity(
            name: Self.name, problem: try problem(fixed),
            prepare: { () throws(ExperimentError) in files.note("given") },
            undo: { files.note("taken back") })
        return campaign
    }

    @Test("a service that works as another user is searched as that user, in every trial")
    func works() async throws {
        let files = Files()
        let service = SimulatedService(conflicts: [["PrivateNetwork=yes"]])
        let outcome = try await campaign(service, files).run()
        #expect(outcome.hasIdentity && outcome.accepted.restrictions.contains(Self.name))
        #expect(outcome.refused.map(\.restriction) == ["PrivateNetwork=yes"])
        #expect(files.events == ["given"])
        let searched = outcome.trials.drop { !$0.profile.restrictions.contains(Self.name) }
        #expect(searched.allSatisfy { $0.profile.restrictions.contains(Self.name) })
        #expect(outcome.after < CampaignFixture.problem.subject.exposure(of: .unrestricted))
    }

    @Test("one that does not is left as it is, with its files and the trial that shows it")
    func fails() async throws {
        let files = Files()
        let service = SimulatedService(conflicts: [[Self.name]])
        let outcome = try await campaign(service, files).run()
        #expect(!outcome.hasIdentity && !outcome.accepted.restrictions.contains(Self.name))
        #expect(files.events == ["given", "taken back"])
        let refused = try #require(outcome.refused.first { $0.restriction == Self.name })
        #expect(outcome.trials[refused.trial - 1].profile.restrictions == [Self.name])
        #expect(outcome.refused.count == 1)
    }

    private func firstStarts(of fresh: SimulatedService) -> TrialRunner.FirstStarts {
        { _ in
            TrialProcedure(
                service: fresh, probes: [fresh.probe], canReload: false, settle: .zero)
        }
    }

    /// The numbers of trials, from 1, that were first starts.
    private func firstStarts(_ outcome: Outcome) -> [Int] {
        outcome.trials.filter { $0.purpose.rawValue.contains("where it never ran") }.map(\.number)
    }

    @Test("one that works as another user only where it ran before is searched as it is, at once")
    func failsAtFirstStart() async throws {
        let files = Files()
        let service = SimulatedService()
        let fresh = SimulatedService(conflicts: [[Self.name]])
        var campaign = try self.campaign(service, files)
        campaign.firstStarts = firstStarts(of: fresh)
        let outcome = try await campaign.run()
        #expect(!outcome.hasIdentity && files.events == ["given", "taken back"])
        let refused = try #require(outcome.refused.first { $0.restriction == Self.name })
        #expect(firstStarts(outcome) == [refused.trial])
        // As somebody else, and as it is.
        #expect(fresh.profiles.map(\.restrictions) == [[Self.name], []])
        // Nothing was searched on top of it.
        #expect(service.profiles.count { $0.restrictions.contains(Self.name) } == 1)
    }

    @Test("what went with the trial as another user is there again before the search")
    func madeAnew() async throws {
        var usage = Usage()
        usage.runtimeDirectories = ["x": 0o755]
        let service = SimulatedService(conflicts: [[Self.name]])
        let outcome = try await campaign(service, Files(), using: usage).run()
        let refused = try #require(outcome.refused.first { $0.restriction == Self.name })
        #expect(outcome.trials[refused.trial].profile == .unrestricted)
        #expect(outcome.trials.count { $0.profile == .unrestricted } == 3)
    }

    @Test("one that fails at its first start anyway is searched as another user")
    func failsAnyway() async throws {
        let files = Files()
        let fresh = SimulatedService(conflicts: [[]])
        var campaign = try campaign(SimulatedService(), files)
        campaign.firstStarts = firstStarts(of: fresh)
        let outcome = try await campaign.run()
        #expect(outcome.hasIdentity && files.events == ["given"])
        #expect(outcome.refused.isEmpty && fresh.profiles.count == 2)
    }

    @Test("one that works as another user there, too, costs one trial more")
    func worksAtFirstStart() async throws {
        let without = try await campaign(SimulatedService(), Files()).run()
        let fresh = SimulatedService()
        var campaign = try campaign(SimulatedService(), Files())
        campaign.firstStarts = firstStarts(of: fresh)
        let outcome = try await campaign.run()
        #expect(outcome.accepted == without.accepted && fresh.profiles.count == 1)
        #expect(outcome.trialCount == without.trialCount + 1)
    }

    @Test("where it works in nothing but that, the result is the trial that showed it")
    func alone() async throws {
        let files = Files()
        let service = SimulatedService(
            conflicts: CampaignFixture.ids.map { [$0] } + [["RemoveIPC=yes"]])
        let outcome = try await campaign(service, files).run()
        #expect(outcome.accepted.restrictions == [Self.name])
        let passed = try #require(outcome.passedIn)
        #expect(outcome.trials[passed - 1].profile == outcome.accepted)
    }

    @Test("a trial that left something behind ends the campaign, and says so")
    func spoiled() async throws {
        // From its sixth start on, nothing works any more, whatever is taken.
        let service = SimulatedService(lies: { $0 > 5 })
        let error = await #expect(throws: ExperimentError.self) {
            try await CampaignFixture.campaign(service).run()
        }
        #expect(error?.description.hasPrefix("a trial left something behind") == true)
        // The service as it is takes nothing: it is no trial to look at.
        let last = error?.description.firstMatch(of: /Trial ([0-9]+) was the last/)
        let unrestricted = error?.description.contains("No trial under restrictions passed") == true
        #expect(unrestricted || (last.flatMap { Int($0.1) } ?? 0) > 2)
    }
}
