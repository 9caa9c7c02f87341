import Lab
import Synchronization
import Systemd
import Trials

/// Benches like a campaign's first one, each in a lab of its own, so that trials run side by side.
/// They are made while the service is first looked at, and join the trials one by one.
final class MoreBenches: Sendable {
    /// Who owns the service's files, in every place of the campaign.
    let owners = Owners()
    private let making: [Task<Result<Bench, any Error>, Never>]
    private let state = Mutex(State())

    private struct State {
        /// Where trials are made.
        var joined: [Int: Bench] = [:]
        /// The one that stays.
        var spare: Int?
        var ending: Task<Void, Never>?
    }

    /// Runs `body` with them; they are ended however it ends.
    ///
    /// - Parameters:
    ///   - count: how many; on a machine in use there are none.
    ///   - first: what they are made like.
    static func with<Result>(
        _ count: Int, like first: Bench, _ setup: ServiceSetup,
        isolation: isolated (any Actor)? = #isolation,
        _ body: (MoreBenches) async throws -> Result
    ) async throws -> Result {
        let more = MoreBenches(count, like: first, setup)
        do {
            try more.owners.join(first.service.machine)
            let result = try await body(more)
            await more.end()
            return result
        } catch {
            await more.end()
            throw error
        }
    }

    private init(_ count: Int, like first: Bench, _ setup: ServiceSetup) {
        guard case .lab(let lab) = first.host.choice else {
            making = []
            return
        }
        making = (0..<count).map { _ in
            Task {
                do { return .success(try await first.another(lab.forAnotherLab, setup)) } catch {
                    return .failure(error)
                }
            }
        }
    }

    /// Has each of them make trials of the campaign as soon as it is ready. What cannot be made is
    /// told of, and the campaign takes longer.
    func join(_ places: TrialPlaces, of context: HardeningContext) {
        for (index, bench) in making.enumerated() {
            Task {
                do {
                    let bench = try await bench.value.get()
                    try owners.join(bench.service.machine)
                    await places.add(context.procedure(at: bench))
                    state.withLock { $0.joined[index] = bench }
                } catch  where !isLeft {
                    context.bench.progress.say("the trials go on with a lab less: \(error)")
                } catch {}
            }
        }
    }

    private var isLeft: Bool { state.withLock { $0.ending != nil } }

    /// No more trials are made there: they end, also those that are being made, while others go on.
    ///
    /// - Returns: one that stays; nil where none was ready.
    func leave() -> Bench? {
        state.withLock { state in
            state.spare = state.joined.keys.min()
            let others = making.indices.filter { $0 != state.spare }.map { making[$0] }
            state.ending = Task { await Self.close(others) }
            return state.spare.flatMap { state.joined[$0] }
        }
    }

    private func end() async {
        if !isLeft { _ = leave() }
        let (ending, spare) = state.withLock { ($0.ending, $0.spare) }
        await ending?.value
        await Self.close(spare.map { [making[$0]] } ?? [])
    }

    private static func close(_ making: [Task<Result<Bench, any Error>, Never>]) async {
        for bench in making { bench.cancel() }
        for bench in making { await (try? bench.value.get())?.host.close() }
    }
}

extension Bench {
    /// The same service in another lab, started there once as it is: what it does only once on a
    /// machine is done then.
    fileprivate func another(_ lab: LabPlan, _ setup: ServiceSetup) async throws -> Bench {
        var setup = setup
        setup.progress = Silence()
        let host = try await Host.open(.lab(lab), Silence())
        do {
            var bench = try await setup.bench(at: host)
            bench.leavesOwners = leavesOwners
            bench.plan = plan
            _ = try await Campaign.warmUp(
                bench.procedure(of: bench.service.copies), cadence: plan.cadence, now: now())
            return bench
        } catch {
            await host.close()
            throw error
        }
    }
}
