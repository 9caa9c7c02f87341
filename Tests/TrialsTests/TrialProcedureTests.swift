import Hardening
import Synchronization
import TemperTesting
import Testing
import Trials

@Suite("The course of one trial")
struct TrialProcedureTests {
    static let usualEnd = UnitState(
        type: "exec", active: "inactive", sub: "dead", result: "success", mainCode: 1)

    func trial(
        _ service: SimulatedService, probes: [any Probe]? = nil, canReload: Bool = true,
        cadence: Cadence = Cadence(
            startPeriod: .zero, interval: .milliseconds(1), timeout: .seconds(1))
    ) async throws -> Trial {
        let procedure = TrialProcedure(
            service: service, probes: probes ?? [service.probe], canReload: canReload,
            settle: .milliseconds(1))
        return try await procedure.run(
            TrialSpec(.unrestricted, "why", startsAgain: true), number: 3, began: 42,
            baseline: try await baseline(), cadence: cadence)
    }

    /// What a simulated service is like that works.
    func baseline() async throws -> Baseline {
        let service = SimulatedService()
        let trial = try await TrialProcedure(
            service: service, probes: [service.probe], canReload: true, settle: .zero
        ).run(TrialSpec(.unrestricted, .asItIs, startsAgain: true))
        #expect(trial.verdict == .passed)
        return Baseline(learnedFrom: [trial])
    }

