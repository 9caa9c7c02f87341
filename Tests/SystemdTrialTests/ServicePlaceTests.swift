import Fixtures
import Hardening
import Lab
import Systemd
import Testing
import Trials

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

    @Test("are named by its configuration, its package's own, and what its commands are told")
    func configuration() async throws {
        try await withLab(.trixie) { lab, machine in
            let made = try await lab.run([
                "sh", "-euc",
                """
                mkdir -p /etc/plain/sites-available /etc/plaindd /srv/logs /etc/far /var/lib/plain
                mkdir -p /var/lib/shared; chmod 1777 /var/lib/shared
                echo 'log /srv/logs/own.log' > /etc/plain/a.conf
                echo 'user daemon; run nft' > /etc/plain/b.conf
                echo 'log /srv/logs/other.log' > /etc/plain/sites-available/c.conf
                ln -s ../plain/sites-available/c.conf /etc/plain/link.conf
                echo '# log /srv/logs/off.log' > /etc/plain/d.conf
                echo 'log /srv/logs/foreign.log' > /etc/plaindd/a.conf
                echo 'log /srv/logs/not-there/x' > /etc/plain/e.conf
                echo 'data = /var/lib/shared' > /etc/far/told.ini
                printf '\\0/srv/logs/bytes\\0' > /etc/plain/data
                cat > /usr/lib/tmpfiles.d/plain.conf <<'CONF'
                # /run/plain-no
                d /run/plain-own 0750 daemon daemon -
                CONF
                echo 'u ghost -' > /usr/lib/sysusers.d/plain.conf
                printf '%s\\n' /. /usr/lib/tmpfiles.d/plain.conf /usr/lib/sysusers.d/plain.conf \\
                    /etc/systemd/system/plain.service > /var/lib/dpkg/info/plain.list
                echo 'ghost:x:450:450::/:/bin/false' >> /etc/passwd
                cat > /etc/systemd/system/plain.service <<'UNIT'
                [Service]
                ExecStart=/bin/sleep 100 --config=/etc/far/told.ini
                UNIT
                ln -sf /bin/true /usr/sbin/nft
                systemctl daemon-reload
                """,
            ])
            #expect(made.status == 0, "\(made.stderr)")
            let service = try await Service(named: "plain.service", on: machine)
            let found = service.configuration(named: [], running: [])
            #expect(
                found.places.map(\.path) == [
                    "/var/lib/shared", "/srv/logs/own.log", "/srv/logs/other.log",
                    "/run/plain-own",
                ])
            #expect(
                found.places.map(\.namedBy) == [
                    "/etc/far/told.ini:1", "/etc/plain/a.conf:1", "/etc/plain/link.conf:1",
                    "/usr/lib/tmpfiles.d/plain.conf:2",
                ])
            #expect(
                found.places.map(\.source) == [
                    .configuration, .configuration, .configuration, .package,
                ])
            #expect(found.places[0].mode == 0o1777 && found.places[1].kind == .missing)
            #expect(found.places[3].owner == 1)
            #expect(found.users.map(\.name) == ["daemon", "ghost"])
            #expect(found.commands == ["nft": "/etc/plain/b.conf:1"])
            let wishes = found.wishes(notSeen: [0, 1])
            #expect(wishes.map(\.contested.contest.source) == [.package])
            #expect(found.wishes(notSeen: [1]).isEmpty)
            #expect(found.wishes(notSeen: [0, 1, 450]).isEmpty)
        }
    }

    @Test("are no others', whatever a record says, and neither is whom it becomes")
    func demands() async throws {
        try await withLab(.trixie) { lab, machine in
            let service = try await Service(named: "nginx.service", on: machine)
            func problem(
                _ user: String? = nil, seen: Set<UInt32> = [], _ change: (inout Usage) -> Void
            ) -> String? {
                var usage = Usage()
                change(&usage)
                usage.user = user
                let taken = user.map { [Restriction.becoming($0)] } ?? []
                return service.problem(
                    withUsing: usage, under: Profile(recorded: Set(taken)), seen: seen)
            }
            #expect(
                problem { $0.written = ["/var/lib/nginx", "/var/log", "/run", "/srv/a"] } == nil)
            for place in [
                "/usr/bin", "/run/systemd/system", "/var/lib/dpkg", "/etc/systemd", "/etc/cron.d",
            ] {
                #expect(problem { $0.written = [place] } == "\(place) is not its own")
                #expect(problem { $0.own = [place] } == "\(place) is not its own")
            }
            #expect(problem("www-data") { $0.files = ["/run/nginx.pid"] } == nil)
            #expect(
                problem("mail") { _ in }
                    == "neither the unit nor its package names the user mail")
            #expect(problem("mail", seen: [0, 33]) { _ in } != nil)
            #expect(problem("mail", seen: [0, 8]) { _ in } == nil)
            for name in ["root", "ghost"] {
                #expect(
                    problem(name, seen: [0]) { _ in } == "there is no user \(name) here")
            }
            #expect(problem("nginx") { $0.newUser = .dynamic } == nil)
            #expect(
                problem("ghost") { $0.newUser = .system }
                    == "a new user ghost does not bear its name")
            #expect(
                problem("mail") { $0.newUser = .dynamic }
                    == "neither the unit nor its package names the user mail")
            #expect(service.names(user: "www-data") && !service.names(user: "mail"))
            #expect(!service.names(user: "ghost"))
            for file in ["/etc/shadow", "/run/systemd/system/a.service", "/run/utmp"] {
                #expect(
                    problem("www-data") { $0.files = [file] }
                        == "\(file) would be made for it and does not bear its name")
            }
            #expect(
                problem("www-data") { $0.runtimeDirectories = ["systemd": 0o755] }
                    == "/run/systemd would be made for it and does not bear its name")
            #expect(problem("www-data") { $0.runtimeDirectories = ["nginx": 0o755] } == nil)
            #expect(
                problem("www-data") { $0.written = ["/etc/ssl"] } != nil)
        }
    }
}
