public import Hardening
import Synchronization
public import Trials

/// A ledger that forgets everything with the process, and one that can be full.
public final class MemoryLedger: Ledger {
    private let earlier: [Trial]
    private let capacity: Int
    private let written: Mutex<[Trial]>

    /// - Parameters:
    ///   - earlier: what an earlier run of the campaign left.
    ///   - capacity: how many trials there is room for; recording one more is an error.
    public init(resuming earlier: [Trial] = [], capacity: Int = .max) {
        self.earlier = earlier
        self.capacity = capacity
        written = Mutex(earlier)
    }

    /// All that is on record, in the order in which it was recorded.
    public var trials: [Trial] { written.withLock { $0 } }

    public func trial(under profile: Profile, repetition: Int) -> Trial? {
        let matching = earlier.filter { $0.profile == profile }
        return repetition < matching.count ? matching[repetition] : nil
    }

    public func record(_ trial: Trial) throws(ExperimentError) {
        let isFull = written.withLock { written in
            if written.count >= capacity { return true }
            written.append(trial)
            return false
        }
        if isFull { throw ExperimentError("simulated: the disk is full") }
    }
}
