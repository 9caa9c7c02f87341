import Testing
import Trials

@testable import Systemd

@Suite("What the machine or this login stands on", .timeLimit(.minutes(10)))
struct CriticalUnitsTests {
    private func reason(_ names: String..., in session: CriticalUnits.Session = .init()) -> String?
    {
        CriticalUnits.reason(against: Set(names), in: session)
    }

    @Test(
        "is named",
        arguments: [
            "dbus.service", "dbus-broker.service", "systemd-journald.service",
            "systemd-journald@lab.service", "systemd-logind.service", "systemd-udevd.service",
            "systemd-networkd.service", "systemd-resolved.service", "NetworkManager.service",
            "networking.service", "ifup@eth0.service", "user@1000.service",
            "systemd-tmpfiles-setup.service", "wpa_supplicant@wlan0.service",
        ])
    func always(name: String) { #expect(reason(name) != nil) }

    @Test(
        "and nothing else is",
        arguments: [
            "nginx.service", "ssh.service", "getty@tty1.service", "postgresql@15-main.service",
            "systemd-timesyncd.service", "cron.service", "userx.service",
        ])
    func others(name: String) { #expect(reason(name) == nil) }

    @Test("any of its names counts")
    func aliases() {
        #expect(reason("messagebus.service", "dbus.service") != nil)
    }

    @Test("the session's own: what it runs below, what it came over, its terminal")
    func session() {
        let below = CriticalUnits.Session(units: ["web-terminal.service"])
        #expect(reason("web-terminal.service", in: below) == "this session runs below it")
        let remote = CriticalUnits.Session(isRemote: true)
        #expect(reason("ssh.service", "sshd.service", in: remote) == "this session came over it")
        #expect(reason("sshd@3-10.0.0.1:22.service", in: remote) != nil)
        let local = CriticalUnits.Session(terminal: "tty2")
        #expect(reason("getty@tty2.service", in: local) == "this terminal is its")
        #expect(reason("getty@tty3.service", in: local) == nil)
        let serial = CriticalUnits.Session(terminal: "ttyS0")
        #expect(reason("serial-getty@ttyS0.service", in: serial) != nil)
    }

    @Test("services are found in a control group, however deep")
    func controlGroups() {
        #expect(
            CriticalUnits.Session.units(
                inControlGroup: "0::/user.slice/user-0.slice/user@0.service/app.slice/tmux.service")
                == ["user@0.service", "tmux.service"])
        #expect(CriticalUnits.Session.units(inControlGroup: "0::/init.scope") == [])
    }
}
