import Fixtures
import Foundation
import Hardening
import Lab
import Testing
import Trials

@testable import Systemd

@Suite("The command that starts a copy by hand", .serialized, .timeLimit(.minutes(5)))
struct RunCommandTests {
    /// Settings of every kind that systemd-run writes otherwise than the bus.
    static let rich = """
        [Unit]
        After=network.target
        [Service]
        Type=exec
        ExecStartPre=-/bin/echo "two words" 'it''s' \\x41
        ExecStartPre=+/bin/true
        ExecStart=/bin/sh -c 'echo $$HOME "a b"; exec sleep 1000'
        ExecReload=/bin/kill -HUP $MAINPID
        ExecStopPost=!/bin/true
        Environment="A=1 2" B=3
        EnvironmentFile=-/etc/none
        WorkingDirectory=/var
        TimeoutStartSec=7s
        LimitNOFILE=1000:2000
        LimitCORE=infinity
        UMask=0027
        Nice=5
        OOMScoreAdjust=100
        SuccessExitStatus=3 SIGKILL
        StandardOutput=append:/tmp/out
        RuntimeDirectory=a b
        RuntimeDirectoryMode=0750
        ReadOnlyPaths=/opt
        BindPaths=-/srv:/mnt:norbind
        TemporaryFileSystem=/media:ro
        DeviceAllow=/dev/null rw
        IPAddressDeny=any
        IPAddressAllow=localhost 10.0.0.0/8
        SocketBindDeny=tcp:99
        CapabilityBoundingSet=CAP_CHOWN CAP_KILL CAP_SYS_ADMIN
        SystemCallFilter=~@swap @reboot
        RestrictAddressFamilies=AF_UNIX AF_INET
        RestrictNamespaces=mnt net
        CPUQuota=50%
        TasksMax=50
        KillSignal=SIGINT
        SyslogLevel=notice
        LogExtraFields=X=1
        """

    static let restrictions = [
        "ProtectSystem=strict", "ProtectHome=tmpfs", "PrivateTmp=yes", "UMask=0077",
        "NoNewPrivileges=yes", "SystemCallFilter=~@mount", "SystemCallErrorNumber=kill",
        "RestrictNamespaces=~user", "CapabilityBoundingSet=~CAP_SYS_ADMIN",
        "RestrictAddressFamilies=~AF_INET6", "ProtectProc=invisible",
        "SystemCallArchitectures=native",
    ]

    /// Those whose modes came later; each systemd takes as much of them as it knows.
    static func modes(_ release: Release) -> [String] {
        release == .bookworm
            ? []
            : ["PrivateTmp=disconnected", "PrivateUsers=identity", "ProtectControlGroups=strict"]
    }

    @Test("makes a unit with the very same settings", arguments: Release.allCases)
    func same(release: Release) async throws {
        try await withLab(release) { lab, machine in
            try await CopyTests.install(["rich.service": RunCommandTests.rich], in: lab)
            for unit in ["rich.service", "redis-server.service"] {
                let service = try await Service(named: unit, on: machine)
                for restrictions in [[], RunCommandTests.restrictions + Self.modes(release)] {
                    let profile = Profile(restrictions, in: .standard)
                    let copies = service.copies
                    let command = try #require(copies.command(under: profile, limit: .seconds(9)))
                    #expect(command.lacking == [], "\(unit)")
                    let byBus = try await settings(ofCopy: copies, profile, machine)
                    let words =
                        ["systemd-run", "--unit=temperagain", "--no-block"] + command.arguments
                    var byHand: Set<String> = []
                    // A copy that dies under its profile may be gone before it is read.
                    for _ in 1...3 where byHand != byBus {
                        let run = try await lab.run(words)
                        #expect(run.status == 0, "\(unit): \(run.stderr) \(words)")
                        let copy = try? await Service(named: "temperagain.service", on: machine)
                        byHand = Set(copy?.copiedSettings ?? [])
                        _ = try await lab.run(["systemctl", "kill", "-s", "KILL", "temperagain"])
                        _ = try await lab.run(["systemctl", "stop", "temperagain"])
                        _ = try await lab.run(["systemctl", "reset-failed"])
                    }
                    #expect(byHand.subtracting(byBus) == [], "\(unit) \(release)")
                    #expect(byBus.subtracting(byHand) == [], "\(unit) \(release)")
                }
            }
        }
    }

    @Test("leaves secrets out, also where they are escaped, and says which settings lack them")
    func secrets() async throws {
        try await withLab(.trixie) { lab, machine in
            let unit = """
                [Service]
                Environment="KEY=pass\\\\word \\"quoted\\"" B=3
                SetCredential=token:set-credential
                ExecStart=/bin/sh -c 'echo set-credential; exec sleep 1000'
                """
            try await CopyTests.install(["secretive.service": unit], in: lab)
            let copies = try await Service(named: "secretive.service", on: machine).copies
            let command = try #require(
                copies.command(under: Profile([], in: .standard), limit: nil))
            #expect(command.arguments.contains("Environment=KEY=[KEY] B=3"))
            #expect(command.arguments.contains("SetCredential=token:[token]"))
            let words = (command.arguments + command.lacking).joined(separator: " ")
            #expect(words.contains("echo [token]"))
            #expect(!words.contains("pass") && !words.contains("quoted"), "\(words)")
            #expect(!words.contains("set-credential"), "\(words)")
            #expect(command.withheld == ["ExecStart", "Environment", "SetCredential"])
        }
    }

    private func settings(
        ofCopy copies: TransientService, _ profile: Profile, _ machine: Machine
    ) async throws -> Set<String> {
        let copy = try await startedCopy(of: copies, under: profile, limit: .seconds(9)).copy
        let name = try #require(copy as? TransientCopy).name
        let settings = try await Service(named: name, on: machine).copiedSettings
        await copy.end()
        return Set(settings)
    }
}
