import Hardening
import Testing

@testable import Trials

@Suite("What a configuration names") struct ConfigurationTests {
    @Test(
        "is found in any syntax",
        arguments: [
            ("error_log /var/log/nginx/error.log;", ["/var/log/nginx/error.log"]),
            ("file=\"/srv/logs/own.log\")", ["/srv/logs/own.log"]),
            ("*.* -/var/log/all", ["/var/log/all"]),
            ("socket: unix:/run/x/x.sock, mode 0660", ["/run/x/x.sock"]),
            ("<path>/data/x</path>", ["/data/x"]),
            ("a /one, b '/two/three/'", ["/one", "/two/three"]),
            ("string=\"/var/log/remote/%HOST%/all.log\"", ["/var/log/remote"]),
            ("logpath = /var/log/x/*error.log", ["/var/log/x"]),
            ("root $base/www/x", []), ("url http://example.org/var/lib/x", []),
            ("up ../../var/lib", []), ("a/b /c/../d", []),
        ])
    func paths(_ line: String, _ found: [String]) {
        #expect(ConfigurationText(line).paths.map(\.text) == found)
    }

    @Test("is not what is commented out, on a line, behind one or over several")
    func comments() {
        let text = ConfigurationText(
            """
            # /a/1
              ; /a/2
            // /a/3
            -- /a/4
            x /b/1 # /a/5
            /* /a/6
               /a/7 */
            <!-- /a/8 -->
            y /b/2
            """)
        #expect(text.paths == [.init(text: "/b/1", line: 5), .init(text: "/b/2", line: 9)])
    }

    @Test("is also a home, a user and a command")
    func more() {
        let text = ConfigurationText(
            """
            <folder id="" path="~" type="x"/>
            keep ~/notes
            match ~ \\.php$
            default_login_user = ghost
            user www-data;
            nftables = nft
            run /usr/sbin/iptables -A
            banaction = iptables-multiport
            """, home: "/home/mona", commands: ["nft", "iptables"])
        #expect(
            text.paths.map(\.text) == [
                "/home/mona", "/home/mona/notes", "/home/mona", "/usr/sbin/iptables",
            ])
        #expect(text.users.map(\.text) == ["ghost", "www-data"])
        #expect(text.commands.map(\.text) == ["nft", "iptables"])
        #expect(text.commands.map(\.line) == [6, 7])
        #expect(ConfigurationText("path ~/x").paths.isEmpty)
    }
}

@Suite("A place that is named") struct NamedPlaceTests {
    private let root = ServiceUsers([0], groups: [0])
    private let daemon = ServiceUsers([0, 33], groups: [33])

    private func place(
        _ path: String, _ kind: NamedPlace.Kind = .directory, owner: UInt32 = 0, group: UInt32 = 0,
        mode: UInt32 = 0o755
    ) -> NamedPlace {
        NamedPlace(
            path, namedBy: "/etc/x:1", kind: kind, owner: owner, group: group, mode: mode)
    }

    @Test("is the service's to write to where its user may, by owner, group or as anybody")
    func users() {
        #expect(place("/data/x", owner: 33).written(by: daemon) == "/data/x")
        #expect(place("/data/x", owner: 33, mode: 0o555).written(by: daemon) == nil)
        #expect(place("/data/x", group: 33, mode: 0o775).written(by: daemon) == "/data/x")
        #expect(place("/data/x", owner: 34).written(by: daemon) == nil)
        #expect(place("/data/x").written(by: daemon) == nil)
        let anybodys = place("/var/lib/php/sessions", mode: 0o1733)
        #expect(anybodys.written(by: daemon) == "/var/lib/php/sessions")
        #expect(place("/srv/x/a.db", .file, owner: 33).written(by: daemon) == "/srv/x")
    }

    @Test("is root's where it is made for data, or not there yet")
    func rootsOwn() {
        #expect(place("/srv/www/index.html", .file).written(by: root) == nil)
        #expect(place("/srv/www").written(by: root) == nil)
        #expect(place("/srv/logs/own.log", .missing).written(by: root) == "/srv/logs")
        #expect(place("/var/log/banned", .missing).written(by: root) == "/var/log")
        #expect(place("/var/lib/other/x", .file).written(by: root) == "/var/lib/other")
        #expect(place("/opt/x/y", .missing).written(by: root) == nil)
    }

