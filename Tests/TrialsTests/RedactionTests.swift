import Hardening
import Testing

@testable import Trials

@Suite("Secrets of a unit") struct RedactionTests {
    private let redaction = Redaction([
        .init(origin: "TOKEN", value: "s3cr3t-token-of-the-service"),
        .init(origin: "PIN", value: "4711"), .init(origin: "KEY", value: "line one\nline two!\n"),
        .init(origin: "SHORT", value: "abc"), .init(origin: "LEVEL", value: "info"),
        .init(origin: "CONFIG", value: "/etc/x/x.conf"),
    ])

    @Test("are replaced by where they come from, the short ones only by themselves")
    func texts() {
        #expect(
            redaction.applied(to: "auth with s3cr3t-token-of-the-service failed")
                == "auth with [TOKEN] failed")
        #expect(
            redaction.applied(to: "pin=4711, port 47110, 4711") == "pin=[PIN], port 47110, [PIN]")
        #expect(redaction.applied(to: "got line two! here") == "got [KEY] here")
        #expect(redaction.applied(to: "abc info /etc/x/x.conf") == "abc info /etc/x/x.conf")
        #expect(Redaction.none.applied(to: "anything") == "anything")
    }

    @Test("the passwords of URLs are left out of all that is shown")
    func urls() {
        #expect(
            "curl http://mona:hunter2@host/a?b=c@d ftp://x:y:z@h".withoutPasswords
                == "curl http://mona:[password]@host/a?b=c@d ftp://x:[password]@h")
        for text in ["http://host:80/@x", "http://mona@host", "a:b@c", "://:@", "http://a:@b"] {
            #expect(text.withoutPasswords == text)
        }
        let request = ProbeRequest.http("http://mona:hunter2@127.0.0.1/", contains: nil)
        #expect(
            request.shellCommand() == "curl -fsS 'http://mona:[password]@127.0.0.1/' >/dev/null")
        var plan = Plan()
        plan.probes = [request]
        plan.beforeStart = ["wget http://x:s3same@h"]
        let redaction = Redaction.none.with(plan.secrets)
        #expect(
            redaction.applied(to: "401 for hunter2, s3same") == "401 for [password], [password]")
        #expect(
            redaction.applied(to: .probe(.ready, name: "x", .unhealthy("http://a:b@c said no")))
                == .probe(.ready, name: "x", .unhealthy("http://a:[password]@c said no")))
    }

    @Test("a value that holds another is replaced as a whole")
    func nested() {
        let two = Redaction([
            .init(origin: "A", value: "password"), .init(origin: "B", value: "password-and-more"),
        ])
        #expect(two.applied(to: "password-and-more") == "[B]")
        #expect(two.applied(to: "passwords") == "[A]s")
    }

    @Test("are in no observation that tells of words")
    func observations() {
        let secret = "s3cr3t-token-of-the-service"
        let seen: [Observation] = [
            .log(LogLine(priority: 3, source: "x", message: "no: \(secret)")),
            .probe(.ready, name: "p", .unhealthy("said \(secret)")),
            .probe(.ready, name: "p", .cannotTell(secret)),
            .refusedByManager(name: "n", message: "\"\(secret)\""),
            .command(HandCommand(arguments: ["-p", "Environment=A=\(secret)"], lacking: [secret])),
        ]
        for observation in seen {
            #expect(!"\(redaction.applied(to: observation))".contains("s3cr3t"))
        }
    }

    @Test("all else that the kernel was asked for is kept")
    func requests() {
        func seen(_ path: String) -> Observation {
            .refused(
                KernelRequest(
                    .call("bind"), by: "x", error: 13, path: path, family: "AF_INET",
                    lacking: ["CAP_NET_BIND_SERVICE"], port: 80, peer: "192.0.2.1/32",
                    namespaces: ["net"]))
        }
        #expect(
            redaction.applied(to: seen("/run/s3cr3t-token-of-the-service"))
                == seen("/run/[TOKEN]"))
    }

    @Test("are taken out before a long line is cut off, where they might lie across the cut")
    func longLines() {
        let secret = "s3cr3t-token-of-the-service"
        let message =
            String(repeating: "x", count: 1990) + secret + String(repeating: "y", count: 99)
        let kept = String(repeating: "x", count: 1990) + "[TOKEN]yyy"
        func line(_ message: String) -> Observation {
            .log(LogLine(priority: 3, source: "x", message: message))
        }
        #expect(redaction.applied(to: line(message)).bounded == line(kept))
    }
}
