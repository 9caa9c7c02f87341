import ApplyFixture
import Fixtures
import Foundation
import Glibc
import Lab
import Systemd
import SystemdBus
import TemperKit
import Testing

/// A lab that is the machine, with services to be hardened on it.
struct MachineFixture: Sendable {
    let lab: Lab
    var user: String?

    var machine: LiveMachine {
        var machine = LiveMachine()
        machine.bus = lab.bus
        machine.root = lab.rootPath
        machine.network = lab.networkNamespace
        return machine
    }

    func application(_ unit: String) -> ApplyFixture {
        ApplyFixture(machine, unit: unit, user: user)
    }

    func reversal(_ unit: String) -> Reversal {
        var reversal = Reversal(unit: unit)
        reversal.manager = user.map(ManagerChoice.user) ?? .system
        reversal.machine = machine
        return reversal
    }

    /// Units of the machine, in /etc; in the home of the user where there is one.
    static let units = [
        "steady.service": """
        [Service]
        ExecStart=/bin/sleep 1000
        """,
        "many@.service": """
        [Service]
        ExecStart=/bin/sleep 1000
        """,
        "endless.service": """
        [Service]
        Type=notify
        ExecStart=/bin/sleep 1000
        """,
        "witness.service": """
        [Service]
        ExecStart=/bin/sh -c 'touch /srv/fired; exec sleep 1000'
        """,
        "touchy.service": """
        [Unit]
        OnFailure=witness.service
        FailureAction=reboot-force
        StartLimitAction=reboot-force
        StartLimitBurst=1
        StartLimitIntervalSec=1h
        [Service]
        Type=exec
        ExecStart=/bin/sh -c 'rm -f /srv/touched; touch /srv/touched && exec sleep 1000'
        Restart=always
        """,
    ]

    func write(_ path: String, _ text: String) throws {
        try text.write(toFile: lab.rootPath + path, atomically: false, encoding: .utf8)
    }

    func text(_ path: String) -> String? {
        try? String(contentsOfFile: lab.rootPath + path, encoding: .utf8)
    }

    func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: lab.rootPath + path)
    }

    func mode(_ path: String) -> mode_t {
        var about = stat()
        return lstat(lab.rootPath + path, &about) == 0 ? about.st_mode & 0o7777 : 0
    }

    func systemctl(_ arguments: String...) async throws -> String {
        let user = self.user.map {
            [
                "runuser", "-u", $0, "--", "env", "XDG_RUNTIME_DIR=/run/user/1000", "systemctl",
                "--user",
            ]
        }
        return try await lab.run((user ?? ["systemctl"]) + arguments).stdout
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    func start(_ unit: String) async throws { _ = try await systemctl("start", unit) }

    func state(_ unit: String) async throws -> String { try await systemctl("is-active", unit) }

    /// What of its settings could have been changed, a line for each.
    func settings(_ unit: String) async throws -> [String] {
        let properties = [
            "ProtectSystem", "PrivateTmp", "NoNewPrivileges", "ProtectClock", "FailureAction",
            "OnFailureJobMode", "StartLimitIntervalUSec", "Restart", "DropInPaths", "UnitFileState",
            "NeedDaemonReload",
        ]
        return try await systemctl("show", unit, "-p", properties.joined(separator: ","))
            .split(separator: "\n").map(String.init)
    }

    /// Files, units and jobs of temper's that are still there.
    func leftovers() async throws -> [String] {
        let names = try await lab.run([
            "find", "/run", "/etc/systemd", "/home", "-path", "/run/credentials", "-prune", "-o",
            "(", "-name", "zz-temper-trial*", "-o", "-name", "50-temper.conf", "-path", "/run/*",
            "-o",
            "-name", ".50-temper*", "-o", "-name", "temperundo*", ")", "-print",
        ]).stdout
        let units = try await systemctl("list-units", "--all", "--plain", "--no-legend", "temper*")
        let jobs = try await systemctl("list-jobs", "--no-legend")
        return [names, units, jobs].flatMap { $0.split(separator: "\n").map(String.init) }
            .filter { !$0.contains("No jobs") }
    }
}

func expectNothingLeft(
    on fixture: MachineFixture, location: SourceLocation = #_sourceLocation
) async throws {
    // systemd forgets a unit, and takes its file away, some time after the job of its stop.
    var left = try await fixture.leftovers()
    for _ in 0..<40 where !left.isEmpty {
        try await Task.sleep(for: .milliseconds(50))
        left = try await fixture.leftovers()
    }
    #expect(left == [], sourceLocation: location)
}

/// Boots a lab of a release as the machine of a test.
func withMachineFixture(_ release: Release, _ body: @Sendable (MachineFixture) async throws -> Void)
    async throws
{
    try await withLab(release) { lab, machine in
        let fixture = MachineFixture(lab: lab)
        for (name, text) in MachineFixture.units {
            try fixture.write("/etc/systemd/system/\(name)", text + "\n")
        }
        _ = try await fixture.systemctl("daemon-reload")
        try await body(fixture)
    }
}

/// The same for the services of mona, an ordinary user, in a tree in which she has a manager.
func withUsersFixture(root: String, _ body: @Sendable (MachineFixture) async throws -> Void)
    async throws
{
    try await withLab(root: root) { lab, machine in
        let manager = try await machine.manager(of: machine.account("mona"))
        await manager.bus.close()
        let fixture = MachineFixture(lab: lab, user: "mona")
        let directory = "/home/mona/.config/systemd/user"
        _ = try await lab.run(["install", "-d", "-o", "mona", "-g", "mona", directory])
        for (name, text) in MachineFixture.units where name == "steady.service" {
            try fixture.write("\(directory)/\(name)", text + "\n")
        }
        _ = try await lab.run(["chown", "-R", "mona:mona", "/home/mona/.config"])
        _ = try await fixture.systemctl("daemon-reload")
        try await body(fixture)
    }
}
