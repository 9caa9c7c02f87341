import Foundation
import Hardening
import Testing
import Trials

@testable import Reports

@Suite("The end of harden on a terminal") struct HardeningSummaryTests {
    /// What a campaign on a web server comes to.
    static func result() throws -> HardeningResult {
        var result = try JSONDecoder().decode(
            HardeningResult.self, from: Data(HardeningResultTests.first.utf8))
        result.unit = "nginx.service"
        result.exposure = .init(before: 9.6, after: 1.5, possible: 1.5)
        (result.trials, result.realUnitTrials, result.seconds) = (27, 2, 26.5)
        let start = "start failed: nginx: [emerg] "
        result.refused = [
            ("PrivateNetwork=yes", "GET http://127.0.0.1/: connection refused"),
            (
                "RestrictAddressFamilies=~AF_INET",
                "\(start)socket() 0.0.0.0:80 failed (97: \(long))"
            ),
            ("RestrictAddressFamilies=~AF_INET6", "\(start)socket() [::]:80 failed (97: \(long))"),
            ("SystemCallFilter=~@resources", "bites: sched_setaffinity failed with EPERM"),
            ("CapabilityBoundingSet=~CAP_NET_BIND_SERVICE", "\(start)bind() failed"),
            ("PrivateUsers=identity", "\(start)bind() failed"),
            ("SocketBindAllow=~tcp:80", "\(start)bind() failed"),
        ].enumerated().map { number, refusal in
            .init(
                restriction: refusal.0, conflict: [refusal.0], trial: number + 5,
                because: refusal.1)
        }
        result.livedThrough = [
            "first start", "reload under load", "log rotation (/etc/logrotate.d/nginx)", "restart",
            "boot",
        ]
        result.preparations = ["chown -R www-data /var/lib/nginx"]
        let probe = "a probe that has it keep something"
        result.known = [
            ("SystemCallFilter=~@sync", 0, probe), ("ReadWritePaths=~/var/lib/nginx", 0, probe),
            ("SystemCallFilter=~@timer", 0.1, "a probe for which it waits for something"),
        ].map { restriction, price, settled in
            .init(
                restriction: restriction, known: .contested, because: "it may", source: .package,
                price: price, settledBy: settled)
        }
        result.waysOut = WaysOutChange(
            before: Sample.ways(open: ["system-bus", "mounts", "keys", "journal"]),
            after: Sample.ways(open: ["keys", "system-bus"]))
        result.suspicious = [.init(line: "nginx: oh", restrictions: [], trial: 22)]
        return result
    }

    static let long = "Address family not supported by protocol"

    /// The end of a screen of so many columns, and what comes next.
    private func screen(
        _ result: HardeningResult, _ refusals: [RefusedRestriction]? = nil, width: Int = 80
    ) -> String {
        var choices = NextSteps.Choices()
        choices.record = "/var/lib/temper"
        let next = NextSteps(after: result, choices).text
        let room = 40 - next.count { $0 == "\n" }
        return HardeningSummary(result, refusals, isColoured: false, width: width, room: room).text
            + next
    }

    @Test("what matters of a result, as a whole screen")
    func whole() throws {
        let result = try Self.result()
        let cause = DeniedRequest(
            KernelRequest(.call("bind"), by: "nginx", error: 13, port: 80))
        let refusals = result.refused.map { refusal in
            var told = RefusedRestriction(
                restriction: refusal.restriction, directive: "", effect: "", conflict: [],
                instead: [], trial: refusal.trial, because: refusal.because, evidence: [],
                advice: [])
            if refusal.because.hasSuffix("bind() failed") {
                told.evidence = [
                    Evidence(
                        source: .kernel, certainty: .certain, text: "bind", trial: 5,
                        request: cause)
                ]
            }
            return told
        }
        #expect(
            screen(result, refusals) == """
                nginx.service  exposure 9.6 UNSAFE → 1.5 OK, ways to root 2 → 1
                ███████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░··
                1 restriction taken, 7 refused, in 27 trials, 26.5 s
                The drop-in was put on the real unit and passed first start, reload under load,
                log rotation (/etc/logrotate.d/nginx), restart, boot.
                In the report: 1 new log line, 1 not tried.

                Ways out that stay open (2 were closed)
                  a unit is started over the system bus  leads to root
                  keys in the user's keyring  leads to other services

                Refused, and why
                  PrivateNetwork=yes (GET http://127.0.0.1/: connection refused)
                  needs AF_INET (start failed: nginx: [emerg] socket() 0.0.0.0:80 failed…)
                  needs AF_INET6 (start failed: nginx: [emerg] socket() [::]:80 failed
                      (97:…)
                  needs @resources system calls (bites: sched_setaffinity failed with EPERM)
                  needs CAP_NET_BIND_SERVICE, SocketBindAllow=tcp:80 (binds port 80)
                  PrivateUsers=identity (binds port 80)

                Before the drop-in is installed, run once
                  chown -R www-data /var/lib/nginx

                Left open as it may be needed, and what would tell
                  @timer system calls: a probe for which it waits for something (would gain
                      0.1)
                  @sync system calls, ReadWritePaths=/var/lib/nginx: a probe that has it
                      keep something

                Next (on record in /var/lib/temper)
                  the same command with --apply  installs it, if the real unit passes with it
                  temper report nginx.service    the drop-in, why each was refused, what helps
                  temper check nginx.service     after an upgrade: does it still pass?
                  temper explain WORD            what a word means, such as bite or contested

                """)
    }

    @Test("nothing is cut within a word, or wider than the terminal", arguments: [40, 60, 80, 100])
    func width(width: Int) throws {
        var result = try Self.result()
        result.warnings = ["It " + String(repeating: "often ", count: 40) + "fails."]
        let text = HardeningSummary(result, nil, isColoured: false, width: width, room: 200).text
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= width })
        func words(_ text: String) -> Set<Substring> {
            Set(text.split { $0.isWhitespace || "█░·".contains($0) })
        }
        let wide = HardeningSummary(result, nil, isColoured: false, width: 2000, room: 200).text
        #expect(words(text) == words(wide))
        let all = HardeningText(result, isColoured: false, width: width).text
        let own = all.prefix(upTo: try #require(all.range(of: "\nDrop-in\n")).lowerBound)
        #expect(own.split(separator: "\n").filter { $0.count > width } == [])
    }

    @Test(
        "a long result has room for the most important of each kind, and says how much is left out")
    func many() throws {
        var result = try Self.result()
        result.preparations = (1...30).map { "chown -R x /var/lib/x\($0)" }
        result.warnings = (1...30).map { "Warning \($0)." }
        result.refused = (1...30).map { number in
            .init(
                restriction: "ReadWritePaths=~/srv/\(number)", conflict: [], trial: 5,
                because: "it fails with \(number)")
        }
        let text = screen(result)
        #expect(text.count { $0 == "\n" } <= 40, "\(text)")
        #expect(text.contains("\n  Warning 3.\n  and 27 more\n"), "\(text)")
        #expect(text.contains("\n  chown -R x /var/lib/x3\n  and 27 more\n"), "\(text)")
        #expect(text.contains("needs ReadWritePaths=/srv/3 (it fails with 3)\n  and 27 more\n"))
    }
}
