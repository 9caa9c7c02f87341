import TemperTesting
import Testing
import Trials

@Suite("A plan is read from [X-Temper] sections")
struct PlanTests {
    @Test("every setting is understood")
    func whole() throws {
        let plan = try Plan(
            reading: """
                [Unit]
                Description=not ours
                Nonsense without equals sign

                [X-Temper]
                # a comment
                ; another
                Probe=redis-cli ping | grep -q PONG
                ProbeHTTP=http://127.0.0.1:8080/health
                ProbeHTTP=http://127.0.0.1/ Welcome to nginx
                ProbeTCP = 127.0.0.1:6379
                ProbeUnix=/run/x.sock
                ProbeDBus=org.example.Thing
                Keep=PrivateNetwork=no ProtectSystem=strict
                Keep=UMask
                Try=PrivateUsers=yes
                StartPeriod=2s
                Interval=500ms
                Timeout=1min
                Settle=0.25
                SuccessThreshold=2
                FailureThreshold=3

                [Service]
                Probe=not ours
                """, file: "x")
        #expect(
            plan.probes == [
                .command("redis-cli ping | grep -q PONG"),
                .http("http://127.0.0.1:8080/health", contains: nil),
                .http("http://127.0.0.1/", contains: "Welcome to nginx"), .tcp("127.0.0.1:6379"),
                .unixSocket("/run/x.sock"), .busName("org.example.Thing"),
            ])
        #expect(plan.keep == ["PrivateNetwork", "ProtectSystem=strict", "UMask"])
        #expect(plan.attempt == ["PrivateUsers=yes"])
        #expect(plan.cadence.startPeriod == .seconds(2))
        #expect(plan.cadence.interval == .milliseconds(500))
        #expect(plan.cadence.timeout == .seconds(60))
        #expect(plan.settle == .milliseconds(250))
        #expect(plan.cadence.successThreshold == 2 && plan.cadence.failureThreshold == 3)
    }

    @Test("a plan without a section of ours is empty, whatever else it says")
    func foreign() throws {
        #expect(try Plan(reading: "", file: "x") == Plan())
        #expect(try Plan(reading: "[Service]\nExecStart=/bin/x\n???\n", file: "x") == Plan())
        #expect(try Plan(reading: "Probe=outside of any section", file: "x") == Plan())
        #expect(try Plan(reading: "[X-Temperature]\nProbe=x", file: "x") == Plan())
    }

    @Test("sections of ours add up")
    func twice() throws {
        let plan = try Plan(
            reading: "[X-Temper]\nProbe=a\n[Service]\nX=1\n[X-Temper]\nProbe=b\n", file: "x")
        #expect(plan.probes == [.command("a"), .command("b")])
    }

    @Test("a line that ends in a backslash goes on, over comments too, as in unit files")
    func continuation() throws {
        let plan = try Plan(
            reading: "[X-Temper]\nProbe=test -e /a \\\n  # why not\n  && test -e /b\n", file: "x")
        #expect(plan.probes == [.command("test -e /a  && test -e /b")])
    }

    @Test("a continued line that looks like a comment or a section is neither")
    func continuedLooks() throws {
        let plan = try Plan(reading: "[X-Temper]\nProbe=a \\\n[b]\nProbe=c\n", file: "x")
        #expect(plan.probes == [.command("a  [b]"), .command("c")])
    }

    @Test("a backslash at the very end of the file is not swallowed with its setting")
    func danglingContinuation() throws {
        #expect(
            try Plan(reading: "[X-Temper]\nProbe=a \\", file: "x").probes == [.command("a")])
    }

    @Test("line endings of other systems do no harm")
    func carriageReturns() throws {
        #expect(
            try Plan(reading: "[X-Temper]\r\nProbe=a\r\nTimeout=2s\r\n", file: "x").probes
                == [.command("a")])
    }

    @Test(
        "a bad line is told with its file, its line and what to write",
        arguments: [
            ("Prob=x", "there is no setting Prob= in [X-Temper]; did you mean Probe=?"),
            ("Nonsense=x", "there is no setting Nonsense= in [X-Temper]"),
            ("just words", "“just words” is not a setting; write Name=value"),
            ("Probe=", "Probe= needs a value"), ("ProbeHTTP=", "ProbeHTTP= needs a value"),
            ("Timeout=soon", "“soon” is not a time; write 500ms, 2s or 1min"),
            ("Timeout=-1s", "“-1s” is not a time; write 500ms, 2s or 1min"),
            ("Timeout=0", "a check needs more than no time"),
            ("SuccessThreshold=0", "“0” is not a count; write a whole number from 1"),
            ("FailureThreshold=1.5", "“1.5” is not a count; write a whole number from 1"),
            (
                "Keep=PrivateNetwerk",
                "PrivateNetwerk is not a directive that temper tries; did you mean PrivateNetwork?"
            ),
            (
                "Keep=Nonsense",
                "Nonsense is not a directive that temper tries; `temper explain` lists them"
            ),
            (
                "Try=ProtectSystem=maybe",
                "ProtectSystem=maybe is not a restriction; ProtectSystem= has yes, full, strict"
            ),
            (
                "Try=protecthome=YES",
                "protecthome is not a directive that temper tries; did you mean ProtectHome?"
            ),
            (
                "Try=ProtectSystem=strikt",
                "ProtectSystem=strikt is not a restriction; did you mean ProtectSystem=strict?"
            ),
        ])
    func badLines(line: String, problem: String) {
        let error = #expect(throws: PlanError.self) {
            try Plan(reading: "[X-Temper]\n# fine\nProbe=x\n\(line)\n", file: "nginx.temper")
        }
        #expect(error?.place == "nginx.temper:4")
        #expect(error?.problem == problem)
        #expect(error?.description == "nginx.temper:4: \(problem)")
    }

    @Test("a problem in a continued setting is told with the line on which the setting begins")
    func badContinuation() {
        let error = #expect(throws: PlanError.self) {
            try Plan(reading: "[X-Temper]\nKeep=UMask \\\n  Nonsense\n", file: "x")
        }
        #expect(error?.place == "x:2")
    }

    @Test(
        "times are read as systemd writes them",
        arguments: [
            ("500ms", .milliseconds(500)), ("2s", .seconds(2)), ("2", .seconds(2)),
            ("1min", .seconds(60)), ("1m", .seconds(60)), ("1h", .seconds(3600)),
            ("10us", .microseconds(10)), ("1.5s", .milliseconds(1500)), ("2 s", .seconds(2)),
            ("0", .zero), ("1min 30s", .seconds(90)), ("1h2min", .seconds(3720)),
            ("1d", .seconds(86_400)), ("3 minutes", .seconds(180)), ("1hour", .seconds(3600)),
            ("2weeks 1day", .seconds(15 * 86_400)), ("5msec", .milliseconds(5)),
            ("7µs", .microseconds(7)), ("1M", .seconds(2_629_800)), ("1year", .seconds(31_557_600)),
        ] as [(String, Duration)])
    func times(text: String, duration: Duration) {
        #expect(Duration(timeSpan: text) == duration)
    }

    @Test(
        "what is no time is none",
        arguments: [
            "", "s", "1x", "-1s", "1e99", "1..2", "nan", "1s2", "٣s", "infinity", "1e9", "200y",
            "999999999w",
        ])
    func noTimes(text: String) { #expect(Duration(timeSpan: text) == nil) }

    @Test("what makes anew what a service starts with is read, written and adds up")
    func before() throws {
        let plan = try Plan(reading: "[X-Temper]\nBefore=cp /srv/a /srv/b\n", file: "x")
        #expect(plan.beforeStart == ["cp /srv/a /srv/b"])
        #expect(plan.overridden(by: plan).beforeStart == plan.beforeStart)
        #expect(throws: PlanError.self) { try Plan(reading: "[X-Temper]\nBefore=\n", file: "x") }
    }

    @Test("no text at all can crash the reader")
    func noise() {
        var random = SplitMix64(seed: 5)
        let pieces = [
            "[X-Temper]", "\n", "\\", "=", "Probe", "Keep", "ProtectSystem", "#", ";", " ", "\t",
            "[",
            "]", "Timeout", "9", "ms", "é", "\u{0}", "\r", "ProbeHTTP", "UMask",
        ]
        for _ in 0..<5_000 {
            let text = (0..<Int.random(in: 0...25, using: &random))
                .map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            _ = try? Plan(reading: text, file: "x")
        }
    }

    @Test("probes of the command line replace those of the unit; what is kept adds up")
    func overriding() throws {
        let unit = try Plan(
            reading: "[X-Temper]\nProbe=a\nKeep=UMask\nTimeout=2s\nSettle=1s\n", file: "u")
        var mine = Plan()
        #expect(unit.overridden(by: mine) == unit)
        mine.probes = [.command("b")]
        mine.keep = ["ProtectClock"]
        mine.cadence.timeout = .seconds(9)
        let both = unit.overridden(by: mine)
        #expect(both.probes == [.command("b")])
        #expect(both.keep == ["UMask", "ProtectClock"])
        #expect(both.cadence.timeout == .seconds(9) && both.settle == .seconds(1))
    }

    @Test("a directive that is to be tried stands for all that it has")
    func attempts() throws {
        let plan = try Plan(reading: "[X-Temper]\nTry=ProtectHome UMask=0077\n", file: "x")
        #expect(
            plan.attempt == [
                "ProtectHome=read-only", "ProtectHome=tmpfs", "ProtectHome=yes", "UMask=0077",
            ])
    }

    @Test("what is kept by a weaker value is kept as a directive")
    func keepNames() {
        #expect(Plan.restriction("PrivateNetwork=no") == "PrivateNetwork")
        #expect(Plan.restriction("PrivateNetwork=yes") == "PrivateNetwork=yes")
        #expect(Plan.restriction("PrivateNetwork") == "PrivateNetwork")
    }
}

