import ApplyFixture
import Fixtures
import Hardening
import Reports
import TemperCommand
import TemperKit
import Testing

/// What was installed does not pass any more, and another drop-in takes its place, as at the end of
/// `temper check --apply`.
@Suite("A drop-in takes the place of an installed one", .serialized, .timeLimit(.minutes(10)))
struct SupersedingTests {
    private static let strict = ["ProtectSystem=strict", "PrivateTmp=yes"]
    /// It is what it stays to be before it says that it is ready.
    private static let needy = """
        [Service]
        Type=notify
        NotifyAccess=all
        ExecStart=/bin/sh -c 'if test -e /etc/needs; then touch /srv/touched || exit 3; fi; \
        (sleep 0.2; systemd-notify --ready) & exec sleep 1000'
        Restart=on-failure
        RestartSec=1h

        """

    @Test(
        "under which the service fails: it runs with the new one, or all is as it was",
        arguments: Release.allCases)
    func failing(_ release: Release) async throws {
        try await withMachineFixture(release) { fixture in
            let unit = "needy.service"
            try fixture.write("/etc/systemd/system/\(unit)", Self.needy)
            _ = try await fixture.systemctl("daemon-reload")
            try await fixture.start(unit)
            var application = fixture.application(unit)
            let strict = try await application.finding(Self.strict)
            let mild = try await application.finding(["PrivateTmp=yes"])
            let path = "/etc/systemd/system/\(unit).d/50-temper.conf"
            #expect(try await application.apply(strict).applied?.path == path)

            // An upgrade after which it needs more; systemd would try for ever.
            try fixture.write("/etc/needs", "")
            _ = try await fixture.systemctl("restart", unit)
            #expect(try await fixture.state(unit) == "activating")
            application.triesInLab = true
            let result = try await application.apply(mild)
            #expect(result.applied?.path == path, "\(result.notApplied ?? "")")
            #expect(try await fixture.state(unit) == "active")
            let settings = try await fixture.settings(unit)
            #expect(settings.contains("ProtectSystem=no") && settings.contains("PrivateTmp=yes"))
            #expect(settings.contains("DropInPaths=\(path)"), "\(settings)")
            try await expectNothingLeft(on: fixture)

            let text = fixture.text(path)
            let why = try await application.apply(strict).notApplied ?? ""
            #expect(why.contains("\(unit) of this machine fails with the drop-in"), "\(why)")
            #expect(
                why.hasSuffix("everything is as it was, and \(unit) passes its probe"), "\(why)")
            #expect(fixture.text(path) == text)
            #expect(try await fixture.settings(unit) == settings)
            #expect(try await fixture.state(unit) == "active")
            try await expectNothingLeft(on: fixture)

            // Without any drop-in it fails as well: nothing is to be had from another one.
            application.probe = "false"
            let broken =
                try await application.apply(application.finding(["PrivateTmp=yes"])).notApplied
                ?? ""
            #expect(broken.contains("without any drop-in of temper"), "\(broken)")
            #expect(fixture.text(path) == text)
            try await expectNothingLeft(on: fixture)
        }
    }

    @Test("that is its template's: the instance gets its own, and the others keep theirs")
    func template() async throws {
        try await withMachineFixture(.trixie) { fixture in
            let one = "many@one.service"
            try await fixture.start(one)
            try await fixture.start("many@two.service")
            var application = fixture.application(one)
            let mild = try await application.finding(["PrivateTmp=yes"])
            application.forTemplate = true
            #expect(try await application.apply(Self.strict).applied != nil)
            application.forTemplate = false
            application.triesInLab = true
            let result = try await application.apply(mild)
            #expect(result.applied?.path == "/etc/systemd/system/\(one).d/50-temper.conf")
            #expect(try await fixture.settings(one).contains("ProtectSystem=no"))
            #expect(
                try await fixture.settings("many@two.service").contains("ProtectSystem=strict"))
            #expect(try await fixture.state(one) == "active")
            try await expectNothingLeft(on: fixture)
        }
    }

    @Test("and is taken away although systemd starts the service again and again")
    func reverting() async throws {
        try await withMachineFixture(.sid) { fixture in
            let unit = "needy.service"
            try fixture.write("/etc/systemd/system/\(unit)", Self.needy)
            _ = try await fixture.systemctl("daemon-reload")
            try await fixture.start(unit)
            #expect(try await fixture.application(unit).apply(Self.strict).applied != nil)
            try fixture.write("/etc/needs", "")
            _ = try await fixture.systemctl("restart", unit)
            #expect(try await fixture.state(unit) == "activating")
            let said = try await fixture.reversal(unit).run()
            #expect(said.contains("was restarted and runs"), "\(said)")
            #expect(try await fixture.state(unit) == "active")
        }
    }
}
