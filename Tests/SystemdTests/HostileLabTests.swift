import Fixtures
import Foundation
import Lab
import Linux
import Testing

@testable import Systemd

/// A lab whose root puts something else where Temper looks from outside.
@Suite("A hostile lab", .timeLimit(.minutes(2)))
struct HostileLabTests {
    @Test("shows no processes, users and journal but its own")
    func lookedAt() async throws {
        let top = NSTemporaryDirectory() + "temper-outside-\(UUID().uuidString)"
        let files = FileManager.default
        try files.createDirectory(atPath: top, withIntermediateDirectories: true)
        defer { try? files.removeItem(atPath: top) }
        try await withLab(.trixie) { lab, machine in
            func root(_ script: String) async throws -> String {
                let output = try await lab.run(["sh", "-ec", script])
                try #require(output.status == 0, "\(script): \(output)")
                return output.stdout
            }
            // Outside there is what would be found.
            let id = try await root(
                """
                systemd-run --quiet --unit=planted --property=Type=oneshot --remain-after-exit \
                    echo planted-line
                journalctl --sync
                systemctl show --property=InvocationID --value planted
                """
            ).trimmingCharacters(in: .whitespacesAndNewlines)
            try FileManager.default.copyItem(
                atPath: lab.journalDirectory, toPath: "\(top)/journal")
            try "mallory:x:1000:1000::/:/bin/sh\n".write(
                toFile: "\(top)/passwd", atomically: true, encoding: .utf8)
            func lines(_ source: JournalSource) throws -> [String] {
                try JournalReader(source).entries(ofInvocation: id).map(\.message)
            }
            #expect(try lines(.root(lab.rootPath)).contains("planted-line"))
            #expect(try lines(.directory("\(top)/journal")).contains("planted-line"))
            _ = try await root(
                """
                systemctl stop systemd-journald-dev-log.socket systemd-journald.socket \
                    systemd-journald.service
                rm -rf /run/log/journal /var/log/journal
                """)
            for out in [top, "../../../../../..\(top)"] {
                _ = try await root(
                    """
                    ln -sfn \(out)/journal /run/log/journal
                    ln -sfn \(out)/journal /var/log/journal
                    ln -sfn \(out)/passwd /etc/passwd
                    """)
                #expect(try lines(.root(lab.rootPath)) == [])
                #expect(machine.accounts == [])
            }
            _ = try await root("rm /etc/passwd && mkfifo /etc/passwd")
            #expect(machine.accounts == [])

            let group = "/system.slice/dbus.service"
            #expect(machine.processes(inControlGroup: group) != [])
            _ = try await root(
                """
                mkdir -p /run/fake\(group)
                echo 1 >/run/fake\(group)/cgroup.procs
                mount --bind /run/fake /sys/fs/cgroup
                """)
            #expect(machine.tree.text(of: "/sys/fs/cgroup\(group)/cgroup.procs") == "1\n")
            #expect(machine.processes(inControlGroup: group) == [])
        }
    }
}
