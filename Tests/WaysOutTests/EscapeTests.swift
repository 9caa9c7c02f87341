import Fixtures
import Foundation
import Hardening
import Lab
import Systemd
import Testing
import WaysOut

/// The table of ways out against a real systemd: each is open to a service without a sandbox, and each
/// setting that is said to close it does.
@Suite("A canary in a service's sandbox", .serialized, .timeLimit(.minutes(6)))
struct EscapeTests {
    /// Services that sleep, and one that listens where no package of the tree does. As process 1 of a
    /// pid namespace, sleep(1) would not end by SIGTERM.
    private static let units = [
        "escapee.service": """
        [Service]
        Type=exec
        NotifyAccess=main
        KillSignal=SIGKILL
        EnvironmentFile=/etc/escapee.env
        PIDFile=/run/escapee/pid
        ExecStartPre=+/bin/mkdir -p /run/escapee
        ExecStart=/bin/sleep infinity
        """,
        "escapee-user.service": """
        [Service]
        Type=exec
        User=nobody
        ExecStart=/bin/sleep infinity
        """,
        "engines.service": """
        [Service]
        Type=notify
        NotifyAccess=all
        RuntimeDirectory=systemd/machine docker
        RuntimeDirectoryPreserve=yes
        ExecStart=/usr/bin/perl /usr/local/lib/engines
        """,
    ]

    /// Answers like a varlink service to whatever it is told, where no package of the tree does.
    private static let engines = """
        use IO::Socket::UNIX; use IO::Select;
        my @names = grep { !-S $_ } ('/run/docker.sock', "\\0escape-abstract",
            map { "/run/systemd/$_" } 'machine/io.systemd.Machine',
            map { "io.systemd.$_" } 'Manager', 'sysext', 'Credentials');
        my @listening = map { IO::Socket::UNIX->new(Local => $_, Listen => 9) or die "$_ $!" } @names;
        system('systemd-notify', '--ready');
        my $select = IO::Select->new(@listening);
        while (my @ready = $select->can_read) {
            for my $socket (@ready) {
                my $client = $socket->accept;
                IO::Select->new($client)->can_read(0.1) or next;
                sysread $client, my $asked, 1000 or next;
                print $client "{\\"parameters\\":{\\"interfaces\\":[]}}\\0";
            }
        }
        """

    private static func inLab(
        of release: Release, _ body: @Sendable (Lab, Machine) async throws -> Void
    ) async throws {
        try await withLab(release) { lab, machine in
            for (name, text) in units {
                try await write(text, to: "/run/systemd/system/\(name)", in: lab)
            }
            try await write("A=b", to: "/etc/escapee.env", in: lab)
            try await write(engines, to: "/usr/local/lib/engines", in: lab)
            let started = try await lab.run([
                "sh", "-c",
                "mkdir -p /var/spool/cron /boot && systemctl daemon-reload && systemctl start engines",
            ])
            try #require(started.status == 0, "\(started)")
            try await body(lab, machine)
        }
    }

    static func write(_ text: String, to path: String, in lab: Lab) async throws {
        let written = try await lab.run(
            ["sh", "-c", "printf '%s\\n' \"$1\" >\"$2\"", "sh", text, path])
        try #require(written.status == 0, "\(written)")
    }

    static func states(
        of unit: String, on machine: Machine, speaking dialect: Dialect? = nil
    ) async throws -> [String: WayState] {
        let service = try await Service(named: unit, on: machine, speaking: dialect)
        return Dictionary(
            uniqueKeysWithValues: zip(WayOut.all.map(\.id), try await service.waysOut()))
    }

    /// Ways that only other services have, and those that this machine may not show.
    private static let elsewhere: Set<String> = [
        "own-manager", "own-orders", "setuid-programs", "last-to-be-killed",
    ]

