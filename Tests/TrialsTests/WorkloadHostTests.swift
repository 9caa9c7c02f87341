import Testing
import Trials

@Suite("Services that run other people's work are recognised")
struct WorkloadHostTests {
    @Test(
        "by their program or their unit's name",
        arguments: [
            ("ssh.service", "sshd", "login sessions"), ("cron.service", "cron", "scheduled jobs"),
            ("atd.service", "atd", "scheduled jobs"),
            ("x.service", "dockerd", "containers or virtual machines"),
            ("jenkins.service", "java", "jobs of continuous integration"),
            ("supervisor.service", "python3", "services of its own"),
            ("certbot.service", "certbot", "what packages install for it to run"),
            (
                "apt-daily-upgrade.service", "apt.systemd.daily",
                "what packages install for it to run"
            ),
            ("daily.service", "run-parts", "what packages install for it to run"),
            ("web.service", "ttyd", "terminals and notebooks in the browser"),
        ])
    func recognised(unit: String, program: String, work: String) {
        let hosting = WorkloadHost.of(unit: unit, programs: [program])
        #expect(hosting?.work == work)
        #expect(hosting?.inheritance(of: unit).hasPrefix("\(unit) runs \(work): ") == true)
        #expect(hosting?.probe.isEmpty == false)
    }

    @Test(
        "and those that do only their own are not",
        arguments: [
            ("nginx.service", "nginx"), ("redis-server.service", "redis-server"),
            ("app.service", "java"), ("app.service", "python3"), ("rsyslog.service", "rsyslogd"),
        ])
    func others(unit: String, program: String) {
        #expect(WorkloadHost.of(unit: unit, programs: [program]) == nil)
    }

    @Test("a plan can say that its probe does such work")
    func plan() throws {
        #expect(try Plan(reading: "[X-Temper]\nProbeDoesWork=yes\n", file: "p").probeDoesWork)
        #expect(try !Plan(reading: "[X-Temper]\nProbeDoesWork=no\n", file: "p").probeDoesWork)
        #expect(throws: PlanError.self) {
            try Plan(reading: "[X-Temper]\nProbeDoesWork=maybe\n", file: "p")
        }
        var mine = Plan()
        mine.probeDoesWork = true
        #expect(Plan().overridden(by: mine).probeDoesWork)
        #expect(mine.overridden(by: Plan()).probeDoesWork)
    }
}
