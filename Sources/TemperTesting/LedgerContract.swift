import Hardening
public import Testing
public import Trials

/// What every ledger must do, fakes and the real one alike; each case is one clause.
public enum LedgerContract: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case knowsNothingAtFirst = "knows nothing at first"
    case keepsEverything = "hands a trial to the next run as it was recorded"
    case keepsTheOrder = "hands out trials of one profile in the order of their recording"
    case keepsProfilesApart = "never hands out a trial of another profile"
    case growsWithEachRun = "keeps what several runs recorded"
    case toleratesNumbers = "loses no trial for having the number of another"

    public var testDescription: String { rawValue }

    /// - Parameter open: opens the record of the same campaign, as a run does when it begins.
    public func check(_ open: () throws -> any Ledger) throws {
        let lax = Profile(recorded: ["PrivateTmp=yes"])
        let strict = Profile(recorded: ["PrivateTmp=yes", "ProtectClock=yes"])
        let first = try open()
        switch self {
        case .knowsNothingAtFirst:
            #expect(try first.trial(under: .unrestricted, repetition: 0) == nil)
            #expect(try first.trial(under: lax, repetition: 0) == nil)
        case .keepsEverything:
            let trial = LedgerContract.trial(1, lax, LedgerContract.everythingObserved)
            try first.record(trial)
            #expect(try open().trial(under: lax, repetition: 0) == trial)
        case .keepsTheOrder:
            for number in 1...12 { try first.record(LedgerContract.trial(number, lax)) }
            let next = try open()
            for repetition in 0..<12 {
                #expect(
                    try next.trial(under: lax, repetition: repetition)?.number == repetition + 1)
            }
            #expect(try next.trial(under: lax, repetition: 12) == nil)
        case .keepsProfilesApart:
            try first.record(LedgerContract.trial(1, lax))
            let next = try open()
            #expect(try next.trial(under: strict, repetition: 0) == nil)
            #expect(try next.trial(under: .unrestricted, repetition: 0) == nil)
        case .growsWithEachRun:
            try first.record(LedgerContract.trial(1, lax))
            try open().record(LedgerContract.trial(2, strict))
            let third = try open()
            #expect(try third.trial(under: lax, repetition: 0)?.number == 1)
            #expect(try third.trial(under: strict, repetition: 0)?.number == 2)
        case .toleratesNumbers:
            // A run with other options asks in another order, so numbers can come twice.
            try first.record(LedgerContract.trial(1, lax))
            try open().record(LedgerContract.trial(1, strict))
            let third = try open()
            #expect(try third.trial(under: lax, repetition: 0) != nil)
            #expect(try third.trial(under: strict, repetition: 0) != nil)
        }
    }

    static func trial(
        _ number: Int, _ profile: Profile, _ observations: [Observation] = []
    ) -> Trial {
        var timing = Trial.Timing()
        (timing.start, timing.whole) = (12_345, 67_890)
        return Trial(
            number: number, purpose: "is it kept – “exactly”?", profile: profile,
            began: 1_700_000_000_000_000 + UInt64(number), microseconds: timing,
            observations: observations, baseline: .unknown)
    }

    /// One of each kind.
    static let everythingObserved: [Observation] = [
        .job(.start, result: .done),
        .unit(
            .ready,
            UnitState(
                type: "exec", active: "active", sub: "running", result: "success", mainPID: 4711)),
        .refusedByManager(name: "a.b.C", message: "no: \"such\" thing"),
        .probe(.ready, name: "GET http://[::1]/", .healthy),
        .probe(.reloaded, name: "echo ünïcödé | grep '🔒'", .unhealthy("HTTP 502")),
        .probe(.ready, name: "x", .cannotTell("exit status 125")),
        .managerReloaded, .originalRan, .excess("killed"), .starved(.stop),
        .foreignDropIn(path: "/run/x.conf"),
        .skipped(.reload, why: "the unit has no reload"),
        .log(LogLine(priority: 3, source: "nginx", message: "line\nbreak\t\u{0}", messageID: "ab")),
        .processSet(ProcessSet(["nginx": 3])),
        .footprint(
            Footprint(
                listeners: ["tcp [::]:80"],
                sockets: ["/run/s": .init(user: 1, group: 2, mode: 0o770)],
                labels: ["init_t", "x_t"],
                names: ["org.example.X"],
                files: ["/run/x.pid": .init(user: 0, group: 0, mode: 0o644)])),
        .seenAfter(exercise: "boot", Footprint(listeners: ["tcp [::]:80"])),
        .blind(to: "how processes end"),
        .helper(
            HelperExit(
                directive: "ExecStopPost", position: 2, program: "/bin/x", code: 2, status: 31)),
        .ended(ProcessExit(name: nil, code: 3, status: 11)), .job(.secondStart, result: .failed),
    ]
}
