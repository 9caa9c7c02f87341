import ApplyFixture
import Fixtures
import Foundation
import Hardening
import Lab
import Reports
import Systemd
import SystemdBus
import TemperTesting
import Testing
import Trials

@testable import TemperKit

/// The trees with an ordinary user who has a manager of her own.
enum UserTree: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case bookworm, services, sid

    var root: String {
        switch self {
        case .bookworm: Release.bookworm.root
        case .services: Release.services
        case .sid: Release.sid.root
        }
    }

    var testDescription: String { rawValue }
}

@Suite("A user's own manager, of systemd 252, 257 and 262", .serialized, .timeLimit(.minutes(10)))
struct UserApplyTests {
    @Test(
        "installs in the user's directory, as the user, and takes it away",
        arguments: UserTree.allCases)
    func installs(_ tree: UserTree) async throws {
        try await withUsersFixture(root: tree.root) { fixture in
            try await fixture.start("steady.service")
            let before = try await fixture.settings("steady.service")
            let result = try await fixture.application("steady.service").apply(
                ["PrivateTmp=yes", "NoNewPrivileges=yes"])
            let path = "/home/mona/.config/systemd/user/steady.service.d/50-temper.conf"
            #expect(result.applied?.path == path, "\(result.notApplied ?? "")")
            let owner = try await fixture.lab.run(["stat", "-c", "%U %a", path]).stdout
            #expect(owner == "mona 644\n")
            #expect(fixture.text(path)?.contains("temper revert --user steady.service") == true)
            #expect(try await fixture.settings("steady.service").contains("PrivateTmp=yes"))
            #expect(try await fixture.state("steady.service") == "active")
            try await expectNothingLeft(on: fixture)
            _ = try await fixture.reversal("steady.service").run()
            #expect(fixture.text(path) == nil)
            #expect(try await fixture.settings("steady.service") == before)
            #expect(try await fixture.state("steady.service") == "active")
        }
    }

    @Test("root writes nothing where the links of a user lead")
    func links() async throws {
        try await withUsersFixture(root: Release.services) { fixture in
            let unit = "/home/mona/.config/systemd/user/steady.service"
            _ = try await fixture.lab.run(["mkdir", "/etc/systemd/system/steady.service.d"])
            _ = try await fixture.lab.run([
                "ln", "-s", "/etc/systemd/system/steady.service.d", unit + ".d",
            ])
            let result = try await fixture.application("steady.service").apply(["PrivateTmp=yes"])
            #expect(result.applied == nil)
            #expect(result.notApplied?.contains("Permission denied") == true)
            #expect(!fixture.exists("/etc/systemd/system/steady.service.d/50-temper.conf"))
            try await expectNothingLeft(on: fixture)
        }
    }

    @Test(
        "what it cannot apply is known beforehand or seen, and never the service's need",
        arguments: UserTree.allCases)
    func beyond(_ tree: UserTree) async throws {
        try await withUsersFixture(root: tree.root) { fixture in
            let bus = try await Bus.connect(to: fixture.machine.bus)
            let system = Machine(
                bus: bus, root: fixture.machine.root, network: fixture.machine.network,
                isDisposable: true)
            let manager = try await system.manager(of: system.account("mona"))
            let service = try await Service(named: "steady.service", on: manager)
            let inapplicable = try await service.inapplicable
            let offer = Offer(
                of: service.subject(in: .standard(under: .user)), inapplicable: inapplicable)
            let beyond = Set(
                offer.leftOut.filter {
                    if case .beyondManager = $0.reason { true } else { false }
                }.map(\.id))
            #expect(
                beyond.isSuperset(of: [
                    "ProtectProc=invisible", "ProcSubset=pid", "IPAddressDeny=any",
                    "SocketBindDeny=any", "DevicePolicy=closed",
                ]), "\(beyond.sorted())")
            print("\(tree.rawValue): the user's manager fails with \(inapplicable.keys.sorted())")
            // A service that does nothing works under all that is offered: the steps of a ladder one
            // by one, the elements of a set together.
            let procedure = TrialProcedure(
                service: service.copies(in: .standard(under: .user)), probes: [], canReload: false,
                settle: .zero)
            let rows = Dictionary(grouping: offer.restrictions, by: \.directive).values
            let profiles = rows.flatMap { row in
                row.allSatisfy(\.change.isOrdered) ? row.map { [$0.id] } : [row.map(\.id)]
            }
            for ids in profiles {
                let trial = try await procedure.run(
                    TrialSpec(
                        Profile(ids, in: .standard(under: .user)),
                        TrialPurpose(rawValue: ids[0])))
                #expect(trial.verdict.isPass, "\(ids): \(trial.because)")
            }
            await manager.bus.close()
            await bus.close()
        }
    }
}