@Suite("A probe that cannot be meant is told before anything starts")
struct ProbeRequestTests {
    @Test(
        "what is meant is taken",
        arguments: [
            .command("true"), .http("http://127.0.0.1/", contains: nil),
            .http("https://[::1]:8443/x y", contains: "z"), .tcp("127.0.0.1:22"), .tcp("[::1]:22"),
            .unixSocket("/run/x"), .busName("org.example.Thing"), .busName(":1.7"),
            .http("http://u:p@w@localhost:1/?a@b:c", contains: nil), .tcp("localhost:65535"),
            .http("http://[::1]", contains: nil),
        ] as [ProbeRequest])
    func good(request: ProbeRequest) { #expect(request.problem == nil) }

    @Test(
        "what is not is refused with an example",
        arguments: [
            .command("  "), .http("127.0.0.1", contains: nil), .http("ftp://x/", contains: nil),
            .http("http://", contains: nil), .tcp("22"), .tcp("127.0.0.1"), .tcp(":22"),
            .tcp("127.0.0.1:99999"), .tcp("127.0.0.1:"), .unixSocket("run/x"), .busName("thing"),
            .tcp("localhost:0"), .tcp("::1:80"), .tcp("[::1]"), .tcp("[::1:80"), .tcp("a b:1"),
            .http("http://127.0.0.1:99999/", contains: nil),
            .http("http://127.0.0.1:0/", contains: nil), .http("http:///x", contains: nil),
            .http("http://127.0.0.1:x/", contains: nil), .http("http://::1/", contains: nil),
            .http("https://?x", contains: nil), .busName("org..x"), .busName("org.2x"),
            .busName("org.x y"), .busName("."),
        ] as [ProbeRequest])
    func bad(request: ProbeRequest) { #expect(request.problem != nil) }

    @Test("a plan with such a probe names its line")
    func inPlan() {
        let error = #expect(throws: PlanError.self) {
            try Plan(reading: "[X-Temper]\nProbeHTTP=localhost\n", file: "x")
        }
        #expect(error?.description.hasPrefix("x:2: “localhost” is not a URL") == true)
    }
}
