import Hardening
import Testing
import Trials

@Suite("What exceptions could be needed for") struct UsageTests {
    func usage(
        _ accesses: Set<ObservedAccess>, sandbox: Sandbox = Sandbox(), declared: Set<String> = []
    ) -> Usage {
        ObservedUsage(accesses, sandbox: sandbox).usage(declared: declared) { id in
            [33: "www-data", 101: "x"][id]
        }
    }

    @Test(
        "a written file asks for the service's own place, or for the shared one it lies in",
        arguments: [
            ("/var/lib/x/a/b", "/var/lib/x"), ("/var/log/x.log", "/var/log"),
            ("/run/x.pid", "/run"), ("/run/x/y.sock", "/run/x"), ("/var/run/x.pid", "/run"),
            ("/srv/ftp/incoming/f", "/srv/ftp"), ("/data/x/f", "/data/x"), ("/f", "/"),
            ("//run//x/y", "/run/x"), ("/run/./x/y", "/run/x"),
            ("/etc/x/y", "/etc/x"), ("/var/spool/cron/crontabs/a", "/var/spool/cron"),
        ])
    func directories(path: String, directory: String) {
        #expect(usage([.writes(path)]).written == [directory])
    }

    @Test("what systemd leaves writable by itself asks for nothing")
    func declared() {
        let found = usage(
            [
                .writes("/var/lib/x/a"), .writes("/tmp/a"), .writes("/proc/self/oom_score_adj"),
                .writes("/dev/null"), .writes("/dev/log"),
            ], declared: ["/var/lib/x"])
        #expect(found.written == [] && found.devices == [])
    }

    @Test("an exception is not made around one that the unit makes itself")
    func granted() {
        let sandbox = Sandbox([
            "ReadWritePaths": .list(["-/etc/x.conf"]), "BindPaths": .list(["/a:/srv/b"]),
        ])
        #expect(
            usage([.writes("/etc/x.conf"), .writes("/srv/b/c")], sandbox: sandbox).written == [])
    }

    @Test(
        "a name that could write into the drop-in is not taken",
        arguments: [
            "/run/a b/c", "/run/a%n/c", "/run/a\n[Service]\nUser=root/c", "/run/a:b/c",
            "/run/a\"b/c",
            "/run/x/../../etc/c", "/run/\u{e9}/c",
        ])
    func hostileNames(path: String) {
        #expect(usage([.writes(path)]) == Usage())
        #expect(usage([.device("/dev" + path)]) == Usage())
    }

    @Test("a directory inside another one is not named besides")
    func nested() {
        #expect(usage([.writes("/run/x.pid"), .writes("/run/x/y")]).written == ["/run"])
    }

    @Test("a directory that it makes below /run is no file, and none that only changes hands is")
    func madeDirectories() {
        let found = ObservedUsage(
            [.writes("/run/x"), .writes("/run/x.pid"), .writes("/var/log/x")], sandbox: Sandbox()
        ).usage(
            declared: ["/run/mine"], userName: { _ in nil }, making: ["x": 0o740, "mine": 0o755],
            isDirectory: { ["/run/x", "/var/log/x"].contains($0) })
        #expect(found.runtimeDirectories == ["x": 0o740])
        #expect(found.files == ["/run/x.pid"])
        #expect(found.written == ["/run", "/var/log/x"])
        // Where it was seen to make one, it has to write beside it.
        let made = ObservedUsage(
            [.writes("/var/log/x"), .makesDirectory("/var/log/x")], sandbox: Sandbox()
        ).usage(declared: [], userName: { _ in nil }, isDirectory: { $0 == "/var/log/x" })
        #expect(made.written == ["/var/log"] && made.files == [])
    }

    @Test("where systemd can make all that it makes in /run, the rest of /run is not its own")
    func replacedDirectories() {
        func usage(
            _ more: Set<ObservedAccess> = [], making made: [String: UInt32] = ["x": 0o755],
            replaceable: Set<String> = ["x"]
        ) -> Usage {
            let accesses: Set<ObservedAccess> = [
                .writes("/run/x"), .makesDirectory("/run/x"), .writes("/run/x/state"),
            ]
            return ObservedUsage(accesses.union(more), sandbox: Sandbox()).usage(
                declared: [], userName: { _ in nil }, making: made, replaceable: replaceable,
                isDirectory: { ["/run/x", "/run/y", "/run/z"].contains($0) })
        }
        #expect(usage().written == ["/run/x"])
        #expect(usage([.writes("/run/y/f")]).written == ["/run/x", "/run/y"])
        // A file beside it, a directory that is not its own, and one of which that is not known.
        #expect(usage([.writes("/run/x.pid")]).written == ["/run"])
        let another: Set<ObservedAccess> = [.writes("/run/z"), .makesDirectory("/run/z")]
        #expect(usage(another, making: ["x": 0o755, "z": 0o755]).written == ["/run"])
        #expect(usage(replaceable: []).written == ["/run"])
        #expect(usage(making: [:]).written == ["/run"])
    }

    @Test("of a home only the service's own place is used, writable where it writes")
    func homes() {
        let found = usage([
            .writes("/root/.config/x/a/b"), .reads("/home/mona/data/f"), .reads("/root/.bashrc"),
        ])
        #expect(found.homes == ["/root/.config/x": true, "/home/mona/data": false])
    }

    @Test("names that begin at the working directory count where it writes by them")
    func relative() {
        #expect(usage([.worksIn("/var/lib/x")]).written == [])
        #expect(usage([.worksIn("/var/lib/x"), .writesRelatively]).written == ["/var/lib/x"])
    }

    @Test("a place for temporary files that it writes to is an exception of its own")
    func temporary() {
        let found = usage([.writes("/tmp/a/b"), .writes("/var/tmp/c")])
        #expect(found.written == [] && found.temporary == ["/tmp", "/var/tmp"])
        let catalogue = Catalogue.standard.accommodating(found)
        #expect(catalogue["ReadWritePaths=~/tmp"]?.implies.contains("ProtectSystem=strict") == true)
    }

    @Test("where a child went before it wrote by a relative name is a place that it works in")
    func child() {
        let went = KernelRequest(
            .call("chdir"), by: "child", path: "/var/lib/x/", isWriting: true)
        #expect(ObservedAccess.of(went).contains(.worksIn("/var/lib/x")))
        let only = KernelRequest(.call("chdir"), by: "child", path: "/var/lib/x")
        #expect(ObservedAccess.of(only) == [.calls("chdir")])
    }

    @Test("a service can run as the one user that it becomes, with what it needs to bind")
    func identity() {
        let listens = ObservedAccess.listens(
            transport: "tcp", family: "AF_INET", port: 80, isLoopback: false)
        let found = usage([
            .user(0), .user(33), listens, .uses(capability: "CAP_SETUID"),
            .uses(capability: "CAP_SYS_NICE"),
        ])
        #expect(found.user == "www-data")
        #expect(found.capabilities == ["CAP_NET_BIND_SERVICE", "CAP_SYS_NICE"])
        #expect(found.ports == ["tcp:80"])
        #expect(usage([.user(0), .user(33), .user(101)]).user == nil)
        #expect(usage([.user(33)], sandbox: Sandbox(["User": .word("www-data")])).user == nil)
        #expect(usage([.user(0), .user(77)]).user == nil)
    }
}
