import Fixtures
import Foundation
import Lab
import Probes
import TemperTesting
import Testing
import Trials

@Suite("Probes that connect to the service", .serialized, .timeLimit(.minutes(5)))
struct SocketProbeTests {
    /// Servers that live as long as `body`.
    private func with<Result>(
        _ servers: [LoopbackServer], _ body: () async throws -> Result
    ) async throws -> Result {
        defer { for server in servers { server.end() } }
        return try await body()
    }

    private static func unusedPort() throws -> UInt16 {
        let server = try LoopbackServer(.hangs)
        server.end()
        return server.port
    }

    /// Our own sockets that are connected to one of these ports: what a check could leave open.
    private static func connections(
        to ports: [UInt16]
    ) -> @Sendable () async throws -> [String] {
        {
            let descriptors =
                (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
            let open = Set(
                descriptors.compactMap {
                    try? FileManager.default.destinationOfSymbolicLink(
                        atPath: "/proc/self/fd/\($0)")
                })
            let table = try String(contentsOfFile: "/proc/self/net/tcp", encoding: .utf8)
            return table.split(separator: "\n").dropFirst().compactMap { line in
                let fields = line.split(separator: " ")
                let port = UInt16(fields[2].suffix(4), radix: 16)
                let isOurs = ports.contains(port ?? 0) && open.contains("socket:[\(fields[9])]")
                return isOurs ? "a connection to port \(port ?? 0)" : nil
            }.sorted()
        }
    }

    // MARK: The contract

    @Test("HTTP", arguments: ProbeContract.allCases)
    func http(clause: ProbeContract) async throws {
        let place = try NetworkPlace(namespace: nil)
        let (good, silent) = try (
            LoopbackServer(.answers(LoopbackServer.page("ok"))), LoopbackServer(.hangs)
        )
        let free = try SocketProbeTests.unusedPort()
        try await with([good, silent]) {
            func probe(_ port: UInt16) -> HTTPProbe {
                HTTPProbe(url: "http://127.0.0.1:\(port)/", from: place)
            }
            try await clause.check(
                ProbeContract.Fixture(
                    working: probe(good.port), absent: probe(free), hanging: probe(silent.port),
                    grace: .seconds(1),
                    remains: SocketProbeTests.connections(to: [good.port, silent.port])))
        }
    }

    @Test("TCP", arguments: ProbeContract.allCases)
    func tcp(clause: ProbeContract) async throws {
        let place = try NetworkPlace(namespace: nil)
        let (good, deaf) = try (LoopbackServer(.hangs), LoopbackServer(.isDeaf))
        let free = try SocketProbeTests.unusedPort()
        try await with([good, deaf]) {
            func probe(_ port: UInt16) -> TCPProbe {
                TCPProbe(address: "127.0.0.1:\(port)", from: place)
            }
            try await clause.check(
                ProbeContract.Fixture(
                    working: probe(good.port), absent: probe(free), hanging: probe(deaf.port),
                    grace: .seconds(1), remains: SocketProbeTests.connections(to: [good.port])))
        }
    }

    @Test("unix sockets", arguments: ProbeContract.allCases)
    func unix(clause: ProbeContract) async throws {
        let place = try NetworkPlace(namespace: nil)
        let directory = NSTemporaryDirectory() + "temper-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let good = try LoopbackServer(.hangs, path: directory + "/good")
        try await with([good]) {
            // A unix socket accepts at once or not at all: none hangs.
            try await clause.check(
                ProbeContract.Fixture(
                    working: UnixSocketProbe(path: "/good", root: directory, from: place),
                    absent: UnixSocketProbe(path: "/absent", root: directory, from: place),
                    hanging: UnixSocketProbe(path: "/absent", root: directory, from: place),
                    grace: .seconds(1), remains: SocketProbeTests.connections(to: [])))
        }
    }

    @Test("an absolute link leads to where it does on the service's machine")
    func link() async throws {
        let place = try NetworkPlace(namespace: nil)
        let root = NSTemporaryDirectory() + "temper-\(UUID().uuidString)"
        let files = FileManager.default
        try files.createDirectory(atPath: root + "/run", withIntermediateDirectories: true)
        defer { try? files.removeItem(atPath: root) }
        let good = try LoopbackServer(.hangs, path: root + "/run/good")
        try await with([good]) {
            try files.createSymbolicLink(
                atPath: root + "/run/link", withDestinationPath: "/run/good")
            try files.createSymbolicLink(
                atPath: root + "/run/out", withDestinationPath: "/run/absent")
            func outcome(_ path: String) async -> CheckOutcome {
                await UnixSocketProbe(path: path, root: root, from: place)
                    .check(deadline: .seconds(2))
            }
            #expect(await outcome("/run/link") == .healthy)
            #expect(await outcome("/run/out") == .unhealthy("No such file or directory"))
        }
    }

    // MARK: HTTP

    @Test(
        "a status from 200 to 399 is healthy, another is the reason",
        arguments: [
            ("200 OK", .healthy), ("204 No Content", .healthy), ("301 Moved", .healthy),
            ("404 Not Found", .unhealthy("HTTP 404")), ("502 Bad Gateway", .unhealthy("HTTP 502")),
        ] as [(String, CheckOutcome)])
    func statuses(status: String, outcome: CheckOutcome) async throws {
        let place = try NetworkPlace(namespace: nil)
        let server = try LoopbackServer(.answers(LoopbackServer.page("", status: status)))
        try await with([server]) {
            let probe = HTTPProbe(url: "http://127.0.0.1:\(server.port)/", from: place)
            #expect(await probe.check(deadline: .seconds(5)) == outcome)
        }
    }

    @Test("a body that must hold a text is read and matched")
    func body() async throws {
        let place = try NetworkPlace(namespace: nil)
        let server = try LoopbackServer(.answers(LoopbackServer.page("Welcome to nginx")))
        try await with([server]) {
            let url = "http://127.0.0.1:\(server.port)/"
            let good = HTTPProbe(url: url, bodyContains: "nginx", from: place)
            #expect(await good.check(deadline: .seconds(5)) == .healthy)
            let bad = HTTPProbe(url: url, bodyContains: "apache", from: place)
            #expect(
                await bad.check(deadline: .seconds(5))
                    == .unhealthy("HTTP 200, but the body lacks “apache”"))
        }
    }

