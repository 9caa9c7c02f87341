import Foundation
import Hardening
import Testing
import Trials

@testable import Reports

/// What was taken, in the languages of other tools.
@Suite("A drop-in for other tools") struct ExportTests {
    private static let dropIn = """
        [Service]
        # Comments stay here.
        CapabilityBoundingSet=
        CapabilityBoundingSet=CAP_CHOWN CAP_SYS_ADMIN
        ProtectSystem=strict
        NoNewPrivileges=yes
        PrivateTmp=yes
        PrivateNetwork=yes
        InaccessiblePaths=-/srv /opt
        SystemCallFilter=~@mount
        SocketBindDeny=any
        ReadOnlyPaths="/srv/a \\"${b}\\" $c {{ d }}"
        ExecStartPre=
        ExecStartPre=+/usr/bin/install -m 0644 -o x /dev/null /run/x.pid
        ExecStartPre=/usr/sbin/x -t

        """

    private static func export(_ change: (inout HardeningResult) -> Void = { _ in }) -> UnitExport {
        var report = Sample.unit
        report.result.dropIn = dropIn
        report.result.preparations = [#"chown -R "x y" /var/lib/x"#]
        change(&report.result)
        return UnitExport(report, by: "0.1.0", over: ["CapabilityBoundingSet", "ExecStartPre"])
    }

    @Test("NixOS: values are strings or lists of them, with nothing that Nix would evaluate")
    func nixos() {
        #expect(
            NixOSModule(Self.export()).text == #"""
                # x.service as hardened by temper 0.1.0 on systemd 257.13-1: exposure 9.6 -> 2.1.
                # Once, before it is first started like this:
                #   chown -R "x y" /var/lib/x
                { lib, pkgs, ... }:
                {
                  systemd.services."x".serviceConfig = {
                    CapabilityBoundingSet = lib.mkForce [ "" "CAP_CHOWN CAP_SYS_ADMIN" ];
                    NoNewPrivileges = lib.mkForce "yes";
                    ProtectSystem = lib.mkForce "strict";
                    ReadOnlyPaths = lib.mkAfter [ "\"/srv/a \\\"\${b}\\\" \$c {{ d }}\"" ];
                    InaccessiblePaths = lib.mkAfter [ "-/srv /opt" ];
                    PrivateTmp = lib.mkForce "yes";
                    PrivateNetwork = lib.mkForce "yes";
                    SystemCallFilter = lib.mkAfter [ "~@mount" ];
                    SocketBindDeny = lib.mkAfter [ "any" ];
                    ExecStartPre = lib.mkBefore [ "+${pkgs.coreutils}/bin/install -m 0644 -o x /dev/null /run/x.pid" ];
                  };
                }

                """#)
        let user = NixOSModule(Self.export { $0.beyondManager = [] }).text
        #expect(user.contains("  systemd.user.services.\"x\".serviceConfig = {"))
        #expect(!user.contains("asDropin"))
        var instance = Sample.unit
        (instance.unit, instance.result.dropIn) = ("x@y.service", Self.dropIn)
        let text = NixOSModule(UnitExport(instance, by: "0.1.0", over: nil)).text
        #expect(text.contains("  systemd.services.\"x@y\".overrideStrategy = \"asDropin\";\n"))
        #expect(text.contains("  systemd.services.\"x@y\".path = lib.mkForce [ ];\n"))
    }

    @Test("a line end in what has to be done first does not end its comment")
    func hostilePreparation() {
        let export = Self.export { $0.preparations = ["chown x '/srv/a\nb = 1;\u{1b}'"] }
        for text in [NixOSModule(export).text, QuadletKeys(export).text] {
            #expect(text.contains("#   chown x '/srv/a\\") && !text.contains("\nb = 1;"), "\(text)")
            #expect(!text.unicodeScalars.contains("\u{1b}"))
        }
        let tasks = AnsibleTasks(export).text
        #expect(tasks.contains("cmd: !unsafe \"chown x '/srv/a\\nb = 1;\\U0000001b'\""), "\(tasks)")
    }

    @Test("what YAML takes for the end of a line does not add one to the unit")
    func hostilePath() {
        let line = "ReadWritePaths=\"/srv/a\u{85}      ExecStartPre=+/bin/x\u{2028}\r\n\""
        let tasks = AnsibleTasks(Self.export { $0.dropIn = "[Service]\n\(line)\n" }).text
        #expect(
            tasks.contains(
                "    temper_sandbox: !unsafe \"[Service]\\nReadWritePaths=\\\"/srv/a\\U00000085      "
            ),
            "\(tasks)")
        #expect(!tasks.unicodeScalars.contains { ["\u{85}", "\u{2028}", "\r"].contains($0) })
    }

    @Test("Ansible: the drop-in stands there as it is, and nothing of it is a template")
    func ansible() {
        let text = AnsibleTasks(Self.export()).text
        #expect(
            text.contains(
                "    temper_drop_in: \"/etc/systemd/system/x.service.d/50-temper.conf\"\n"))
        #expect(
            text.contains(
                "    temper_sandbox: !unsafe |\n      [Service]\n      CapabilityBoundingSet=\n"))
        #expect(
            text.contains("        cmd: !unsafe \"chown -R \\\"x y\\\" /var/lib/x\"\n"), "\(text)")
        #expect(!text.contains("scope:"))
        let user = AnsibleTasks(Self.export { $0.beyondManager = [] }).text
        #expect(
            user.contains("        scope: user\n")
                && user.contains("\"~/.config/systemd/user/x.ser"))
    }

    @Test("Quadlet: what a container has a key for, and what it has none for by name")
    func quadlet() {
        let lines = QuadletKeys(Self.export()).text.split(separator: "\n")
        let keys = lines.drop { $0 != "[Container]" }
        #expect(
            Array(keys) == [
                "[Container]", "DropCapability=all", "AddCapability=CAP_CHOWN",
                "# The service was left these as well, which no container has by itself:",
                "# AddCapability=CAP_SYS_ADMIN", "NoNewPrivileges=true", "ReadOnly=true",
                "Mask=/srv:/opt", "Network=none",
            ])
        #expect(lines.contains("#   PrivateTmp="))
        #expect(lines.contains("#   SystemCallFilter="))
        #expect(lines.contains("#   ReadOnlyPaths= SocketBindDeny= ExecStartPre="))
    }

    @Test("a policy waives what does not pass or in part only, with the reason, and nothing else")
    func policy() throws {
        #expect(SecurityPolicy(Self.export()) == nil)
        let export = Self.export { result in
            result.findings = [
                SecurityTest(test: "PrivateUsers", weight: 1000, range: 1, badness: 1),
                SecurityTest(
                    test: "CapabilityBoundingSet_CAP_CHOWN_FSETID_SETFCAP", weight: 1000, range: 1,
                    badness: 1),
                SecurityTest(test: "ProtectHome", weight: 1000, range: 10, badness: 5),
                SecurityTest(test: "RemoveIPC", weight: 100, range: 1, badness: nil),
                SecurityTest(test: "SupplementaryGroups", weight: 200, range: 1, badness: nil),
            ]
        }
        let policy = try #require(SecurityPolicy(export))
        let data = try JSONEncoder().encode(policy)
        let json = try #require(
            try JSONSerialization.jsonObject(with: data) as? [String: [String: Any]])
        #expect(
            Set(json.keys) == [
                "temper", "PrivateUsers", "CapabilityBoundingSet_CAP_CHOWN_FSETID_SETFCAP",
                "ProtectHome",
            ])
        #expect(
            json["temper"]?["command"] as? String
                == "systemd-analyze security --security-policy=x.service.json --threshold=0 x.service"
        )
        let waived = try #require(json["CapabilityBoundingSet_CAP_CHOWN_FSETID_SETFCAP"])
        #expect(waived["weight"] as? Int == 0 && waived["range"] as? Int == 1)
        let waiver = try #require(waived["waiver"] as? [String: Any])
        #expect(waiver["restriction"] as? String == "CapabilityBoundingSet=~CAP_CHOWN")
        #expect(waiver["trial"] as? Int == 3)
        #expect((waiver["because"] as? String)?.contains("fchownat") == true, "\(waiver)")
    }

    @Test("a patch has the reasons in its message, and says what a command is like")
    func patch() throws {
        let old = "[Unit]\nDescription=x\n[Service]\nExecStart=/bin/x\nPrivateTmp=no"
        let export = Self.export { $0.preparations = ["chown  x  /srv", "rm 'a\n---\n'"] }
        let patch = try #require(UnitPatch(export, on: "debian/x.service", holding: old))
        let text = patch.text
        #expect(text.contains("\nSubject: [PATCH] x.service: harden it, exposure 9.6 to 2.1\n"))
        #expect(text.contains("\n- PrivateTmp= (systemd before 183): "), "\(text)")
        // The value is younger than the directive.
        #expect(text.contains("\n- ProtectSystem= (systemd 232): "), "\(text)")
        #expect(text.contains("\n- CapabilityBoundingSet=~CAP_CHOWN: "))
        #expect(text.contains("\n    chown  x  /srv\n    rm 'a\\"))
        #expect(text.components(separatedBy: "\n---\n").count == 2)
        #expect(
            text.contains("\n+ExecStartPre=+/usr/bin/install -m 0644 -o x /dev/null /run/x.pid\n"))
        #expect(!text.contains("/usr/sbin/x"))
        #expect(!text.unicodeScalars.contains("\u{1}"))
        #expect(text.contains("\n@@ -2,4 +2,"))
        #expect(text.contains("\n-PrivateTmp=no\n\\ No newline at end of file\n+\n"))
        let message = text.components(separatedBy: "\n---\n")[0].split(separator: "\n")
        let reasons = message.drop { !$0.hasPrefix("x.service as hardened") }
        #expect(reasons.filter { $0.count > 72 && $0.contains(" ") && !$0.hasPrefix(" ") } == [])
        #expect(UnitPatch(Self.export(), on: "x", holding: "[Unit]\n") == nil)
    }
}