    @Test("gets out of no sandbox by every way that there is", arguments: Release.allCases)
    func openWays(release: Release) async throws {
        try await Self.inLab(of: release) { _, machine in
            let states = try await Self.states(of: "escapee.service", on: machine)
            for way in WayOut.all where way.withheld == nil && !Self.elsewhere.contains(way.id) {
                #expect(
                    states[way.id]?.isOpen == true,
                    "\(way.id): \(String(describing: states[way.id]))")
            }
            let others = try await Self.states(of: "escapee-user.service", on: machine)
            #expect(others["setuid-programs"]?.isOpen == true)
        }
    }

    /// Who sleeps as the main process of a service that only says once that another one is.
    private static func naming(_ process: String, as user: String, heard access: String) -> String {
        """
        [Service]
        Type=exec
        User=\(user)
        NotifyAccess=\(access)
        ExecStart=/usr/bin/perl -e 'use Socket; socket(S, AF_UNIX, SOCK_DGRAM, 0); \
            connect(S, sockaddr_un("/run/systemd/notify")); send(S, "MAINPID=\(process)", 0); sleep'
        """
    }

    @Test(
        "has systemd end another's process in the place of its own where it is root and is heard",
        arguments: Release.allCases)
    func mainProcess(release: Release) async throws {
        try await Self.inLab(of: release) { lab, _ in
            func main(of unit: String) async throws -> String {
                try await lab.run(["systemctl", "show", "-P", "MainPID", unit]).stdout
                    .trimmingCharacters(in: .whitespacesAndNewlines)
            }
            let engines = try await main(of: "engines")
            let services = ["none", "main", "all"].flatMap { access in
                ["root", "nobody"].map { (access, $0, "naming-\(access)-\($0).service") }
            }
            for (access, user, unit) in services {
                try await Self.write(
                    Self.naming(engines, as: user, heard: access),
                    to: "/run/systemd/system/\(unit)", in: lab)
            }
            let started = try await lab.run(
                ["sh", "-c", "systemctl daemon-reload && systemctl start \"$@\" && sleep 1", "sh"]
                    + services.map(\.2))
            try #require(started.status == 0, "\(started)")
            for (access, user, unit) in services {
                let isTaken = try await main(of: unit) == engines
                #expect(isTaken == (access != "none" && user == "root"), "\(unit)")
            }
            // And ended with it.
            _ = try await lab.run(["systemctl", "stop", "naming-main-root.service"])
            let state = try await lab.run(["systemctl", "is-active", "engines"])
            #expect(state.status != 0, "\(state)")
        }
    }

    /// A service for each, so that some can be looked at side by side.
    @Test("is held back by each setting that is said to close a way")
    func closedWays() async throws {
        let rows = WayOut.all.filter { $0.withheld == nil }
        let closers = Set(rows.flatMap(\.closedBy)).sorted()
        try await Self.inLab(of: .trixie) { lab, machine in
            let base = try await Service(named: "escapee.service", on: machine)
            for (number, closer) in closers.enumerated() {
                let text = (Self.units["escapee.service"] ?? "") + "\n"
                try await Self.write(
                    text + (try Self.settings(of: closer, for: base)),
                    to: "/run/systemd/system/closed-\(number).service", in: lab)
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (number, closer) in closers.enumerated() {
                    if number >= 4 { try await group.next() }
                    group.addTask {
                        let states = try await Self.states(
                            of: "closed-\(number).service", on: machine, speaking: base.dialect)
                        for row in rows where row.closedBy.contains(closer) {
                            let state = states[row.id]
                            #expect(
                                state?.isOpen == false,
                                "\(row.id) under \(closer): \(String(describing: state))")
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    /// As temper writes restrictions; what is none of the catalogue as it stands.
    static func settings(of closer: String, for service: Service) throws -> String {
        let ids = closer.split(separator: " + ").map(String.init)
        let subject = service.subject(in: .standard(under: service.dialect.scope))
        if ids.allSatisfy({ subject.catalogue[$0] != nil }) {
            return subject.dropIn(for: Profile(ids, in: subject.catalogue)).text
        }
        return "[Service]\n" + (closer == "User=" ? "User=nobody" : closer) + "\n"
    }
}
