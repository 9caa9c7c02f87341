import Fixtures
import Foundation
import Glibc
import Lab
import Synchronization
import TemperTesting
import Testing

extension LiveTests {
    @Suite("killed at any moment", .serialized)
    struct KillTests {
        /// Points of a campaign: after each of its lines, and at random times.
        enum Moment: CustomStringConvertible {
            case line(Int, then: Duration)
            case time(Duration)

            var description: String {
                switch self {
                case .line(let number, let later): "\(later) after line \(number)"
                case .time(let time): "\(time) after its start"
                }
            }
        }

        /// What a campaign of these says and how long it takes, with some to spare.
        static let (lines, seconds) = (10, 6.0)

        static func moments(_ count: Int, seed: UInt64) -> [Moment] {
            var random = SplitMix64(seed: seed)
            return (0..<count).map { index in
                if index % 2 == 0 {
                    let later = [0, 5, 20, 60, 150][index / 2 / lines % 5]
                    return .line(index / 2 % lines + 1, then: .milliseconds(later))
                }
                return .time(.milliseconds(Int.random(in: 0...Int(seconds * 1000), using: &random)))
            }
        }

        @Test("the service runs again as before, and nothing of the trials is left")
        func anywhere() async throws {
            let wanted =
                ProcessInfo.processInfo.environment["TEMPER_LIVE_KILLS"].flatMap { Int($0) } ?? 36
            let share = (wanted + 2) / 3
            let tallies = try await withThrowingTaskGroup(of: Tally.self) { group in
                for (index, release) in Release.allCases.enumerated() {
                    group.addTask {
                        try await kills(
                            on: release, KillTests.moments(share, seed: UInt64(index + 1)))
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let whole = tallies.reduce(into: Tally()) { $0.add($1) }
            print(
                "killed \(whole.killed) times, restored \(whole.restored) times; "
                    + "after \(whole.slowest.formatted()) at most")
            #expect(whole.killed >= share * 2)
            #expect(whole.restored == whole.killed)
        }

        /// What a machine with much else to do does by chance: every service waits for another one,
        /// which takes its time as soon as there is a stand-in.
        static let late = [
            "late.service": """
            [Unit]
            StartLimitIntervalSec=0

            [Service]
            Type=oneshot
            ExecStart=/bin/sh -c 'systemctl list-units | grep "temper.s stand-in" && sleep 3 || true'
            """
        ]

        @Test(
            "also when what the trials hang on was to start and has not yet",
            arguments: Release.allCases)
        func beforeTheKnotStarts(release: Release) async throws {
            try await MachineInUse.with(release, units: KillTests.late) { machine in
                try await machine.shell(
                    """
                    mkdir /etc/systemd/system/service.d; cd /etc/systemd/system/service.d
                    printf '[Unit]\\nWants=late.service\\nAfter=late.service\\n' >late.conf
                    systemctl daemon-reload
                    """)
                let before = try await machine.standing()
                let run = try machine.harden(trials: 3)
                var knot = ""
                while run.isRunning && knot.isEmpty {
                    knot = try await machine.shell(
                        "systemctl list-units --all --plain --no-legend 'temper*' | grep 'hang on'")
                }
                #expect(knot.contains("inactive"), "\(knot)")
                run.signal(SIGKILL)
                _ = try await run.end()
                try await machine.expectStanding(like: before)
            }
        }

        struct Tally {
            var killed = 0
            var restored = 0
            var slowest = Duration.zero

            mutating func add(_ other: Tally) {
                killed += other.killed
                restored += other.restored
                slowest = max(slowest, other.slowest)
            }
        }

        private func kills(on release: Release, _ moments: [Moment]) async throws -> Tally {
            try await MachineInUse.with(release) { machine in
                let before = try await machine.standing()
                var tally = Tally()
                // The first one measures what the machine enforces; that is on record then.
                for moment in moments {
                    machine.forgetTrials()
                    let run = try machine.harden(trials: 3)
                    switch moment {
                    case .line(let number, let later):
                        try await run.said(lines: number)
                        try await Task.sleep(for: later)
                    case .time(let time): try await Task.sleep(for: time)
                    }
                    if run.isRunning {
                        run.signal(SIGKILL)
                        tally.killed += 1
                    } else {
                        _ = try await run.end()
                        continue
                    }
                    _ = try await run.end()
                    let (after, took) = try await machine.settled(like: before)
                    tally.slowest = max(tally.slowest, took)
                    if after == before {
                        tally.restored += 1
                    } else {
                        Issue.record("\(release), \(moment): \(after) instead of \(before)")
                    }
                }
                return tally
            }
        }
    }
}
