import Foundation
import Testing

@testable import Lab

@Suite("The end of a lab", .serialized, .timeLimit(.minutes(5)))
struct OwnershipTests {
    /// Long enough to hit a lab before, during and after its boot.
    private func aRandomMoment() async throws {
        try await Task.sleep(for: .milliseconds(Int.random(in: 0...800)))
    }

    private func expectNothing(leftOf name: String, _ when: Comment) async throws {
        #expect(
            try await LabFixture.soon { LabFixture.processes(of: name).isEmpty },
            "\(when): \(LabFixture.processes(of: name))")
        _ = Lab.list(in: LabFixture.stateDirectory)
        #expect(try !LabFixture.isAnythingLeft(of: name), when)
    }

    @Test(arguments: 1...30)
    func `comes when its owner is killed at any moment`(round: Int) async throws {
        let name = LabPlan().name
        let victim = try HostCommand([LabFixture.victim(), name, LabFixture.stateDirectory])
        try await aRandomMoment()
        try await victim.kill()
        try await expectNothing(leftOf: name, "round \(round)")
    }

    @Test(arguments: 1...30)
    func `comes when its keeper is killed at any moment`(round: Int) async throws {
        let name = LabPlan().name
        let victim = try HostCommand([LabFixture.victim(), name, LabFixture.stateDirectory])
        try #require(try await LabFixture.soon { LabFixture.keeper(of: name) != nil })
        try await aRandomMoment()
        let keeper = try #require(LabFixture.keeper(of: name))
        kill(keeper, SIGKILL)
        // The owner still lives, so that only the keeper's death can have ended the lab.
        let inside = try await LabFixture.soon {
            !LabFixture.processes(of: name).contains {
                LabFixture.text("/proc/\($0)/comm") == "systemd\n"
            }
        }
        #expect(inside)
        try await victim.kill()
        try await expectNothing(leftOf: name, "round \(round)")
    }

    @Test(arguments: 1...10)
    func `comes when it was to stay but its maker is killed too early`(round: Int) async throws {
        let name = LabPlan().name
        let victim = try HostCommand([LabFixture.victim(), name, LabFixture.stateDirectory, "up"])
        try await aRandomMoment()
        try await victim.kill()
        // Either it was up, or it is gone, but for what a maker that had no keeper yet leaves to the
        // next who looks: nothing in between.
        let isSettled = try await LabFixture.soon {
            _ = Lab.list(in: LabFixture.stateDirectory)
            return try (try? Lab.find(name, in: LabFixture.stateDirectory))?.isUp == true
                || !LabFixture.isAnythingLeft(of: name)
        }
        #expect(isSettled)
        if let lab = try? Lab.find(name, in: LabFixture.stateDirectory) {
            try? await lab.end()
        }
        try await expectNothing(leftOf: name, "round \(round)")
    }

    @Test func `does not come with its maker when it was to stay`() async throws {
        let name = LabPlan().name
        let maker = try HostCommand([LabFixture.victim(), name, LabFixture.stateDirectory, "up"])
        #expect(try await maker.wait() == 0, "\(maker.text)")
        try await Task.sleep(for: .milliseconds(300))
        let lab = try Lab.find(name, in: LabFixture.stateDirectory)
        #expect(lab.isUp)
        #expect(Lab.list(in: LabFixture.stateDirectory).map(\.name).contains(name))
        #expect(try await lab.run(["true"]).status == 0)
        try await Lab.down(name, in: LabFixture.stateDirectory)
        try await expectNothing(leftOf: name, "after down")
        #expect(throws: LabError.noSuchLab(name)) {
            try Lab.find(name, in: LabFixture.stateDirectory)
        }
        await #expect(throws: LabError.noSuchLab(name)) { try await lab.run(["true"]) }
    }

    @Test func `comes when the last copy of its value is gone`() async throws {
        let plan = LabFixture.plan()
        _ = try await Lab.boot(plan)
        #expect(try await LabFixture.soon { try !LabFixture.isAnythingLeft(of: plan.name) })
    }

    @Test func `comes when its systemd powers off by itself`() async throws {
        let plan = LabFixture.plan()
        let lab = try await Lab.boot(plan)
        _ = try? await lab.run(["systemctl", "poweroff"])
        #expect(try await LabFixture.soon { try !LabFixture.isAnythingLeft(of: plan.name) })
        #expect(!lab.isUp)
        try await lab.end()
    }

    @Test func `may be asked for twice`() async throws {
        let lab = try await Lab.boot(LabFixture.plan())
        try await lab.end()
        try await lab.end()
    }

    @Test func `does not wait longer than its deadline for a service that will not stop`()
        async throws
    {
        let lab = try await Lab.boot(LabFixture.plan { $0.endDeadline = .milliseconds(500) })
        let stubborn = try await lab.run([
            "systemd-run", "--service-type=exec", "--property=TimeoutStopSec=60", "sh", "-c",
            "trap '' TERM; while :; do sleep 1; done",
        ])
        #expect(stubborn.status == 0, "\(stubborn.stderr)")
        let start = ContinuousClock.now
        try await lab.end()
        #expect(ContinuousClock.now - start < .seconds(5))
        #expect(try !LabFixture.isAnythingLeft(of: lab.name))
    }

    @Test func `is waited for before its name can be used again`() async throws {
        let plan = LabFixture.plan()
        let lab = try await Lab.up(plan)
        await #expect(throws: LabError.nameTaken(plan.name)) { try await Lab.up(plan) }
        #expect(lab.isUp)
        try await lab.end()
        try await Lab.up(plan).end()
    }

    @Test func `is one lab's when many want the same name at once`() async throws {
        let plan = LabFixture.plan()
        let labs = await withTaskGroup(of: Lab?.self) { group in
            for _ in 0..<5 { group.addTask { try? await Lab.boot(plan) } }
            return await group.reduce(into: [Lab]()) { if let lab = $1 { $0.append(lab) } }
        }
        #expect(labs.count == 1)
        try await labs.first?.end()
        #expect(try !LabFixture.isAnythingLeft(of: plan.name))
    }
}
