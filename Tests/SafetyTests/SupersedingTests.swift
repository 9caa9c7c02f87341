import ApplyBench
import Fixtures
import Hardening
import Testing

/// What was installed does not pass any more, and another drop-in takes its place, as at the end of
/// `temper check --apply`.
@Suite("A drop-in takes the place of an installed one", .serialized)
struct SupersedingTests {
    private static let strict = ["ProtectSystem=strict", "PrivateTmp=yes"]
    private static let needy = """
        [Service]
        Type=notify
        NotifyAccess=all
        ExecStart=/bin/sh -c 'if test -e /etc/needs; then touch /srv/touched || exit 3; fi; \
        systemd-notify --ready; exec sleep 1000'
        Restart=on-failure
        RestartSec=1h

        """

    @Test(
        "under which the service fails: it runs with the new one, or all is as it was",
        arguments: Release.allCases)
    func failing(_ release: Release) async throws {
        try await withSubject(release) { subject in
            let unit = "needy.service"
            try subject.write("/etc/systemd/system/\(unit)", Self.needy)
            _ = try await subject.systemctl("daemon-reload")
            try await subject.start(unit)
            var bench = subject.bench(unit)
            let strict = try await bench.finding(Self.strict)
            let mild = try await bench.finding(["PrivateTmp=yes"])
            let path = "/etc/systemd/system/\(unit).d/50-temper.conf"
            #expect(try await bench.apply(strict).applied?.path == path)

            // An upgrade after which it needs more; systemd would try for ever.
            try subject.write("/etc/needs", "")
            _ = try await subject.systemctl("restart", unit)
            #expect(try await subject.state(unit) == "activating")
            bench.triesInLab = true
            let result = try await bench.apply(mild)
            #expect(result.applied?.path == path, "\(result.notApplied ?? "")")
            #expect(try await subject.state(unit) == "active")
            let settings = try await subject.settings(unit)
            #expect(settings.contains("ProtectSystem=no") && settings.contains("PrivateTmp=yes"))
            #expect(settings.contains("DropInPaths=\(path)"), "\(settings)")
            try await expectNothingLeft(on: subject)

            let text = subject.text(path)
            let why = try await bench.apply(strict).notApplied ?? ""
            #expect(why.contains("\(unit) of this machine fails with the drop-in"), "\(why)")
            #expect(
                why.hasSuffix("everything is as it was, and \(unit) passes its probe"), "\(why)")
            #expect(subject.text(path) == text)
            #expect(try await subject.settings(unit) == settings)
            #expect(try await subject.state(unit) == "active")
            try await expectNothingLeft(on: subject)

            // Without any drop-in it fails as well: nothing is to be had from another one.
            bench.probe = "false"
            let broken = try await bench.apply(bench.finding(["PrivateTmp=yes"])).notApplied ?? ""
            #expect(broken.contains("without any drop-in of temper"), "\(broken)")
            #expect(subject.text(path) == text)
            try await expectNothingLeft(on: subject)
        }
    }

    @Test("that is its template's: the instance gets its own, and the others keep theirs")
    func template() async throws {
        try await withSubject(.trixie) { subject in
            let one = "many@one.service"
            try await subject.start(one)
            try await subject.start("many@two.service")
            var bench = subject.bench(one)
            let mild = try await bench.finding(["PrivateTmp=yes"])
            bench.forTemplate = true
            #expect(try await bench.apply(Self.strict).applied != nil)
            bench.forTemplate = false
            bench.triesInLab = true
            let result = try await bench.apply(mild)
            #expect(result.applied?.path == "/etc/systemd/system/\(one).d/50-temper.conf")
            #expect(try await subject.settings(one).contains("ProtectSystem=no"))
            #expect(
                try await subject.settings("many@two.service").contains("ProtectSystem=strict"))
            #expect(try await subject.state(one) == "active")
            try await expectNothingLeft(on: subject)
        }
    }

    @Test("and is taken away although systemd starts the service again and again")
    func reverting() async throws {
        try await withSubject(.sid) { subject in
            let unit = "needy.service"
            try subject.write("/etc/systemd/system/\(unit)", Self.needy)
            _ = try await subject.systemctl("daemon-reload")
            try await subject.start(unit)
            #expect(try await subject.bench(unit).apply(Self.strict).applied != nil)
            try subject.write("/etc/needs", "")
            _ = try await subject.systemctl("restart", unit)
            #expect(try await subject.state(unit) == "activating")
            let said = try await subject.reversal(unit).run()
            #expect(said.contains("was restarted and runs"), "\(said)")
            #expect(try await subject.state(unit) == "active")
        }
    }
}
