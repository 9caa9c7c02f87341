/// Which tasks wait for which job of systemd, and the results that came too early: JobRemoved can
/// be dispatched before the task that awaits the reply naming the job has run. Several tasks can
/// wait for one job, because systemd merges a new job into a queued one of the same kind.
///
/// No I/O: the methods are the events. A class because the signal's callback shares it with the
/// bus; both are on the bus's thread.
final class JobLedger {
    /// The match is in place.
    var isWatched = false
    /// Tasks that wait for the match to be in place.
    var watchers: [Waiters.ID] = []

    private var waiting: [String: Set<Waiters.ID>] = [:]
    private var results: [String: String] = [:]
    private var running = 0

    /// A call that will name a job is about to be made; from now on results are kept.
    func began() { running += 1 }

    /// Everything about one job is over. Results that nobody asked for while any was running were
    /// other people's.
    func ended() {
        running -= 1
        if running == 0 { results = [:] }
    }

    /// The reply named the job: its result if it is known, else `id` waits for it.
    func result(of path: String, for id: Waiters.ID) -> String? {
        if let result = results[path] { return result }
        waiting[path, default: []].insert(id)
        return nil
    }

    /// The result of a job, if it was told.
    func known(_ path: String) -> String? { results[path] }

    /// `id` no longer waits.
    func forget(_ path: String, _ id: Waiters.ID) {
        waiting[path]?.remove(id)
        if waiting[path]?.isEmpty == true { waiting[path] = nil }
    }

    /// JobRemoved, `uoss`: id, object path, unit, result. Returns who waited for it.
    func removed(_ arguments: [BusValue]) -> (waiting: Set<Waiters.ID>, result: String)? {
        guard arguments.count == 4, let path = arguments[1].string,
            let result = arguments[3].string
        else { return nil }
        if running > 0 { results[path] = result }
        return (waiting.removeValue(forKey: path) ?? [], result)
    }
}
