/// Which task waits for which job of systemd, and the results that came too early: JobRemoved can
/// be dispatched before the task that awaits the reply naming the job has run.
///
/// No I/O: the methods are the events. A class because the signal's callback shares it with the
/// bus; both are on the bus's thread.
final class JobLedger {
    /// The match is in place.
    var isWatched = false
    /// Tasks that wait for the match to be in place.
    var watchers: [Waiters.ID] = []

    private var waiting: [String: Waiters.ID] = [:]
    private var early: [String: String] = [:]
    private var running = 0

    /// A call that will name a job is about to be made; from now on early results are kept.
    func began() { running += 1 }

    /// Everything about one job is over. What nobody asked for while any was running was other
    /// people's.
    func ended() {
        running -= 1
        if running == 0 { early = [:] }
    }

    /// The reply named the job: its result if it is known, else `id` waits for it.
    func result(of path: String, for id: Waiters.ID) -> String? {
        if let result = early.removeValue(forKey: path) { return result }
        waiting[path] = id
        return nil
    }

    func forget(_ path: String) { waiting[path] = nil }

    /// JobRemoved, `uoss`: id, object path, unit, result. Returns who waited for it.
    func removed(_ arguments: [BusValue]) -> (Waiters.ID, String)? {
        guard arguments.count == 4, let path = arguments[1].string,
            let result = arguments[3].string
        else { return nil }
        if let id = waiting.removeValue(forKey: path) { return (id, result) }
        if running > 0 { early[path] = result }
        return nil
    }
}
