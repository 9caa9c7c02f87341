import Hardening
import Testing

@testable import Trials

@Suite("What a service has where it is in use") struct ProductionTests {
    private let dialect = Dialect(version: 257, calls: [:])

    private func wishes(
        _ production: ProductionUsage, beyond baseline: Set<ObservedAccess> = []
    ) -> [Wish] {
        production.wishes(
            beyond: ObservedUsage(baseline, sandbox: Sandbox()), in: .standard, dialect)
    }

    @Test("contests what would take it away, and says what it is")
    func contested() {
        let found = wishes(ProductionUsage(accesses: [.writableCode]))
        #expect(found.map(\.needs) == [["MemoryDenyWriteExecute=yes"]])
        #expect(
            found.first?.contested.because
                == "where it is in use, it has memory that is writable and executable")
        #expect(found.first?.contested.contest.source == .production)
        let port = ObservedAccess.listens(
            transport: "tcp", family: "AF_INET6", port: 8080, isLoopback: false)
        let needs = wishes(ProductionUsage(accesses: [port])).first?.needs ?? []
        #expect(needs.isSuperset(of: ["RestrictAddressFamilies=~AF_INET6", "PrivateNetwork=yes"]))
        #expect(!needs.contains("RestrictAddressFamilies=~AF_NETLINK"))
    }

    @Test("is nothing new where trials tell, nor a port that the kernel chose")
    func known() {
        #expect(
            wishes(ProductionUsage(accesses: [.writableCode]), beyond: [.writableCode]).isEmpty)
        let port = ObservedAccess.listens(
            transport: "udp", family: "AF_INET", port: 40000, isLoopback: false)
        #expect(wishes(ProductionUsage(accesses: [port])).isEmpty)
        #expect(wishes(ProductionUsage()).isEmpty)
    }

    @Test("becomes another user where it has several, and one that is new")
    func users() {
        let several = ProductionUsage(accesses: [.user(0), .user(33)])
        #expect(
            wishes(several, beyond: [.user(0)]).first?.needs
                .contains("CapabilityBoundingSet=~CAP_SETUID") == true)
        #expect(wishes(several, beyond: [.user(0), .user(33)]).isEmpty)
        #expect(wishes(ProductionUsage(accesses: [.user(33)]), beyond: [.user(0)]).isEmpty)
    }

    @Test("also has namespaces and real-time scheduling")
    func more() {
        let found = wishes(ProductionUsage(namespaces: ["net", "mnt"], isRealtime: true))
        #expect(
            found.map(\.needs) == [
                ["RestrictNamespaces=~mnt", "RestrictNamespaces=~net"], ["RestrictRealtime=yes"],
            ])
    }

    @Test("keeps the places where it writes and works, whoever owns them")
    func places() {
        var usage = Usage()
        let production = ProductionUsage(accesses: [
            .writes("/data/x/y"), .writes("/home/mona/Sync/a"), .worksIn("/root/work"),
            .worksIn("/var/lib/x"), .writes("/var/run/z/z.log"),
        ])
        let users = ServiceUsers([0], groups: [])
        _ = usage.claim(production.places, for: users) { _ in true }
        #expect(usage.own == ["/data/x", "/run/z"])
        #expect(usage.homes == ["/home/mona/Sync": true, "/root/work": true])
        let claim = usage.claims?["/data/x"]
        #expect(claim?.source == .production)
        #expect(claim?.because == "where it is in use, it uses /data/x/y")
    }
}
