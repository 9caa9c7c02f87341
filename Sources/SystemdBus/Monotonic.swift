import Glibc

/// A point in time as sd-bus counts it: microseconds of CLOCK_MONOTONIC.
struct Monotonic: Hashable, Comparable {
    var microseconds: UInt64

    static let never = Monotonic(microseconds: .max)

    static var now: Monotonic {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Monotonic(
            microseconds: UInt64(time.tv_sec) * 1_000_000 + UInt64(time.tv_nsec) / 1000)
    }

    /// `never` where the sum does not fit; a negative duration is none.
    static func after(_ duration: Duration) -> Monotonic {
        let (seconds, attoseconds) = max(duration, .zero).components
        let (whole, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000)
        if overflow { return .never }
        let span = whole.addingReportingOverflow(UInt64(attoseconds / 1_000_000_000_000))
        if span.overflow { return .never }
        let sum = now.microseconds.addingReportingOverflow(span.partialValue)
        return sum.overflow ? .never : Monotonic(microseconds: sum.partialValue)
    }

    static func < (earlier: Monotonic, later: Monotonic) -> Bool {
        earlier.microseconds < later.microseconds
    }

    /// The time from now on in poll(2)'s milliseconds: rounded up, so that it does not return
    /// before; -1 for never. A span that does not fit is slept in parts.
    var pollTimeout: Int32 {
        guard self != .never else { return -1 }
        let now = Monotonic.now.microseconds
        guard microseconds > now else { return 0 }
        return Int32(clamping: (microseconds - now - 1) / 1000 + 1)
    }
}
