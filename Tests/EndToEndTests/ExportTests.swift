import Fixtures
import Foundation
import Lab
import Testing

/// What was taken, put to use by the tools in whose languages it is written.
extension EndToEnd.ReportTests {
    func exports(_ state: String, of root: String) async throws {
        try await patch(state)
        try await nixos(state)
        try await ansible(state)
        try await policy(state, of: root)
        try await quadlet(state, of: root)
    }

    /// The lines of the drop-in as a maintainer has them.
    private func settings(_ state: String) async throws -> [String] {
        let dropIn = try await temper(
            state, "report", "mine", "--format", "drop-in", "--style", "packager")
        let lines = dropIn.output.split(separator: "\n").map(String.init)
        return Array(lines.drop { $0 != "[Service]" }.dropFirst())
    }

    /// git makes a commit of it, also where the unit has words of its own and no last newline.
    private func patch(_ state: String) async throws {
        let own = "\nPrivateTmp=no\n# a note\n\n[Install]\nWantedBy=multi-user.target"
        let unit = Self.unit.replacing("\n\n[X-Temper]", with: own + "\n\n[X-Temper]")
        let result = try await runProgram(
            "/bin/bash",
            [
                "-euc",
                """
                cd "$(mktemp -d)"; trap 'rm -rf "$PWD"' EXIT
                git init -q .; git config user.name x; git config user.email x@localhost
                mkdir debian; printf %s "$1" >debian/mine.service
                git add .; git commit -qm first
                "$2" report mine --state-dir "$3" --format patch --on debian/mine.service |
                    git am -q
                git log -1 --format=%B; test -z "$(git status --short)"
                cat debian/mine.service; systemd-analyze verify --man=no debian/mine.service
                """, "patch", unit, Tool.temper.path, state,
            ])
        #expect(result.status == 0, "\(result)")
        let lines = result.output.split(separator: "\n").map(String.init)
        #expect(lines[0].hasPrefix("mine.service: harden it, exposure "), "\(result.output)")
        for line in try await settings(state) where !line.hasSuffix("=") {
            #expect(lines.contains(line), "\(line)")
        }
        #expect(lines.contains("[Install]") && !lines.contains("PrivateTmp=no"))
        #expect(lines.contains { $0.hasPrefix("- CapabilityBoundingSet=~CAP_CHOWN") })
    }

    /// Nix evaluates it to the settings of the drop-in.
    private func nixos(_ state: String) async throws {
        let file = state + "/mine.nix"
        let written = try await temper(state, "report", "mine", "--format", "nixos", "-o", file)
        #expect(written.status == 0, "\(written.errors)")
        let result = try await runProgram(
            "/bin/sh",
            [
                "-euc",
                """
                nix-instantiate --store dummy:// --eval --strict --json -E "
                    (import $1 { lib = { mkForce = x: x; mkAfter = x: x; }; pkgs = { }; }).systemd.services.mine.serviceConfig"
                """, "nix", file,
            ])
        #expect(result.status == 0, "\(result)")
        let value = try #require(
            try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
        let lines = value.flatMap { name, value in
            ((value as? [String]) ?? [value as? String ?? "?"]).map { "\(name)=\($0)" }
        }
        let wanted = try await settings(state)
        #expect(lines.sorted() == wanted.sorted())
    }

