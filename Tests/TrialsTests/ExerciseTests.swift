import Hardening
import Synchronization
import TemperTesting
import Testing
import Trials

@Suite("What services live through, as part of a trial", .timeLimit(.minutes(1)))
struct ExerciseTests {
    private func trial(
        _ fault: SimulatedFault? = nil,
        through exercises: @escaping @Sendable (any ServiceCopy) -> [Exercise]
    ) async throws -> Trial {
        let service = SimulatedService(
            conflicts: fault == nil ? [] : [[]], fault: fault ?? .probe, exercises: exercises)
        let trial = try await TrialRunner(
            TrialProcedure(
                service: service, probes: [service.probe], canReload: false, settle: .zero),
            expecting: Expectations(
                .unknown,
                cadence: Cadence(
                    startPeriod: .zero, interval: .milliseconds(1), failureThreshold: 1)),
            now: { 7 }
        ).runOnce(TrialSpec(.unrestricted, .proving), number: 1)
        #expect(service.leftRunning == 0)
        return trial
    }

    private func exercise(_ name: String, _ outcome: CheckOutcome = .healthy) -> Exercise {
        Exercise(name) { () async throws(ExperimentError) in outcome }
    }

    @Test("all in their order where it lives through them")
    func passed() async throws {
        let trial = try await trial { copy in
            [exercise("cron"), .restart(of: copy), .restart("boot", of: copy)]
        }
        #expect(trial.verdict == .passed)
        #expect(trial.passedExercises == ["cron", "restart", "boot"])
        let seen = trial.observations.compactMap { observation in
            if case .seenAfter(let exercise, let footprint) = observation {
                footprint.listeners.isEmpty ? nil : exercise
            } else {
                nil
            }
        }
        #expect(seen == trial.passedExercises)
        #expect(trial.failedExercise == nil)
    }

    @Test("one that fails by itself fails the trial, and nothing follows it")
    func failed() async throws {
        let trial = try await trial { copy in
            [exercise("cron", .unhealthy("exit status 1: no")), .restart(of: copy)]
        }
        #expect(trial.verdict == .failed("cron: exit status 1: no"))
        #expect(trial.failedExercise?.name == "cron")
        #expect(trial.passedExercises == [])
    }

    @Test("a service that does not work afterwards fails by the name of the exercise")
    func afterwards() async throws {
        let probe = try await trial(.probeAfterSecondStart) { [.restart(of: $0)] }
        #expect(probe.verdict == .failed("restart: simulated probe: HTTP 502"))
        let dead = try await trial(.secondStart) { [.restart("boot", of: $0)] }
        #expect(dead.verdict == .failed("boot: start: exit status 1"))
        let reload = try await trial(.reload) { [.reloadUnderLoad(of: $0, asking: [])] }
        #expect(reload.verdict == .failed("reload under load: job failed"))
        let stop = try await trial(.stopTimesOut) { [.restart(of: $0)] }
        #expect(stop.verdict == .failed("restart: stop: job timeout"))
    }

    @Test("probes are asked by what the service as it is shows after that exercise")
    func measure() async throws {
        let (all, some) = (
            Footprint(listeners: ["tcp 127.0.0.1:1"]), Footprint(listeners: [])
        )
        let baseline = Baseline(learnedFrom: [
            Trial(
                number: 1, purpose: .asItIs, profile: .unrestricted, began: 0,
                microseconds: .init(),
                observations: [
                    .footprint(all), .exercise(name: "log rotation", .healthy),
                    .seenAfter(exercise: "log rotation", some),
                ], baseline: .unknown)
        ])
        let probe = MeasuredProbe()
        let service = SimulatedService(exercises: { _ in
            [exercise("cron"), exercise("log rotation")]
        })
        let trial = try await TrialProcedure(
            service: service, probes: [probe], canReload: false, settle: .zero
        ).run(TrialSpec(.unrestricted, .proving), baseline: baseline)
        #expect(trial.passedExercises == ["cron", "log rotation"], "\(trial.verdict)")
        #expect(probe.measures == [all, all, some])
    }

    @Test("what cannot tell leaves the trial open")
    func open() async throws {
        let trial = try await trial { _ in [exercise("timer", .cannotTell("the bus is gone"))] }
        #expect(trial.verdict == .unresolved("timer could not tell: the bus is gone"))
    }

    @Test("between the stop and the start of a restart something is done to the machine")
    func meanwhile() async throws {
        let order = Mutex<[String]>([])
        let trial = try await trial { copy in
            [
                .restart("boot", of: copy) { () async throws(ExperimentError) in
                    order.withLock { $0.append("boot") }
                    return .healthy
                },
                Exercise("last") { () async throws(ExperimentError) in
                    order.withLock { $0.append("last") }
                    return .healthy
                },
            ]
        }
        #expect(trial.verdict.isPass)
        #expect(order.withLock { $0 } == ["boot", "last"])
        let broken = try await self.trial { copy in
            [
                .restart("boot", of: copy) { () async throws(ExperimentError) in
                    .unhealthy("/run is busy")
                }
            ]
        }
        #expect(broken.verdict == .failed("boot: /run is busy"))
    }

    @Test("probes are asked while it reloads")
    func load() async throws {
        let answers = Mutex(0)
        struct Counting: Probe {
            let name = "counting"
            let count: @Sendable () -> Void
            func check(deadline: Duration) async -> CheckOutcome {
                count()
                return .healthy
            }
        }
        let trial = try await trial { copy in
            [
                .reloadUnderLoad(
                    of: copy, asking: [Counting { answers.withLock { $0 += 1 } }])
            ]
        }
        #expect(trial.passedExercises == ["reload under load"])
        #expect(answers.withLock { $0 } > 0)
    }
}

/// Is told what it is to compare with.
private final class MeasuredProbe: Probe {
    let name = "measured"
    private let seen = Mutex<[Footprint?]>([])
    var measures: [Footprint?] { seen.withLock { $0 } }

    func check(deadline: Duration) async -> CheckOutcome { .healthy }

    func check(
        of copy: any ServiceCopy, against baseline: Baseline, deadline: Duration
    ) async -> CheckOutcome {
        seen.withLock { $0.append(baseline.footprint) }
        return .healthy
    }
}
