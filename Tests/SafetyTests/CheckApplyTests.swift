import Fixtures
import Foundation
import Hardening
import Lab
import Reports
import Systemd
import SystemdBus
import Testing
import TrialLedger
import Trials

@testable import TemperKit

/// A tree in which a service is hardened, and upgraded; then a machine is booted of it, on which the
/// service fails under the drop-in that was installed.
@Suite("After an upgrade a check installs what passes now", .serialized, .timeLimit(.minutes(10)))
struct CheckApplyTests {
    private static let unit = "risen.service"

    @Test("on a machine of systemd 257 and of 262", arguments: [Release.trixie, .sid])
    func system(_ release: Release) async throws {
        try await withCopy(of: release.root) { tree in
            try await upgrade(in: tree, below: "/etc/systemd/system", of: nil)
        }
    }

    @Test("for a user's own manager", arguments: [Release.services])
    func user(_ root: String) async throws {
        try await withCopy(of: root) { tree in
            try await upgrade(in: tree, below: "/home/mona/.config/systemd/user", of: "mona")
        }
    }

    private func upgrade(in tree: String, below directory: String, of user: String?) async throws {
        let state = NSTemporaryDirectory() + "temper-state-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: state) }
        let manager = user.map(ManagerChoice.user) ?? .system
        try await install("", below: directory, in: tree)
        var plan = LabPlan()
        plan.root = tree
        var options = CampaignOptions()
        options.isFast = true
        options.maxTrials = 60
        var session = HardenSession(unit: Self.unit, stateDirectory: state)
        session.options = options
        session.host = .lab(plan)
        session.manager = manager
        let hardened = try await session.run().result
        let culprit = "RestrictAddressFamilies=~AF_NETLINK"
        try #require(hardened.accepted.contains(culprit), "\(hardened.accepted)")

        try await install(
            "perl -e 'socket(my $s, 16, 2, 0) or die \"netlink: $!\"' || exit 1",
            below: directory, in: tree)
        let older = InstalledDropIn(
            hardened.dropIn, by: "a test", on: "today", systemd: "", revert: "")
        let path = "\(directory)/\(Self.unit).d/\(InstalledDropIn.fileName)"
        try await write(older.text, to: path, in: tree)
        try await withLab(root: tree) { lab, machine in
            if let user {
                try await machine.manager(of: machine.account(user)).bus.close()
            }
            let fixture = MachineFixture(lab: lab, user: user)
            try await fixture.start(Self.unit)
            #expect(try await fixture.state(Self.unit) == "activating")
            var choices = CheckChoices()
            choices.apply = ApplyOrder()
            choices.apply?.machine = fixture.machine
            func session(_ choices: CheckChoices) throws -> CheckSession {
                let kept = try #require(
                    try TrialStore(directory: state).records().last { $0.unit == Self.unit })
                return CheckSession(
                    subject: CheckSubject(
                        record: try HardeningRecord(reading: kept.text, file: "ledger"),
                        root: kept.root, manager: manager, isAtHome: true),
                    choices: choices, stateDirectory: state)
            }
            let first = try session(choices)
            let result = try await first.run()
            #expect(result.standing == .regressed, "\(result)")
            #expect(result.culprits.map(\.restrictions) == [[culprit]])
            #expect(result.applied?.path == path, "\(result.notApplied ?? "")")
            #expect(try await fixture.state(Self.unit) == "active")
            let installed = try #require(fixture.text(path))
            #expect(InstalledDropIn(found: installed).isUntouched && installed != older.text)
            try await expectNothingLeft(on: fixture)
            // The next check is one of what is installed now.
            choices.ifChanged = true
            let next = try session(choices)
            #expect(try await next.run().standing == .unchanged)
            let (now, then) = (next.record.profile, first.record.profile)
            #expect(then.restrictions.subtracting(now.restrictions) == [culprit])
            _ = try await fixture.reversal(Self.unit).run()
            #expect(fixture.text(path) == nil)
            #expect(try await fixture.state(Self.unit) == "active")
        }
    }

    /// A version of the service.
    private func install(_ need: String, below directory: String, in tree: String) async throws {
        let program = "/usr/local/bin/risen"
        try await write(
            "#!/bin/sh\n\(need)\nsystemd-notify --ready\nexec sleep 1000\n", to: program, in: tree)
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: tree + program)
        try await write(
            """
            [Service]
            Type=notify
            NotifyAccess=all
            ExecStart=\(program)
            Restart=on-failure
            RestartSec=1h
            [X-Temper]
            Probe=true

            """, to: "\(directory)/\(Self.unit)", in: tree)
    }

    /// A file of the tree; in a home it is the user's.
    private func write(_ text: String, to path: String, in tree: String) async throws {
        let file = URL(filePath: tree + path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: file, atomically: true, encoding: .utf8)
        if path.hasPrefix("/home/mona/.config/") {
            let owned = try await runProgram(
                "/bin/chown", ["-R", "1000:1000", tree + "/home/mona/.config/systemd"])
            try #require(owned.status == 0, "\(owned.errors)")
        }
    }
}