    @Test("says nothing where all services are, or the system is")
    func system() {
        let no = [
            "/etc/x/y", "/usr/lib/x/y", "/proc/self", "/run/systemd/notify", "/tmp/x", "/home/x/y",
            "/dev/null", "/run/x.pid", "/var/lib/x.db",
        ]
        for path in no {
            #expect(place(path, .missing, owner: 33).written(by: daemon) == nil, "\(path)")
        }
        for path in ["/var/log", "/run", "/run/lock", "/srv", "/var/www"] {
            #expect(place(path, mode: 0o1777).written(by: daemon) == nil, "\(path)")
        }
        #expect(place("/srv/cgi/x", .program, owner: 33).written(by: daemon) == nil)
    }

    @Test("is claimed for the service, with what names it, unless it is another package's")
    func claims() {
        var usage = Usage()
        usage.written = ["/var/lib/x"]
        let places = [
            place("/var/lib/x/y", .missing), place("/srv/logs/own.log", .missing),
            place("/var/log/apache2", .directory), place("/run/x/deep", .missing),
        ]
        let wishes = usage.claim(places, for: root, declared: ["/run/x"]) {
            $0 == "/var/log/apache2"
        }
        #expect(wishes.isEmpty)
        #expect(usage.own == ["/srv/logs"])
        let catalogue = Catalogue.standard.accommodating(usage)
        let kept = catalogue["ReadWritePaths=~/srv/logs"]
        #expect(kept?.heldBack == "/etc/x:1 names /srv/logs/own.log")
        #expect(kept?.contest?.source == .configuration)
        #expect(catalogue["ReadWritePaths=~/var/lib/x"]?.heldBack == nil)
    }

    @Test("in a home stays visible, and so does the whole home")
    func homes() {
        var usage = Usage()
        usage.homes = ["/home/mona/Sync": true, "/home/nora/x": false]
        let users = ServiceUsers([1000], groups: [1000])
        let wishes = usage.claim(
            [place("/home/mona", owner: 1000), place("/home/nora/x/y", .file)], for: users)
        #expect(usage.homes == ["/home/mona": true, "/home/nora/x": false])
        #expect(wishes.map(\.needs) == [["ProtectHome=yes"]])
        let catalogue = Catalogue.standard.accommodating(usage)
        #expect(catalogue["BindPaths=~/home/mona"]?.contest?.source == .configuration)
        #expect(catalogue["BindReadOnlyPaths=~/home/nora/x"]?.contest == nil)
        usage.written = ["/home/mona"]
        let twice = Catalogue.standard.accommodating(usage).restrictions.map(\.id)
        #expect(twice.count { $0 == "ReadWritePaths=~/home/mona" } == 1)
        var all = Usage()
        #expect(all.claim([place("/home")], for: root).isEmpty)
        #expect(all.homes.isEmpty)
    }

    @Test("contests what would hide a device, a socket, a program or a file of others")
    func wishes() {
        var usage = Usage()
        func needs(_ path: String, _ kind: NamedPlace.Kind) -> [Set<String>] {
            usage.claim([place(path, kind)], for: daemon).map(\.needs)
        }
        #expect(needs("/dev/net/tun", .device) == [["PrivateDevices", "DevicePolicy"]])
        #expect(needs("/dev/null", .device).isEmpty)
        #expect(needs("/run/y/y.sock", .socket) == [["RestrictAddressFamilies=~AF_UNIX"]])
        #expect(needs("/tmp/y.sock", .socket) == [["PrivateTmp"]])
        #expect(needs("/tmp", .directory).isEmpty)
        #expect(needs("/srv/hooks/run", .program) == [["NoExecPaths"]])
        #expect(needs("/usr/bin/true", .program).isEmpty)
    }

    @Test("what is kept may have to be written out, unless trials tell")
    func keeping() {
        #expect(Usage().keeping == nil)
        var usage = Usage()
        usage.own = ["/var/lib/x"]
        var traits = ProgramTraits()
        traits.wishes = [usage.keeping].compactMap { $0 }
        let id = "SystemCallFilter=~@sync"
        let found = traits.contested(in: .standard, isRoot: false, unless: { _ in false })
        #expect(found.keys.sorted() == [id])
        #expect(traits.contested(in: .standard, isRoot: false, unless: { _ in true }).isEmpty)
    }
}