    @Test("an answer that comes byte by byte does not outlast the deadline")
    func slowBody() async throws {
        let place = try NetworkPlace(namespace: nil)
        let page = LoopbackServer.page(String(repeating: "x", count: 500))
        let server = try LoopbackServer(.drips(page))
        try await with([server]) {
            let probe = HTTPProbe(url: "http://127.0.0.1:\(server.port)/", from: place)
            let began = ContinuousClock.now
            #expect(
                await probe.check(deadline: .milliseconds(400)) == .unhealthy("no answer in time"))
            #expect(ContinuousClock.now - began < .seconds(2))
        }
    }

    @Test("a huge body is read to its end and only its beginning is kept")
    func hugeBody() async throws {
        let place = try NetworkPlace(namespace: nil)
        let text = String(repeating: "x", count: 3 << 20)
        let server = try LoopbackServer(.answers(LoopbackServer.page(text)))
        try await with([server]) {
            let probe = HTTPProbe(url: "http://127.0.0.1:\(server.port)/", from: place)
            #expect(await probe.check(deadline: .seconds(20)) == .healthy)
        }
    }

    @Test(
        "what goes wrong is said in words",
        arguments: [
            ("http://127.0.0.1:1/", "connection refused"),
            ("http://no-such-host.invalid/", "its host name cannot be resolved"),
        ])
    func reasons(url: String, words: String) async throws {
        let place = try NetworkPlace(namespace: nil)
        let outcome = await HTTPProbe(url: url, from: place).check(deadline: .seconds(5))
        #expect(outcome == .unhealthy(words))
    }

    @Test("a server that hangs up is not healthy")
    func hangsUp() async throws {
        let place = try NetworkPlace(namespace: nil)
        let server = try LoopbackServer(.hangsUp)
        try await with([server]) {
            let probe = HTTPProbe(url: "http://127.0.0.1:\(server.port)/", from: place)
            let outcome = await probe.check(deadline: .seconds(5))
            #expect(!outcome.isHealthy)
        }
    }

    // MARK: Places

    @Test("a probe stands in the network of its place and in no other")
    func places() async throws {
        try await withLab(.trixie) { lab, _ in
            let inside = try NetworkPlace(namespace: lab.networkNamespace)
            let outside = try NetworkPlace(namespace: nil)
            let server = try LoopbackServer(
                .answers(LoopbackServer.page("lab")), namespace: lab.networkNamespace)
            defer { server.end() }
            let url = "http://127.0.0.1:\(server.port)/"
            for _ in 0..<3 {
                #expect(
                    await HTTPProbe(url: url, bodyContains: "lab", from: inside)
                        .check(deadline: .seconds(5)) == .healthy)
                let other = await HTTPProbe(url: url, from: outside).check(deadline: .seconds(5))
                #expect(!other.isHealthy)
                #expect(
                    await TCPProbe(address: "127.0.0.1:\(server.port)", from: inside)
                        .check(deadline: .seconds(5)) == .healthy)
            }
            let bus = UnixSocketProbe(
                path: "/run/dbus/system_bus_socket", root: lab.rootPath, from: inside)
            #expect(await bus.check(deadline: .seconds(5)) == .healthy)
        }
    }

    @Test("a place that is gone is an error with its path")
    func noPlace() {
        let error = #expect(throws: NetworkPlaceError.self) {
            try NetworkPlace(namespace: "/proc/1/ns/nothing")
        }
        #expect(error?.description.contains("/proc/1/ns/nothing") == true)
    }

    @Test("a place ends with its last user: its thread goes")
    func placesEnd() async throws {
        func threads() throws -> Int {
            try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count
        }
        let before = try threads()
        for _ in 0..<50 { _ = try NetworkPlace(namespace: nil) }
        var after = try threads()
        for _ in 0..<100 where after > before + 10 {
            try await Task.sleep(for: .milliseconds(20))
            after = try threads()
        }
        #expect(after <= before + 10)
    }
}
