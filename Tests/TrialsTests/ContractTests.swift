import Foundation
import Hardening
import TemperTesting
import Testing
import TrialLedger
import Trials

@Suite("Fakes and the real thing obey the same contracts")
struct ContractTests {
    @Test("the ledger in memory", arguments: LedgerContract.allCases)
    func memoryLedger(clause: LedgerContract) throws {
        var last = MemoryLedger()
        try clause.check {
            last = MemoryLedger(resuming: last.trials)
            return last
        }
    }

    @Test("the ledger on disk", arguments: LedgerContract.allCases)
    func campaignLedger(clause: LedgerContract) throws {
        let directory = NSTemporaryDirectory() + "temper-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try clause.check {
            try TrialStore(directory: directory).campaign(
                unit: "x.service", fingerprint: "f", now: 1)
        }
    }

    @Test("a simulated service", arguments: ServiceContract.allCases)
    func simulatedService(clause: ServiceContract) async throws {
        let service = SimulatedService(conflicts: [["ProtectSystem=strict"]])
        try await clause.check(
            ServiceContract.Fixture(
                service: service, breaking: Profile(recorded: ["ProtectSystem=strict"]),
                endless: SimulatedService(conflicts: [[]], fault: .startTimesOut),
                deaf: SimulatedService(conflicts: [[]], fault: .stopTimesOut),
                restless: SimulatedService(conflicts: [[]], fault: .managerReloads),
                remains: { service.leftRunning == 0 ? [] : ["a copy"] }))
    }

    @Test("the simulated probe", arguments: ProbeContract.allCases)
    func simulatedProbe(clause: ProbeContract) async throws {
        let working = SimulatedService()
        let hanging = SimulatedService(conflicts: [[]], fault: .probe)
        guard case .started = try await working.start(under: .unrestricted, limit: nil),
            case .started = try await hanging.start(under: .unrestricted, limit: nil)
        else {
            Issue.record("a simulated service is always started")
            return
        }
        try await clause.check(
            ProbeContract.Fixture(
                working: working.probe, absent: SimulatedService().probe, hanging: hanging.probe,
                grace: .seconds(1), remains: { [] }))
    }
}
