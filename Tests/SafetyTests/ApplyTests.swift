import ApplyBench
import Fixtures
import Foundation
import Glibc
import Hardening
import Lab
import Systemd
import TemperCommand
import Testing

@testable import TemperKit

/// A lab is the machine: `--apply` changes its services, and what is left of that is looked at.
@Suite("A drop-in is installed, verified, rolled back and reverted", .serialized)
struct ApplyTests {
    @Test("on the real unit, for good, and away again", arguments: Release.allCases)
    func installs(_ release: Release) async throws {
        try await withSubject(release) { subject in
            try await subject.start("steady.service")
            let before = try await subject.settings("steady.service")
            let result = try await subject.bench("steady.service").apply(
                ["ProtectSystem=full", "PrivateTmp=yes", "NoNewPrivileges=yes"])
            #expect(result.notApplied == nil, "\(result.notApplied ?? "")")
            let path = "/etc/systemd/system/steady.service.d/50-temper.conf"
            #expect(result.applied?.path == path)
            let text = try #require(subject.text(path))
            #expect(text.contains("# Installed by temper"))
            #expect(text.contains("for systemd \(release.systemd)"))
            #expect(text.contains("temper revert steady.service"))
            #expect(InstalledDropIn(found: text).isUntouched)
            #expect(subject.mode(path) == 0o644)
            #expect(try await subject.state("steady.service") == "active")
            let after = try await subject.settings("steady.service")
            #expect(after.contains("ProtectSystem=full") && after.contains("PrivateTmp=yes"))
            #expect(after.contains("DropInPaths=\(path)"), "\(after)")
            try await expectNothingLeft(on: subject)

            let said = try await subject.reversal("steady.service").run()
            #expect(said.contains("is gone") && said.contains("runs"), "\(said)")
            #expect(subject.text(path) == nil)
            #expect(!subject.exists("/etc/systemd/system/steady.service.d"))
            #expect(try await subject.state("steady.service") == "active")
            #expect(try await subject.settings("steady.service") == before)
        }
    }

    @Test("one that was not running is not running afterwards, and not enabled")
    func inactive() async throws {
        try await withSubject(.trixie) { subject in
            let result = try await subject.bench("steady.service").apply(["PrivateTmp=yes"])
            #expect(result.applied != nil, "\(result.notApplied ?? "")")
            #expect(try await subject.state("steady.service") == "inactive")
            let said = try await subject.reversal("steady.service").run()
            #expect(said.contains("is not running"), "\(said)")
            try await expectNothingLeft(on: subject)
        }
    }

    @Test(
        "one that fails with the drop-in is as it was, and nothing that a failure would set off was",
        arguments: Release.allCases)
    func rollsBack(_ release: Release) async throws {
        try await withSubject(release) { subject in
            try await subject.start("touchy.service")
            let before = try await subject.settings("touchy.service")
            var bench = subject.bench("touchy.service")
            bench.probe = "test -e /srv/touched"
            let result = try await bench.apply(["ProtectSystem=strict", "PrivateTmp=yes"])
            #expect(result.applied == nil)
            let why = result.notApplied ?? ""
            #expect(why.contains("touchy.service of this machine fails with the drop-in"), "\(why)")
            #expect(why.contains("everything is as it was, and touchy.service passes"), "\(why)")
            #expect(!why.contains("\n"))
            #expect(try await subject.state("touchy.service") == "active")
            #expect(try await subject.settings("touchy.service") == before)
            // The machine is still there, and the units that react to failure were never started.
            #expect(try await subject.state("witness.service") == "inactive")
            #expect(!subject.exists("/srv/fired"))
            try await expectNothingLeft(on: subject)
            #expect(!subject.exists("/etc/systemd/system/touchy.service.d"))
        }
    }

    @Test("a drop-in that was changed by hand is neither overwritten nor removed")
    func edited() async throws {
        try await withSubject(.trixie) { subject in
            let unit = "steady.service"
            try await subject.start(unit)
            var bench = subject.bench(unit)
            #expect(try await bench.apply(["PrivateTmp=yes"]).applied != nil)
            // On the machine itself, what is installed would be built upon.
            #expect(
                try await bench.apply(["PrivateTmp=yes"]).notApplied?.contains(
                    "`temper revert steady.service` first") == true)
            let path = "/etc/systemd/system/\(unit).d/50-temper.conf"
            let changed = (subject.text(path) ?? "") + "ProtectClock=yes\n"
            try subject.write(path, changed)
            #expect(
                try await bench.apply(["PrivateTmp=yes"]).notApplied?.contains(
                    "is not as temper wrote it") == true)
            await #expect(throws: TemperError.self) { try await subject.reversal(unit).run() }
            #expect(subject.text(path) == changed)
            bench.isForced = true
            var forced = subject.reversal(unit)
            forced.isForced = true
            _ = try await forced.run()
            #expect(subject.text(path) == nil)
            let nothing = await #expect(throws: TemperError.self) {
                try await subject.reversal(unit).run()
            }
            #expect(nothing?.exitStatus == 1)
        }
    }

    @Test("an instance gets its own drop-in, and the template only when asked")
    func templates() async throws {
        try await withSubject(.bookworm) { subject in
            try await subject.start("many@one.service")
            try await subject.start("many@two.service")
            var bench = subject.bench("many@one.service")
            let own = try await bench.apply(["PrivateTmp=yes"]).applied?.path
            #expect(own == "/etc/systemd/system/many@one.service.d/50-temper.conf")
            #expect(try await subject.settings("many@one.service").contains("PrivateTmp=yes"))
            #expect(try await subject.settings("many@two.service").contains("PrivateTmp=no"))
            _ = try await subject.reversal("many@one.service").run()
            bench.forTemplate = true
            let all = try await bench.apply(["PrivateTmp=yes"]).applied?.path
            #expect(all == "/etc/systemd/system/many@.service.d/50-temper.conf")
            #expect(try await subject.settings("many@two.service").contains("PrivateTmp=yes"))
            var reversal = subject.reversal("many@one.service")
            reversal.forTemplate = true
            _ = try await reversal.run()
            #expect(!subject.exists("/etc/systemd/system/many@.service.d"))
            #expect(try await subject.state("many@two.service") == "active")
        }
    }

    @Test("what the machine stands on, and what is on the move, is not taken")
    func refusals() async throws {
        try await withSubject(.sid) { subject in
            for unit in ["dbus.service", "systemd-journald.service"] {
                let why = try await subject.bench(unit).apply(["PrivateTmp=yes"]).notApplied ?? ""
                #expect(why.contains("\(unit) is not stopped for a try"), "\(why)")
                #expect(why.contains("--force"), "\(why)")
                #expect(!subject.exists("/etc/systemd/system/\(unit).d"))
            }
            // It never says that it is ready.
            _ = try await subject.lab.run(["systemctl", "start", "--no-block", "endless.service"])
            while try await subject.state("endless.service") == "inactive" {}
            let starting = try await subject.bench("endless.service").apply(["PrivateTmp=yes"])
            #expect(starting.notApplied?.contains("endless.service is activating") == true)
            #expect(try await subject.state("dbus.service") == "active")
        }
    }
}
