import Hardening
import Reports
import Systemd
import Trials

/// Trials on a machine in use: the service is away meanwhile.
extension HardenSession {
    /// What is not tried there, because its effect would outlast the trial: files would change
    /// hands or get other modes, and what other services of the same user share would vanish.
    static let lasting = ["User", "DynamicUser", "UMask", "RemoveIPC"]

    /// Runs `body` while a stand-in holds the service's place, and puts everything back.
    ///
    /// - Throws: what `body` throws, and `TemperError.experiment` where something does not start again.
    func inPlace<Result: Sendable>(
        of service: Service, for live: LiveMachine,
        _ body: (Service, _ mustEnd: ContinuousClock.Instant) async throws -> Result
    ) async throws -> (found: Result, absence: Absence) {
        var machine = service.machine
        let surroundings = try await machine.surroundings(of: unit)
        let estimate = DowntimeEstimate(
            startTime: surroundings.startTime ?? .zero, maxTrials: options.maxTrials)
        announce(surroundings, estimate, atMost: live.maxDowntime)
        let standIn = try await StandIn.taking(
            surroundings, on: machine, atMost: live.maxDowntime)
        machine.standIn = standIn
        let mustEnd = standIn.began + live.maxDowntime - estimate.trial
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(try await body(service.on(machine), mustEnd))
        } catch {
            result = .failure(error)
        }
        var absence = Absence()
        do { try await machine.holdsPlace() } catch {
            absence.cutShort = error.isPlaceLost ? error.description : nil
        }
        progress.step("starting \(surroundings.restored.joined(separator: " ")) again")
        let problems = await standIn.leave(machine)
        let seconds = (ContinuousClock.now - standIn.began).seconds
        if !problems.isEmpty { throw TemperError.experiment(problems.joined(separator: "; ")) }
        if surroundings.isActive {
            progress.say(
                "\(unit) runs again as before; it was down for \(DowntimeEstimate.text(seconds))")
            absence.downtime = HardeningResult.Downtime(
                estimate: estimate.whole.seconds.rounded(), seconds: seconds,
                limit: live.maxDowntime.seconds)
        }
        return (try result.get(), absence)
    }

    /// What came of the service's being away.
    struct Absence {
        var downtime: HardeningResult.Downtime?
        /// Why it ended before temper ended it.
        var cutShort: String?
    }

    private func announce(
        _ surroundings: Surroundings, _ estimate: DowntimeEstimate, atMost limit: Duration
    ) {
        let others = surroundings.alsoDown
        let also =
            others.isEmpty ? "" : " and with it \(others.joined(separator: ", "))"
        if surroundings.isActive {
            progress.say(
                "\(unit)\(also) will be down for about "
                    + "\(DowntimeEstimate.text(estimate.whole.seconds)), for "
                    + "\(DowntimeEstimate.text(limit.seconds)) at most (--max-downtime)")
        } else {
            progress.say("\(unit) does not run now and will not run afterwards\(also)")
        }
    }

    /// A stage that `--apply` makes up for.
    static let realUnitAtAll = "the drop-in on the real unit, and its first start"

    /// What the result says of the stages that only a lab has.
    func skippedLive(_ plan: Plan) -> [HardeningResult.Skipped] {
        var skipped = [
            HardeningResult.Skipped(
                what: HardenSession.lasting.joined(separator: ", "),
                because: "on a machine in use nothing is tried whose effect outlasts the trial; "
                    + "a lab tries them"),
            HardeningResult.Skipped(
                what: HardenSession.realUnitAtAll,
                because: "a drop-in is put on a machine in use only when that is asked for"),
        ]
        if !plan.preparations.isEmpty {
            skipped.append(
                HardeningResult.Skipped(
                    what: "Prepare=", because: "such commands change the machine; they are for labs"
                ))
        }
        return skipped
    }

    /// The plan without what a machine in use must not suffer.
    func bounded(_ plan: Plan) throws(TemperError) -> Plan {
        guard place.isLive else { return plan }
        let directives = plan.attempt.map { name in String(name.prefix { $0 != "=" }) }
        if let asked = directives.first(where: HardenSession.lasting.contains) {
            throw .usage(
                "--try \(asked) changes files for longer than a trial, so it is not tried with "
                    + "--live; without it a lab is used")
        }
        var plan = plan
        plan.keep.formUnion(HardenSession.lasting)
        return plan
    }
}

/// How long a service will be away, before anything is known of it but its last start.
struct DowntimeEstimate {
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