    @Test("a service that works passes, with every stage looked at in its order")
    func passes() async throws {
        let service = SimulatedService()
        let trial = try await trial(service)
        #expect(trial.verdict == .passed)
        #expect(trial.number == 3 && trial.purpose == "why" && trial.began == 42)
        let stages = trial.observations.compactMap { observation in
            switch observation {
            case .job(let stage, _): "job \(stage.rawValue)"
            case .unit(let stage, _): "unit \(stage.rawValue)"
            case .probe(let stage, _, _): "probe \(stage.rawValue)"
            default: nil as String?
            }
        }
        #expect(
            stages == [
                "job start", "unit start", "probe ready", "unit ready", "job reload",
                "probe reloaded", "unit settled", "job stop", "unit stop", "job second start",
                "unit second start", "probe second readiness", "unit second readiness",
                "job second stop", "unit second stop",
            ])
        #expect(trial.end == TrialProcedureTests.usualEnd)
        #expect(service.leftRunning == 0)
    }

    @Test("a unit without a reload is not reloaded, and the trial says so")
    func withoutReload() async throws {
        let service = SimulatedService(conflicts: [[]], fault: .reload)
        let trial = try await trial(service, canReload: false)
        #expect(trial.verdict == .passed)
        #expect(trial.observations.contains(.skipped(.reload, why: "the unit has no reload")))
    }

    @Test("a service that was never seen to start twice is not asked to, and the trial says why")
    func withoutSecondStart() async throws {
        let service = SimulatedService(conflicts: [[]], fault: .secondStart)
        var baseline = try await baseline()
        baseline.learn(
            Trial(
                number: 0, purpose: .warmUp, profile: .unrestricted, began: 0,
                microseconds: .init(),
                observations: [.skipped(.secondStart, why: "it cannot")], baseline: .unknown))
        let trial = try await TrialProcedure(
            service: service, probes: [], canReload: true, settle: .zero
        ).run(TrialSpec(.unrestricted, .asItIs, startsAgain: true), baseline: baseline)
        #expect(trial.verdict == .passed)
        #expect(trial.observations.contains(.skipped(.secondStart, why: "it cannot")))
    }

    @Test(
        "every way to break is seen, and the copy is ended",
        arguments: SimulatedFault.allCases)
    func faults(fault: SimulatedFault) async throws {
        // The empty conflict breaks it always.
        let service = SimulatedService(conflicts: [[]], fault: fault)
        let trial = try await trial(service)
        switch trial.verdict {
        case .passed: Issue.record("\(fault) went unseen")
        case .failed(let why): #expect(!fault.isDoubt, "\(why)")
        case .unresolved(let why): #expect(fault.isDoubt, "\(why)")
        }
        #expect(service.leftRunning == 0)
        #expect(service.profiles.count == 1)
    }

    @Test(
        "each fault is seen at its stage",
        arguments: [
            (.refused, "systemd refuses it: simulated"),
            (.execStep, "start failed: 226/NAMESPACE"),
            (.startTimesOut, "start timed out: exit status 1"),
            (.diesAtStart, "died at start: exit status 1"), (.probe, "simulated probe: HTTP 502"),
            (.diesBetweenChecks, "died at start: exit status 1"),
            (.diesWhenReady, "died at start: exit status 1"), (.reload, "reload failed"),
            (.probeAfterReload, "simulated probe after reload: HTTP 502"),
            (.diesWhileSettling, "died after settled: exit status 1"),
            (.mainProcessReplaced, "the main process was replaced"),
            (.endsOtherwise, "stopped otherwise than usual: signal SIGSEGV"),
            (.helperFails, "ExecStopPost failed: /bin/simulated: exit status 1"),
            (.childCrashes, "its process worker died: signal SIGSYS"),
            (.workerMissing, "1 of its 2 worker processes is missing"),
            (.listenerMissing, "no longer listens on tcp 127.0.0.1:1"),
            (
                .labelHeld,
                "its security label is system_u:system_r:init_t:s0 instead of "
                    + "system_u:system_r:simulated_t:s0"
            ),
            (.secondStart, "second start failed: exit status 1"),
            (.probeAfterSecondStart, "simulated probe after a second start: HTTP 502"),
            (.endsOtherwiseAgain, "stopped a second time otherwise than usual: signal SIGSEGV"),
            (.managerReloads, "systemd reloaded its units during the trial"),
            (.probeCannotTell, "simulated probe could not tell: exit status 125"),
        ] as [(SimulatedFault, String)])
    func words(fault: SimulatedFault, words: String) async throws {
        let trial = try await trial(SimulatedService(conflicts: [[]], fault: fault))
        #expect(trial.verdict.words == words)
    }

    @Test("nobody waits for a probe once a process of it died: that decides it")
    func decided() async throws {
        let trial = try await trial(
            SimulatedService(conflicts: [[]], fault: .probeAfterCrash),
            cadence: Cadence(
                startPeriod: .seconds(600), interval: .milliseconds(20), timeout: .seconds(1)))
        #expect(trial.verdict.words == "simulated probe: HTTP 502", "what it answered last")
        #expect(trial.observations.count { if case .ended = $0 { true } else { false } } == 2)
        #expect(trial.end != nil)
    }

    /// It is given a second, and takes two and a half.
    @Test("the time that a busy machine has it wait does not count", arguments: [false, true])
    func late(isStarved: Bool) async throws {
        let first = Mutex<ContinuousClock.Instant?>(nil)
        let probe = ScriptedProbe { _ in
            let (now, began) = first.withLock { first in
                let now = ContinuousClock.now
                first = first ?? now
                return (now, first ?? now)
            }
            return now - began < .milliseconds(2500) ? .unhealthy("not yet") : .healthy
        }
        let trial = try await trial(
            SimulatedService(isStarved: isStarved), probes: [probe],
            cadence: Cadence(
                startPeriod: .seconds(1), interval: .milliseconds(5), timeout: .seconds(1),
                failureThreshold: 1))
        #expect(trial.verdict == (isStarved ? .passed : .failed("scripted: not yet")))
    }

    @Test("a trial that a reload of the manager voids is made again, three times in all")
    func undisturbed() async throws {
        for (reloads, starts) in [(1, 2), (2, 3), (9, 3)] {
            let service = SimulatedService(fault: .managerReloads) { $0 <= reloads }
            let procedure = TrialProcedure(
                service: service, probes: [service.probe], canReload: true, settle: .zero)
            let trial = try await TrialRunner(
                procedure, expecting: Expectations(.unknown, cadence: Cadence()), now: { 0 }
            ).runAside(TrialSpec(.unrestricted, .asItIs))
            #expect(service.profiles.count == starts)
            #expect(trial.verdict.isPass == (reloads < 3))
        }
    }

    @Test("after a fault the rest of the life is left out, but for its end and its words")
    func shortened() async throws {
        let trial = try await trial(SimulatedService(conflicts: [[]], fault: .probe))
        let jobs = trial.observations.compactMap { observation in
            if case .job(let stage, _) = observation { stage } else { nil }
        }
        #expect(jobs == [.start, .stop])
        #expect(trial.log.map(\.message) == ["up"])
    }

    @Test(
        "an experiment that breaks down is an error, and the copy is ended all the same",
        arguments: SimulatedService.Breakdown.allCases)
    func breakdown(call: SimulatedService.Breakdown) async throws {
        let service = SimulatedService(breakdown: call)
        await #expect(throws: ExperimentError.self) { try await trial(service) }
        #expect(service.leftRunning == 0)
    }

    @Test("a trial that is cancelled in a check is an interruption, no verdict; its copy is ended")
    func cancelled() async throws {
        let service = SimulatedService()
        let task = Task {
            let canceller = ScriptedProbe { _ in
                withUnsafeCurrentTask { $0?.cancel() }
                return .healthy
            }
            return try await trial(service, probes: [canceller])
        }
        let error = await #expect(throws: ExperimentError.self) { try await task.value }
        #expect(error?.isInterruption == true)
        #expect(service.profiles.count == 1 && service.leftRunning == 0)
    }

    @Test("a probe that fails for ever during a long start period does not survive a cancellation")
    func cancelledWaiting() async throws {
        let service = SimulatedService(conflicts: [[]], fault: .probe)
        let task = Task {
            try await trial(
                service, cadence: Cadence(startPeriod: .seconds(600), interval: .milliseconds(5)))
        }
        try await Task.sleep(for: .milliseconds(40))
        let began = ContinuousClock.now
        task.cancel()
        let error = await #expect(throws: ExperimentError.self) { try await task.value }
        #expect(error?.isInterruption == true)
        #expect(ContinuousClock.now - began < .seconds(10))
        #expect(service.leftRunning == 0)
    }

    @Test(
        "a probe that hangs is asked with the cadence's timeout and counts as a failure each time")
    func hangingProbe() async throws {
        let deadlines = Mutex<[Duration]>([])
        let probe = ScriptedProbe { deadline in
            deadlines.withLock { $0.append(deadline) }
            try? await Task.sleep(for: deadline)
            return .unhealthy("no answer in time")
        }
        let service = SimulatedService()
        let trial = try await trial(
            service, probes: [probe],
            cadence: Cadence(
                startPeriod: .zero, interval: .milliseconds(1), timeout: .milliseconds(20),
                failureThreshold: 3))
        #expect(trial.verdict == .failed("scripted: no answer in time"))
        #expect(deadlines.withLock { $0 } == Array(repeating: .milliseconds(20), count: 3))
        #expect(trial.microseconds.probes >= 60_000)
        #expect(service.leftRunning == 0)
    }

    @Test("a service that needs time to get ready is given its start period")
    func slowService() async throws {
        let count = Mutex(0)
        let probe = ScriptedProbe { _ in
            let number = count.withLock { count in
                count += 1
                return count
            }
            return number > 10 ? .healthy : .unhealthy("connection refused")
        }
        let trial = try await trial(
            SimulatedService(), probes: [probe],
            cadence: Cadence(startPeriod: .seconds(60), interval: .milliseconds(1)))
        #expect(trial.verdict == .passed)
    }

    @Test(
        "a reload that goes on after its job is waited for as long as a start",
        arguments: [(2, 10_000, "passed"), (Int.max, 50, "did not finish its reload")])
    func lateReload(looks: Int, patience: Int, words: String) async throws {
        let service = LateReloader(looks: looks)
        let trial = try await TrialProcedure(
            service: service, probes: [], canReload: true, settle: .zero
        ).run(
            TrialSpec(.unrestricted, .asItIs),
            cadence: Cadence(startPeriod: .milliseconds(patience)))
        #expect(trial.verdict.words == words)
    }

    /// nginx has five seconds to stop (TimeoutStopSec=): on a machine that is busy it was killed, and
    /// the campaign took what was refused for noise.
    @Test(
        "a stop that is late says nothing where others had to wait most of the time",
        arguments: [(0.9, "it was not in time"), (0.1, "stop timed out")])
    func lateStop(share: Double, words: String) async throws {
        let procedure = TrialProcedure(
            service: LateStopper(share: share), probes: [], canReload: false, settle: .zero)
        let profile = Profile(["ProtectHome=yes"], in: .standard)
        let trial = try await procedure.run(TrialSpec(profile, .asItIs))
        #expect(trial.verdict.words.hasPrefix(words))
        #expect(trial.verdict.isFailure == (share < 0.5))
        // What the service is like by itself is learned as it comes.
        let bare = try await procedure.run(TrialSpec(.unrestricted, .asItIs))
        #expect(bare.verdict.words.hasPrefix("stop timed out"))
    }

    @Test("all probes must hold, and the first that does not is the reason")
    func severalProbes() async throws {
        let good = ScriptedProbe(name: "good") { _ in .healthy }
        let bad = ScriptedProbe(name: "bad") { _ in .unhealthy("no") }
        let never = ScriptedProbe(name: "never") { _ in
            Issue.record("asked after a failure")
            return .healthy
        }
        let trial = try await trial(SimulatedService(), probes: [good, bad, never])
        #expect(trial.verdict == .failed("bad: no"))
    }

    @Test("without any probe a copy that stays up passes")
    func withoutProbes() async throws {
        #expect(try await trial(SimulatedService(), probes: []).verdict == .passed)
    }

    @Test("the time of a trial is accounted for: no part is longer than the whole")
    func timing() async throws {
        let timing = try await trial(SimulatedService()).microseconds
        #expect(timing.whole >= timing.settle && timing.settle >= 1_000)
        #expect(timing.overhead <= timing.whole)
    }
}
