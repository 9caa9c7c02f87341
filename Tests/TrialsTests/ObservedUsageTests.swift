import Hardening
import Testing
import Trials

@Suite("What the unrestricted service was seen to do")
struct ObservedUsageTests {
    let dialect = Dialect(
        version: 257, calls: ["@clock": ["settimeofday"], "@setuid": ["setuid"]])

    func ratios(_ accesses: Set<ObservedAccess>) -> [String: Double] {
        let sandbox = Sandbox()
        return ObservedUsage(accesses, sandbox: sandbox).likelihoodRatios(
            of: Offer(of: HardeningSubject(sandbox, dialect: dialect)))
    }

    @Test("what was asked for is suspected, what never was is trusted")
    func asked() throws {
        let found = ratios([
            .calls("setuid"), .uses(capability: "CAP_CHOWN"), .opensSocket(family: "AF_NETLINK"),
            .writes("/var/lib/x"),
        ])
        for suspected in [
            "SystemCallFilter=~@setuid", "CapabilityBoundingSet=~CAP_CHOWN",
            "RestrictAddressFamilies=~AF_NETLINK", "ProtectSystem=strict",
        ] {
            #expect(try #require(found[suspected]) > 1, "\(suspected)")
        }
        for trusted in [
            "SystemCallFilter=~@clock", "CapabilityBoundingSet=~CAP_SYSLOG",
            "RestrictAddressFamilies=~AF_PACKET", "ProtectSystem=full", "ProtectHome=yes",
        ] {
            #expect(try #require(found[trusted]) < 0.2, "\(trusted)")
        }
    }

    @Test("where no call was seen, nothing is said of calls")
    func blind() {
        let found = ratios([.user(0)])
        #expect(found["SystemCallFilter=~@clock"] == nil)
        #expect(found["CapabilityBoundingSet=~CAP_SYSLOG"] == nil)
    }

    @Test("granted requests become sightings, refused ones and systemd's own work do not")
    func accesses() {
        let request = KernelRequest(
            .call("openat"), by: "daemon", path: "/var/lib/x", isWriting: true)
        #expect(ObservedAccess.of(request) == [.calls("openat"), .writes("/var/lib/x")])
        #expect(ObservedAccess.of(KernelRequest(.call("openat"), by: "(daemon)")).isEmpty)
        #expect(ObservedAccess.of(KernelRequest(.call("openat"), by: "daemon", error: 13)).isEmpty)
    }

    @Test("a pid file is one below /run, by whichever name of it") func pidFile() {
        let usage = ObservedUsage(
            [.writes("/var/run/x/x.pid"), .writes("/var/lib/y.pid"), .writes("/run/x/socket")],
            sandbox: Sandbox())
        #expect(usage.pidFile == "/run/x/x.pid")
        #expect(ObservedUsage([.writes("/var/lib/y.pid")], sandbox: Sandbox()).pidFile == nil)
    }

    @Test(
        "who was seen to reach for another machine keeps its network, whether it was reached or not"
    )
    func otherMachines() {
        func request(_ peer: String, port: UInt16 = 53, error: Int32 = 0) -> KernelRequest {
            KernelRequest(
                .call("sendto"), by: "daemon", error: error, family: "AF_INET", port: port,
                peer: peer)
        }
        func usage(
            _ requests: KernelRequest..., standIns: Set<String> = [], grantsPeers: Bool = false
        ) -> ObservedUsage {
            ObservedUsage(
                Set(requests.flatMap(ObservedAccess.of)), sandbox: Sandbox(), standIns: standIns,
                grantsPeers: grantsPeers)
        }
        let other = "192.0.2.7/32"
        #expect(usage(request(other)).seeksOthers && !usage(request(other)).isLocalOnly)
        #expect(usage(request(other, error: 101)).seeksOthers)
        for own in ["127.0.0.53/32", "0:0:0:0:0:0:0:1/128", "0.0.0.0/32"] {
            #expect(!usage(request(own)).seeksOthers, "\(own)")
        }
        // The C library asks which of its own addresses it would talk from.
        #expect(!usage(request(other, port: 0)).seeksOthers)
        // At the strictest it may keep those few that it was seen to reach, if there are such machines.
        let strictest = usage(request(other), grantsPeers: true)
        #expect(!strictest.seeksOthers && strictest.isLocalOnly)
        #expect(usage(request(other), standIns: [other], grantsPeers: true).seeksOthers)
    }

    @Test("what it does not meet is told in one value")
    func unmetNeeds() {
        func unmet(_ accesses: ObservedAccess...) -> Set<Need> {
            ObservedUsage(Set(accesses), sandbox: Sandbox()).unmetNeeds
        }
        #expect(unmet() == [.loopbackListener])
        #expect(
            unmet(.listens(transport: "tcp", family: "AF_INET", port: 80, isLoopback: true)) == [
                .quietNetwork
            ])
        #expect(
            unmet(.listens(transport: "tcp", family: "AF_INET", port: 80, isLoopback: false))
                == [.loopbackListener, .quietNetwork, .unservedNetwork])
        #expect(unmet(.seeksOthers) == [.loopbackListener, .quietNetwork, .reachableNetwork])
        let right = ObservedAccess.uses(capability: "CAP_NET_ADMIN")
        #expect(unmet(right) == [.loopbackListener])
        let netlink = ObservedAccess.opensSocket(family: "AF_NETLINK")
        #expect(unmet(netlink) == [.loopbackListener])
        #expect(unmet(right, netlink) == [.loopbackListener, .untouchedNetwork])
        #expect(
            unmet(right, .uses(capability: "CAP_NET_RAW"))
                == [.loopbackListener, .untouchedNetwork])
    }

    @Test("the usual refusals are told apart by pattern, not by process id")
    func patterns() {
        func request(_ path: String) -> KernelRequest {
            KernelRequest(.call("openat"), by: "daemon", error: 2, path: path)
        }
        #expect(request("/proc/123/stat").pattern == request("/proc/4567/stat").pattern)
        #expect(request("/proc/123/stat").pattern != request("/proc/123/status").pattern)
    }
}