    /// Ansible installs it on a machine, which a second run leaves as it is.
    private func ansible(_ state: String) async throws {
        let tasks = try await temper(state, "report", "mine", "--format", "ansible")
        #expect(tasks.status == 0, "\(tasks.errors)")
        let wanted = try await settings(state)
        try await withThisMachine { run in
            let output = try await run(
                """
                mkdir -p /var/lib/mine; touch /var/lib/mine/state
                cat >/etc/systemd/system/mine.service <<'END'
                \(Self.unit)
                END
                cat >/root/tasks.yml <<'END'
                \(tasks.output)END
                cat >/root/play.yml <<'END'
                - hosts: all
                  gather_facts: false
                  tasks: [{ansible.builtin.include_tasks: /root/tasks.yml}]
                END
                systemctl daemon-reload
                for round in 1 2; do
                    ansible-playbook --connection local --inventory localhost, /root/play.yml
                done
                systemctl is-active mine
                cat /etc/systemd/system/mine.service.d/50-temper.conf
                """)
            #expect(output.status == 0, "\(output)")
            let recaps = output.stdout.split(separator: "\n").filter { $0.contains("changed=") }
            #expect(recaps.count == 2, "\(output)")
            #expect(recaps.first?.contains("changed=0") == false, "\(output)")
            #expect(recaps.last?.contains("changed=0") == true, "\(output)")
            let lines = output.stdout.split(separator: "\n").map(String.init)
            #expect(Array(lines.suffix(wanted.count + 2)) == ["active", "[Service]"] + wanted)
        }
    }

    /// Podman's generator knows each of its keys, and runs the container with them.
    private func quadlet(_ state: String, of root: String) async throws {
        let keys = try await temper(state, "report", "mine", "--format", "quadlet")
        #expect(keys.status == 0, "\(keys.errors)")
        var plan = LabPlan()
        plan.root = root
        try await Lab.with(plan) { lab in
            let output = try await lab.run(
                [
                    "bash", "-uc",
                    """
                    export QUADLET_UNIT_DIRS=/root/units; mkdir $QUADLET_UNIT_DIRS
                    cd $QUADLET_UNIT_DIRS; printf '%sImage=localhost/mine\n' "$1" >mine.container
                    /usr/libexec/podman/quadlet -dryrun; echo "read: $?"
                    echo OfNobody=yes >>mine.container
                    /usr/libexec/podman/quadlet -dryrun 2>&1; echo "with a key of nobody: $?"
                    """, "quadlet", keys.output,
                ], within: .seconds(60))
            let lines = output.stdout.split(separator: "\n").map(String.init)
            #expect(
                lines.contains("read: 0") && lines.last == "with a key of nobody: 1", "\(output)")
            let start = try #require(lines.first { $0.hasPrefix("ExecStart=") })
            for option in ["no-new-privileges", "--cap-drop", "--read-only"] {
                #expect(start.contains(option), "\(start)\n\(keys.output)")
            }
        }
    }

    /// systemd holds the unit to it: it passes with the drop-in, and not with a line less of it.
    private func policy(_ state: String, of root: String) async throws {
        let policy = try await temper(state, "report", "mine", "--format", "security-policy")
        #expect(policy.status == 0, "\(policy.errors)")
        let json = try #require(
            try JSONSerialization.jsonObject(with: Data(policy.output.utf8))
                as? [String: [String: Any]])
        let waived = try #require(json["CapabilityBoundingSet_CAP_CHOWN_FSETID_SETFCAP"])
        let waiver = try #require(waived["waiver"] as? [String: Any])
        #expect((waiver["because"] as? String)?.contains("CAP_CHOWN") == true, "\(waiver)")
        let command = try #require(json["temper"]?["command"] as? String)
        let dropIn = try await settings(state).joined(separator: "\n")
        var plan = LabPlan()
        plan.root = root
        try await Lab.with(plan) { lab in
            let output = try await lab.run(
                [
                    "bash", "-uc",
                    """
                    cd /root; printf %s "$1" >mine.service.json
                    place=/etc/systemd/system/mine.service.d; mkdir -p $place
                    printf '[Service]\n%s\n' "$2" >$place/50-temper.conf
                    systemctl daemon-reload
                    \(command) >/dev/null; echo "with all: $?"
                    # The lightest of all tests.
                    sed -i '/^ProcSubset=/d' $place/50-temper.conf
                    systemctl daemon-reload
                    \(command) >/dev/null; echo "with a line less: $?"
                    """, "policy", policy.output, dropIn,
                ], within: .seconds(60))
            #expect(
                output.stdout == "with all: 0\nwith a line less: 1\n",
                "\(output)\n\(policy.output)")
        }
    }
}
