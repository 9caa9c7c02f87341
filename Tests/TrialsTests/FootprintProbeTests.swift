import Hardening
import TemperTesting
import Testing

@testable import Trials

@Suite("The probe that looks at what others see")
struct FootprintProbeTests {
    private let probe = FootprintProbe(rest: .milliseconds(1))

    private func copy(_ fault: SimulatedFault? = nil) async throws -> any ServiceCopy {
        let service = SimulatedService(conflicts: fault == nil ? [] : [[]], fault: fault ?? .probe)
        let answer = try await service.start(under: .unrestricted, limit: nil)
        guard case .started(_, let copy) = answer else { throw ExperimentError("\(answer)") }
        return copy
    }

    private func outcome(
        _ copy: any ServiceCopy, _ baseline: Baseline = .unknown
    ) async -> CheckOutcome {
        await probe.check(of: copy, against: baseline, deadline: .seconds(5))
    }

    private static func baseline(_ listeners: Set<String>) -> Baseline {
        Baseline(learnedFrom: [
            Trial(
                number: 1, purpose: .baseline(run: 1), profile: .unrestricted, began: 0,
                microseconds: .init(),
                observations: [.footprint(Footprint(listeners: listeners))], baseline: .unknown)
        ])
    }

    @Test("holds for a service that was never seen once nothing changes any more")
    func unknown() async throws {
        #expect(await outcome(try await copy()) == .healthy)
    }

    @Test("holds where all is there that is known of the service, and names what is not")
    func known() async throws {
        let baseline = Self.baseline(["tcp 127.0.0.1:1"])
        #expect(await outcome(try await copy(), baseline) == .healthy)
        #expect(
            await outcome(try await copy(.listenerMissing), baseline)
                == .unhealthy("no longer listens on tcp 127.0.0.1:1"))
        #expect(
            await outcome(try await copy(), Self.baseline(["udp [::]:53"]))
                == .unhealthy("no longer listens on udp [::]:53"))
    }

    @Test("is asked for in a plan, and stands in a record")
    func plan() throws {
        let plan = try Plan(reading: "[X-Temper]\nProbeFootprint=yes\n", file: "x")
        #expect(plan.probes == [.footprint] && plan.recordLines == ["ProbeFootprint=yes"])
        #expect(try Plan(reading: "[X-Temper]\nProbeFootprint=no\n", file: "x").probes == [])
    }
}
