import ApplyFixture
import Fixtures
import Foundation
import Glibc
import Hardening
import Lab
import Reports
import Systemd
import TemperCommand
import Testing

@testable import TemperKit

/// A lab is the machine: `--apply` changes its services, and what is left of that is looked at.
@Suite(
    "A drop-in is installed, verified, rolled back and reverted", .serialized,
    .timeLimit(.minutes(10)))
struct ApplyTests {
    @Test("on the real unit, for good, and away again", arguments: Release.allCases)
    func installs(_ release: Release) async throws {
        try await withMachineFixture(release) { fixture in
            try await fixture.start("steady.service")
            let before = try await fixture.settings("steady.service")
            let result = try await fixture.application("steady.service").apply(
                ["ProtectSystem=full", "PrivateTmp=yes", "NoNewPrivileges=yes"])
            #expect(result.notApplied == nil, "\(result.notApplied ?? "")")
            let path = "/etc/systemd/system/steady.service.d/50-temper.conf"
            #expect(result.applied?.path == path)
            let text = try #require(fixture.text(path))
            #expect(text.contains("# Installed by temper"))
            #expect(text.contains("for systemd \(release.systemd)"))
            #expect(text.contains("temper revert steady.service"))
            #expect(InstalledDropIn(found: text).isUntouched)
            #expect(fixture.mode(path) == 0o644)
            #expect(try await fixture.state("steady.service") == "active")
            let after = try await fixture.settings("steady.service")
            #expect(after.contains("ProtectSystem=full") && after.contains("PrivateTmp=yes"))
            #expect(after.contains("DropInPaths=\(path)"), "\(after)")
            try await expectNothingLeft(on: fixture)

            let said = try await fixture.reversal("steady.service").run()
            #expect(said.contains("is gone") && said.contains("runs"), "\(said)")
            #expect(fixture.text(path) == nil)
            #expect(!fixture.exists("/etc/systemd/system/steady.service.d"))
            #expect(try await fixture.state("steady.service") == "active")
            #expect(try await fixture.settings("steady.service") == before)
        }
    }

    @Test("one that was not running is not running afterwards, and not enabled")
    func inactive() async throws {
        try await withMachineFixture(.trixie) { fixture in
            let result = try await fixture.application("steady.service").apply(["PrivateTmp=yes"])
            #expect(result.applied != nil, "\(result.notApplied ?? "")")
            #expect(try await fixture.state("steady.service") == "inactive")
            try await expectRefusalOfReadOnly(fixture)
            let said = try await fixture.reversal("steady.service").run()
            #expect(said.contains("is not running"), "\(said)")
            try await expectNothingLeft(on: fixture)
        }
    }

