import Hardening
import Reports
import Systemd
import Trials

/// What came of the service's being away.
struct Absence: Sendable {
    var downtime: HardeningResult.Downtime?
    /// Why it ended before temper ended it.
    var cutShort: String?
}

/// Runs `body` while a stand-in holds the service's place on a machine in use, and puts everything
/// back.
///
/// - Parameters:
///   - maxTrials: how many `body` may make; nil for as many as it needs.
///   - body: is told when its last trial must have ended.
/// - Throws: what `body` throws, and `TemperError.experiment` where something does not start again.
func withStandIn<Result>(
    on bench: Bench, atMost limit: Duration, maxTrials: Int?,
    _ body: (Bench, _ mustEnd: ContinuousClock.Instant) async throws -> Result
) async throws -> (found: Result, absence: Absence) {
    var machine = bench.service.machine
    let surroundings = try await machine.surroundings(of: bench.unit)
    let estimate = DowntimeEstimate(
        startTime: surroundings.startTime ?? .zero, maxTrials: maxTrials)
    bench.progress.announce(bench.unit, surroundings, estimate, atMost: limit)
    let standIn = try await StandIn.taking(surroundings, on: machine, atMost: limit)
    machine.standIn = standIn
    let result: Swift.Result<Result, any Error>
    do {
        let mustEnd = standIn.began + limit - estimate.trial
        result = .success(try await body(try bench.on(machine), mustEnd))
    } catch {
        result = .failure(error)
    }
    var absence = Absence()
    do { try await machine.holdsPlace() } catch {
        absence.cutShort = error.isPlaceLost ? error.description : nil
    }
    bench.progress.step("starting \(surroundings.restored.joined(separator: " ")) again")
    let problems = await standIn.leave(machine)
    let seconds = (ContinuousClock.now - standIn.began).seconds
    if !problems.isEmpty { throw TemperError.experiment(problems.joined(separator: "; ")) }
    if surroundings.isActive {
        bench.progress.say(
            "\(bench.unit) runs again as before; it was down for "
                + DowntimeEstimate.text(seconds))
        absence.downtime = HardeningResult.Downtime(
            estimate: estimate.whole.seconds.rounded(), seconds: seconds, limit: limit.seconds)
    }
    if case .failure(let error as ExperimentError) = result, error.isPlaceLost,
        seconds >= limit.seconds
    {
        throw TemperError.experiment(
            "\(error), and nothing was found out by then; allow more than "
                + "\(DowntimeEstimate.text(limit.seconds)) (--max-downtime)")
    }
    return (try result.get(), absence)
}

extension ProgressListener {
    fileprivate func announce(
        _ unit: String, _ surroundings: Surroundings, _ estimate: DowntimeEstimate,
        atMost limit: Duration
    ) {
        let others = surroundings.alsoDown
        let also = others.isEmpty ? "" : " and with it \(others.joined(separator: ", "))"
        if surroundings.isActive {
            say(
                "\(unit)\(also) will be down for about "
                    + "\(DowntimeEstimate.text(estimate.whole.seconds)), for "
                    + "\(DowntimeEstimate.text(limit.seconds)) at most (--max-downtime)")
        } else {
            say("\(unit) does not run now and will not run afterwards\(also)")
        }
    }
}

/// How long a service will be away, before anything is known of it but its last start.
private struct DowntimeEstimate {
    /// One trial.
    let trial: Duration
    let whole: Duration

    /// As many as real services took, the first looks and the last ones included.
    private static let usualTrials = 45

    /// Looking at its processes, the probe, the stop.
    private static let beyondStart = Duration.milliseconds(600)

    init(startTime: Duration, maxTrials: Int?) {
        trial = startTime + DowntimeEstimate.beyondStart
        let trials = min(maxTrials.map { $0 + 5 } ?? .max, DowntimeEstimate.usualTrials)
        whole = trial * trials
    }

    static func text(_ seconds: Double) -> String {
        seconds < 120
            ? "\((seconds * 10).rounded() / 10) s" : "\(Int((seconds / 60).rounded())) min"
    }
}
