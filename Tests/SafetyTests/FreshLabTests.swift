import Hardening
import TemperTesting
import Testing
import Trials

@testable import TemperKit

@Suite(
    "A trial in a fresh lab that says nothing is made once more, in another lab",
    .timeLimit(.minutes(1)))
struct FreshLabTests {
    /// The trial in the lab of each number, counted from 1, and in how many there was one.
    private func freshTrial(
        isUnreliable: Bool = false, _ inLab: (Int) throws -> SimulatedFault?
    ) async throws -> (trial: Trial, labs: Int) {
        var labs = 0
        let trial = try await ProvingCourse.trial(isUnreliable: isUnreliable) {
            labs += 1
            let fault = try inLab(labs)
            let service = SimulatedService(
                conflicts: fault == nil ? [] : [[]], fault: fault ?? .probe)
            return try await TrialRunner(
                TrialProcedure(
                    service: service, probes: [service.probe], canReload: true, settle: .zero),
                expecting: Expectations(
                    .unknown, cadence: Cadence(startPeriod: .zero, interval: .milliseconds(1))),
                now: { 7 }
            ).runOnce(TrialSpec(.unrestricted, .proving), number: labs)
        }
        return (trial, labs)
    }

    @Test("after a reload of the manager, and where it was off the bus")
    func disturbed() async throws {
        let reloaded = try await freshTrial { $0 == 1 ? .managerReloads : nil }
        #expect(reloaded.trial.verdict.isPass && reloaded.labs == 2)
        let gone = try await freshTrial { lab in
            if lab == 1 { throw ExperimentError("it is executed again", .passing) }
            return .probe
        }
        #expect(gone.trial.verdict.isFailure && gone.labs == 2)
    }

    @Test("and not a third time")
    func twice() async throws {
        let reloaded = try await freshTrial { _ in .managerReloads }
        #expect(!reloaded.trial.verdict.isPass && !reloaded.trial.verdict.isFailure)
        #expect(reloaded.labs == 2)
        await #expect(throws: ExperimentError.self) {
            _ = try await freshTrial { _ in throw ExperimentError("again", .passing) }
        }
    }

    @Test("a failure counts, unless answers were wrong before")
    func failed() async throws {
        let sure = try await freshTrial { $0 == 1 ? .probe : nil }
        #expect(sure.trial.verdict.isFailure && sure.labs == 1)
        let unsure = try await freshTrial(isUnreliable: true) { $0 == 1 ? .probe : nil }
        #expect(unsure.trial.verdict.isPass && unsure.labs == 2)
        let passed = try await freshTrial(isUnreliable: true) { _ in nil }
        #expect(passed.labs == 1)
    }

    @Test("an experiment that cannot go on does not begin again")
    func broken() async throws {
        var labs = 0
        await #expect(throws: ExperimentError("the bus is gone")) {
            _ = try await freshTrial { lab in
                labs = lab
                throw ExperimentError("the bus is gone")
            }
        }
        #expect(labs == 1)
    }
}
