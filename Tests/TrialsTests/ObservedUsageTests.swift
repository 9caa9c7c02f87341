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

    @Test("the usual refusals are told apart by pattern, not by process id")
    func patterns() {
        func request(_ path: String) -> KernelRequest {
            KernelRequest(.call("openat"), by: "daemon", error: 2, path: path)
        }
        #expect(request("/proc/123/stat").pattern == request("/proc/4567/stat").pattern)
        #expect(request("/proc/123/stat").pattern != request("/proc/123/status").pattern)
    }
}