    /// Where /etc is made elsewhere, the line says where a drop-in is to be put; what is there stays.
    private func expectRefusalOfReadOnly(_ fixture: MachineFixture) async throws {
        let path = "/etc/systemd/system/steady.service.d/50-temper.conf"
        let text = fixture.text(path)
        _ = try await fixture.lab.run(["mount", "--bind", "-o", "ro", "/etc", "/etc"])
        var application = fixture.application("steady.service")
        application.triesInLab = true
        let why = try await application.apply(["PrivateTmp=yes"]).notApplied ?? ""
        #expect(
            why.hasPrefix(
                "/etc/systemd/system/steady.service.d is on a read-only file system; "
                    + "take the drop-in with --output"), "\(why)")
        let reverting = await #expect(throws: TemperError.self) {
            try await fixture.reversal("steady.service").run()
        }
        #expect("\(reverting!)".contains("\(path) is on a read-only file system"))
        #expect(text != nil && fixture.text(path) == text)
        _ = try await fixture.lab.run(["umount", "/etc"])
    }

    @Test(
        "one that fails with the drop-in is as it was, and nothing that a failure would set off was",
        arguments: Release.allCases)
    func rollsBack(_ release: Release) async throws {
        try await withMachineFixture(release) { fixture in
            try await fixture.start("touchy.service")
            let before = try await fixture.settings("touchy.service")
            var application = fixture.application("touchy.service")
            application.probe = "test -e /srv/touched"
            let result = try await application.apply(["ProtectSystem=strict", "PrivateTmp=yes"])
            #expect(result.applied == nil)
            let why = result.notApplied ?? ""
            #expect(why.contains("touchy.service of this machine fails with the drop-in"), "\(why)")
            #expect(why.contains("everything is as it was, and touchy.service passes"), "\(why)")
            #expect(!why.contains("\n"))
            #expect(try await fixture.state("touchy.service") == "active")
            #expect(try await fixture.settings("touchy.service") == before)
            // The machine is still there, and the units that react to failure were never started.
            #expect(try await fixture.state("witness.service") == "inactive")
            #expect(!fixture.exists("/srv/fired"))
            try await expectNothingLeft(on: fixture)
            #expect(!fixture.exists("/etc/systemd/system/touchy.service.d"))
        }
    }

    @Test("a drop-in that was changed by hand is neither overwritten nor removed")
    func edited() async throws {
        try await withMachineFixture(.trixie) { fixture in
            let unit = "steady.service"
            try await fixture.start(unit)
            var application = fixture.application(unit)
            #expect(try await application.apply(["PrivateTmp=yes"]).applied != nil)
            // On the machine itself, what is installed would be built upon.
            #expect(
                try await application.apply(["PrivateTmp=yes"]).notApplied?.contains(
                    "`temper revert steady.service` first") == true)
            let path = "/etc/systemd/system/\(unit).d/50-temper.conf"
            let changed = (fixture.text(path) ?? "") + "ProtectClock=yes\n"
            try fixture.write(path, changed)
            #expect(
                try await application.apply(["PrivateTmp=yes"]).notApplied?.contains(
                    "is not as temper wrote it") == true)
            await #expect(throws: TemperError.self) { try await fixture.reversal(unit).run() }
            #expect(fixture.text(path) == changed)
            application.isForced = true
            var forced = fixture.reversal(unit)
            forced.isForced = true
            _ = try await forced.run()
            #expect(fixture.text(path) == nil)
            let nothing = await #expect(throws: TemperError.self) {
                try await fixture.reversal(unit).run()
            }
            #expect(nothing?.exitStatus == 1)
        }
    }

    @Test("an instance gets its own drop-in, and the template only when asked")
    func templates() async throws {
        try await withMachineFixture(.bookworm) { fixture in
            try await fixture.start("many@one.service")
            try await fixture.start("many@two.service")
            var application = fixture.application("many@one.service")
            let own = try await application.apply(["PrivateTmp=yes"]).applied?.path
            #expect(own == "/etc/systemd/system/many@one.service.d/50-temper.conf")
            #expect(try await fixture.settings("many@one.service").contains("PrivateTmp=yes"))
            #expect(try await fixture.settings("many@two.service").contains("PrivateTmp=no"))
            _ = try await fixture.reversal("many@one.service").run()
            application.forTemplate = true
            let all = try await application.apply(["PrivateTmp=yes"]).applied?.path
            #expect(all == "/etc/systemd/system/many@.service.d/50-temper.conf")
            #expect(try await fixture.settings("many@two.service").contains("PrivateTmp=yes"))
            var reversal = fixture.reversal("many@one.service")
            reversal.forTemplate = true
            _ = try await reversal.run()
            #expect(!fixture.exists("/etc/systemd/system/many@.service.d"))
            #expect(try await fixture.state("many@two.service") == "active")
        }
    }

    @Test("what the machine stands on, and what is on the move, is not taken")
    func refusals() async throws {
        try await withMachineFixture(.sid) { fixture in
            for unit in ["dbus.service", "systemd-journald.service"] {
                let why =
                    try await fixture.application(unit).apply(["PrivateTmp=yes"]).notApplied ?? ""
                #expect(why.contains("\(unit) is not stopped for a try"), "\(why)")
                #expect(why.contains("--force"), "\(why)")
                #expect(!fixture.exists("/etc/systemd/system/\(unit).d"))
            }
            // It never says that it is ready.
            _ = try await fixture.lab.run(["systemctl", "start", "--no-block", "endless.service"])
            while try await fixture.state("endless.service") == "inactive" {}
            let starting = try await fixture.application("endless.service").apply(["PrivateTmp=yes"]
            )
            #expect(starting.notApplied?.contains("endless.service is activating") == true)
            #expect(try await fixture.state("dbus.service") == "active")
        }
    }
}
