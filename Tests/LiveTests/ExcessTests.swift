import Fixtures
import Foundation
import Glibc
import Lab
import Reports
import Testing

extension LiveTests {
    @Suite("a copy that runs wild is stopped, and the machine goes on", .serialized)
    struct ExcessTests {
        /// Works until it cannot give a file away; then it runs wild.
        static func service(wild: String) -> String {
            """
            [Service]
            Type=exec
            RuntimeDirectory=mine
            ExecStartPre=-/bin/rm -f /srv/fill
            ExecStart=/bin/bash -c 'if touch /run/mine/own && chown 33 /run/mine/own; then echo >/run/mine/pid; \
            exec sleep 1000; else \(wild); fi'
            [X-Temper]
            Keep=PrivateUsers SystemCallFilter RestrictAddressFamilies ProtectHome PrivateDevices
            """
        }

        enum Wildness: String, CaseIterable, CustomTestStringConvertible {
            case forks = "f() { f | f & }; f; sleep 1000"
            case disk = "exec cat /dev/zero >/srv/fill"
            case journal = "exec yes overflowing"
            case processors = "for i in 1 2 3 4; do while :; do :; done & done; wait"

            var testDescription: String { "\(self)" }
            /// What is said of it where it is not stopped by the probe's own deadline.
            var reason: String {
                switch self {
                case .forks: "killed when it had"
                case .disk: "MiB were written below /srv"
                case .journal, .processors: "test -e /run/mine/pid"
                }
            }
        }

        @Test("on a machine in use")
        func live() async throws {
            try await MachineInUse.with(.trixie) { machine in
                try await machine.shell("mount -t tmpfs -o size=400M tmpfs /srv")
                for wildness in Wildness.allCases {
                    try await machine.replace(ExcessTests.service(wild: wildness.rawValue))
                    let began = ContinuousClock.now
                    let report = try await machine.harden(
                        probe: "test -e /run/mine/pid", trials: 14
                    ).end()
                    print("\(wildness): \((ContinuousClock.now - began).formatted())")
                    #expect(report.status == 0, "\(wildness): \(report.errors)")
                    let isSaid = report.complaints.contains { line in
                        line.contains("FAIL") && line.contains(wildness.reason)
                    }
                    #expect(isSaid, "\(wildness): \(report.errors)")
                    #expect(
                        try report.result().refused.contains {
                            $0.restriction == "CapabilityBoundingSet=~CAP_CHOWN"
                        })
                    #expect(try await machine.shell("systemctl is-active mine") == "active\n")
                    #expect(try await machine.shell(MachineInUse.leftovers) == "")
                    let processes = try await machine.shell("ls -d /proc/[0-9]* | wc -l")
                    let count = Int(processes.trimmingCharacters(in: .whitespacesAndNewlines))
                    #expect(count ?? .max < 60, "\(wildness) leaves \(processes)")
                }
            }
        }

        @Test("in a lab, of which the machine has the processes")
        func lab() async throws {
            let state = NSTemporaryDirectory() + "temper-live-\(UUID().uuidString)"
            defer { try? FileManager.default.removeItem(atPath: state) }
            try await withCopy(of: Release.trixie.root) { tree in
                try ExcessTests.service(wild: Wildness.forks.rawValue).write(
                    toFile: tree + "/etc/systemd/system/mine.service", atomically: true,
                    encoding: .utf8)
                let run = try BuiltProduct("temper").start([
                    "harden", "mine", "--root", tree, "--state-dir", state, "--json",
                    "--max-trials", "8", "--probe", "test -e /run/mine/pid",
                ])
                var (threads, refused) = (0, 0)
                while run.isRunning {
                    threads += 1
                    if !makesThread() { refused += 1 }
                    try await Task.sleep(for: .milliseconds(5))
                }
                #expect(refused == 0, "of \(threads) threads of the machine meanwhile")
                let report = try await run.end(within: .seconds(100))
                #expect(report.status == 0, "\(report.errors)")
                #expect(report.errors.contains("killed when it had"), "\(report.errors)")
                #expect(Lab.list().allSatisfy { $0.root != tree })
            }
        }

        @Test("a probe that talks without end is cut off at its deadline, and a line of it is kept")
        func talkativeProbe() async throws {
            try await MachineInUse.with(.trixie) { machine in
                let before = try await machine.standing()
                let report = try await machine.harden(probe: "yes $(printf %5000d 1)").end(
                    within: .seconds(100))
                #expect(report.status == 2)
                #expect(report.errors.contains("no end in time"))
                #expect(report.errors.count < 20_000)
                #expect(try await machine.standing() == before)
            }
        }
    }
}

/// Whether a program of the machine gets a thread.
private func makesThread() -> Bool {
    var thread = pthread_t()
    guard pthread_create(&thread, nil, { _ in nil }, nil) == 0 else { return false }
    return pthread_join(thread, nil) == 0
}
