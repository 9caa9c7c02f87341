import Foundation
import Testing
import Trials

@testable import Systemd

@Suite("What processes of a unit in use are seen to have", .timeLimit(.minutes(1)))
struct ProductionReadingTests {
    @Test("the unit's control group is below slices only, a user's below the user's manager")
    func controlGroups() {
        func isOne(_ path: String, user: UInt32? = nil) -> Bool {
            ProductionUsage.isControlGroup(path, of: "x.service", user)
        }
        #expect(isOne("/system.slice/x.service"))
        #expect(isOne("/system.slice/system-x.slice/x.service/worker"))
        #expect(!isOne("/system.slice/xx.service"))
        #expect(!isOne("/machine.slice/box.scope/system.slice/x.service"))
        #expect(!isOne("/system.slice/y.service/x.service"))
        let own = "/user.slice/user-1000.slice/user@1000.service/app.slice/x.service"
        #expect(isOne(own, user: 1000))
        #expect(!isOne(own, user: 1001) && !isOne(own))
    }

    @Test("a real process: its files, its directory, its user, its rights")
    func process() async throws {
        let place = FileManager.default.temporaryDirectory
            .appending(path: "temper-production-\(UInt32.random(in: 0...UInt32.max))")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: place) }
        let path = place.resolvingSymlinksInPath().path
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: path)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/setpriv")
        process.currentDirectoryURL = place
        process.arguments = [
            "--reuid=1", "--clear-groups", "--inh-caps=+net_bind_service",
            "--ambient-caps=+net_bind_service", "sh", "-c",
            "exec 4> open; echo >&4; exec sleep 60",
        ]
        try process.run()
        defer { process.terminate() }
        var seen = ProductionUsage()
        for _ in 0..<100 where !seen.accesses.contains(.writes("\(path)/open")) {
            try await Task.sleep(for: .milliseconds(50))
            seen = ProductionUsage(of: [process.processIdentifier])
        }
        #expect(
            seen.accesses.isSuperset(of: [
                .writes("\(path)/open"), .worksIn(path), .user(1),
                .uses(capability: "CAP_NET_BIND_SERVICE"),
            ]))
        #expect(!seen.accesses.contains(.writableCode))
        #expect(!seen.isRealtime && seen.namespaces.isEmpty)
        #expect(ProductionUsage(of: "temper-there-is-none.service") == nil)
    }

    @Test("real-time scheduling, a socket of its own, another namespace than the others'")
    func others() async throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/chrt")
        process.arguments = ["-f", "1", "unshare", "--uts", "sleep", "60"]
        try process.run()
        defer { process.terminate() }
        let own = getpid()
        let socket = socket(AF_PACKET, Int32(SOCK_RAW.rawValue), 0)
        defer { close(socket) }
        var seen = ProductionUsage()
        for _ in 0..<100 where seen.namespaces.isEmpty {
            try await Task.sleep(for: .milliseconds(50))
            seen = ProductionUsage(of: [own, process.processIdentifier])
        }
        #expect(seen.namespaces == ["uts"])
        #expect(seen.isRealtime)
        #expect(seen.accesses.contains(.opensSocket(family: "AF_PACKET")))
        #expect(!seen.accesses.contains(.opensSocket(family: "AF_NETLINK")))
    }
}
