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

    private func campaign(_ service: SimulatedService, _ files: Files) throws -> Campaign {
        var usage = Usage()
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
            problem: try problem(.unrestricted), procedure: plain.procedure, ledger: plain.ledger,
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
