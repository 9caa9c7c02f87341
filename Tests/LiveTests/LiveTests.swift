import Fixtures
import Foundation
import Lab
import Reports
import Systemd
import Testing

/// Labs as machines in use: they would fight for the processors, so one suite after the other.
@Suite("on a machine in use", .serialized, .timeLimit(.minutes(10)))
enum LiveTests {
    static let victim = BuiltProduct("live-victim")
}

/// A lab that is a machine in use, with a service on it that keeps state.
struct MachineInUse {
    let lab: Lab
    let state: String
    let unit = "mine.service"
    /// A script that says what else must be the same before and after.
    var also = ""

    static let service = """
        [Service]
        Type=exec
        StateDirectory=mine
        RuntimeDirectory=mine
        ExecStart=/bin/bash -c 'echo start >>/var/lib/mine/log; trap "exit 0" TERM; \
        echo $$$$ >/run/mine/pid; while :; do sleep 1000 & wait $!; done'
        ExecStopPost=/bin/rm -f /run/mine/pid

        [Install]
        WantedBy=multi-user.target
        """

    /// Boots it; the service runs and is enabled.
    static func with<Result: Sendable>(
        _ release: Release, units: [String: String] = [:],
        _ body: @Sendable (MachineInUse) async throws -> Result
    ) async throws -> Result {
        let state = NSTemporaryDirectory() + "temper-live-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: state) }
        return try await withLab(release) { lab, _ in
            let machine = MachineInUse(lab: lab, state: state)
            for (name, text) in units.merging(
                ["mine.service": service], uniquingKeysWith: { given, _ in given })
            {
                try text.write(
                    toFile: "\(lab.rootPath)/etc/systemd/system/\(name)", atomically: true,
                    encoding: .utf8)
            }
            try await machine.shell("systemctl daemon-reload; systemctl enable --now mine")
            return try await body(machine)
        }
    }

    /// Gives the service another unit file; it runs then.
    func replace(_ text: String) async throws {
        try text.write(
            toFile: "\(lab.rootPath)/etc/systemd/system/mine.service", atomically: true,
            encoding: .utf8)
        try await shell("systemctl daemon-reload; systemctl restart mine")
    }

    /// What a script says there; whatever its exit status.
    @discardableResult
    func shell(_ script: String) async throws -> String {
        try await lab.run(["bash", "-c", script], within: .seconds(60)).stdout
    }

    func harden(
        probe: String = "test -e /run/mine/pid", trials: Int = 4, downtime: Double = 60
    ) throws -> BuiltProduct.Run {
        try LiveTests.victim.start([lab.name, unit, state, probe, "\(trials)", "\(downtime)"])
    }

    /// The next campaign begins anew; what was measured of the machine stays on record.
    func forgetTrials() {
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: state + "/trials.sqlite" + suffix)
        }
    }

    /// All that must be the same before and after, and all that must not be there.
    func standing() async throws -> String {
        try await shell(
            """
            systemctl is-active mine; systemctl is-enabled mine
            systemctl show mine -p SubState -p DropInPaths -p FragmentPath -p NoNewPrivileges
            grep -E "NoNewPrivs|Seccomp:|CapBnd|CapEff" /proc/$(systemctl show mine -p MainPID --value)/status
            stat -c "%n %u:%g %a %F" /var/lib/mine /var/lib/mine/* /run/mine /run/mine/*
            sort -u /var/lib/mine/log
            systemctl --failed --plain --no-legend
            wc -l </proc/1/mountinfo
            """ + "\n" + MachineInUse.leftovers + "\n" + also)
    }

    static let leftovers = """
        systemctl list-units --all --plain --no-legend "temper*"
        ls -d /run/temper* /run/systemd/transient/temper* /run/systemd/system/*.d 2>/dev/null
        find /sys/fs/cgroup -name "temper*"
        ls -d /etc/systemd/system/*.d 2>/dev/null
        """

    /// Waits until the machine stands as it did; how it stands when that takes too long.
    func settled(like before: String, within limit: Duration = .seconds(20)) async throws
        -> (standing: String, took: Duration)
    {
        let began = ContinuousClock.now
        while true {
            let now = try await standing()
            let took = ContinuousClock.now - began
            if now == before || took > limit { return (now, took) }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Expects that the machine comes to stand as it did, and says where it does not.
    ///
    /// - Returns: how long that took.
    @discardableResult
    func expectStanding(
        like before: String, _ when: Comment? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Duration {
        let (after, took) = try await settled(like: before)
        let difference = after.split(separator: "\n").difference(
            from: before.split(separator: "\n"))
        let lines = difference.map { change in
            switch change {
            case .insert(_, let line, _): "now: \(line)"
            case .remove(_, let line, _): "before: \(line)"
            }
        }
        #expect(
            after == before, "\(when?.rawValue ?? "")\n\(lines.joined(separator: "\n"))",
            sourceLocation: sourceLocation)
        return took
    }
}

extension BuiltProduct.Run {
    /// Waits until it has said so many lines, or one that contains `text`.
    func said(lines: Int = .max, or text: String = "\u{0}") async throws {
        while isRunning {
            let words = errorsSoFar
            if words.contains(text) || words.split(separator: "\n").count >= lines { return }
            try await Task.sleep(for: .milliseconds(2))
        }
    }
}

extension BuiltProduct.Report {
    func result() throws -> HardeningResult {
        try JSONDecoder().decode(HardeningResult.self, from: Data(output.utf8))
    }
}
