import Testing

@testable import Hardening

@Suite("What a lab gives to nobody") struct OutOfReachTests {
    private let lab = OutOfReach(
        capabilities: ["CAP_SYSLOG", "CAP_SYS_TIME"], calls: ["clock_settime"], devices: true)

    private func contested(
        _ requests: KernelRequest..., of place: OutOfReach? = nil
    ) -> [String: ContestedRestriction] {
        (place ?? lab).contested(by: requests, in: .withSmallGroups)
    }

    private static let log = KernelRequest(
        .call("openat"), by: "rsyslogd", error: 1, path: "/proc/kmsg", lacking: ["CAP_SYSLOG"])

    @Test("contests what takes away a capability that a service asked for there")
    func capability() {
        let found = contested(Self.log)
        #expect(found["CapabilityBoundingSet=~CAP_SYSLOG"]?.contest.source == .lab)
        #expect(found["ProtectKernelLogs=yes"] != nil)
        #expect(found["CapabilityBoundingSet=~CAP_SYS_TIME"] == nil)
        #expect(
            found["ProtectKernelLogs=yes"]?.because
                == "rsyslogd asked for CAP_SYSLOG, which a lab gives to nobody")
    }

    @Test("contests what denies a call that its filter refuses, and what hides a device")
    func callsAndDevices() {
        let clock = KernelRequest(.call("clock_settime"), by: "ntpd", error: 1)
        #expect(contested(clock)["ProtectClock=yes"] != nil)
        let device = KernelRequest(.call("openat"), by: "gpsd", error: 1, path: "/dev/ttyS0")
        let found = contested(device)
        #expect(found["PrivateDevices=yes"] != nil)
        #expect(found["ProtectHome=yes"] == nil)
    }

    @Test("contests nothing for what was refused for another reason, or on a machine itself")
    func others() {
        let missing = KernelRequest(.call("openat"), by: "gpsd", error: 2, path: "/dev/ttyS0")
        let granted = KernelRequest(.call("clock_settime"), by: "ntpd")
        let foreign = KernelRequest(.call("chown"), by: "x", error: 1, lacking: ["CAP_CHOWN"])
        #expect(contested(missing, granted, foreign).isEmpty)
        #expect(contested(Self.log, of: .nothing).isEmpty)
    }
}
