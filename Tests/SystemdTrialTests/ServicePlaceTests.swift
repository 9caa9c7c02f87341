import Fixtures
import Lab
import Systemd
import Testing

@Suite("The places of a service", .serialized, .timeLimit(.minutes(2)))
struct ServicePlaceTests {
    @Test("bear its name, or its user may write there, by owner or group, also further down")
    func own() async throws {
        try await withLab(.trixie) { lab, machine in
            let made = try await lab.run([
                "sh", "-euc",
                """
                mkdir -p /var/lib/plain/deep /srv/web/files/deep /srv/web/pages /var/lib/shared
                mkdir -p /var/lib/other/plain /var/lib/closed /srv/a/b/c/d
                chown -R daemon /srv/web/files /srv/a/b/c/d
                chgrp daemon /var/lib/shared /var/lib/closed; chmod 2775 /var/lib/shared
                ln -s /etc /srv/plain
                """,
            ])
            #expect(made.status == 0, "\(made.stderr)")
            let daemon: UInt32 = 1
            #expect(
                machine.ownPlaces(named: ["plain"], of: [0, daemon, 65534])
                    == ["/var/lib/plain", "/srv/web/files", "/var/lib/shared"])
            #expect(machine.ownPlaces(named: ["plain"], of: []) == ["/var/lib/plain"])
        }
    }
}
