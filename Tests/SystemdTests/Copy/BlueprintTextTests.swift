import Systemd
import SystemdBus
import Testing

@Suite("What only the unit files tell", .timeLimit(.minutes(5)))
struct BlueprintTextTests {
    @Test(
        "is the file of a standard stream",
        arguments: [
            ("file:/a b", "StandardOutputFile", "/a b"),
            ("append:/l/%p.log", "StandardOutputFileToAppend", "/l/small.log"),
            ("truncate:/x", "StandardOutputFileToTruncate", "/x"),
        ])
    func findsStreamFiles(written: String, property: String, path: String) throws {
        let kind = try #require(written.split(separator: ":").first)
        let service = SmallService(
            changes: ["StandardOutput": .string(String(kind))],
            text: "[Service]\nStandardOutput=null\nStandardOutput=\(written)\n")
        #expect(try service.sent() == [Sent(property, .string(path))])
    }

    @Test("is named where a specifier depends on the machine")
    func namesUnknownSpecifiers() throws {
        let service = SmallService(
            changes: ["StandardError": .string("file")],
            text: "[Service]\nStandardError=file:/log/%H\n")
        #expect(try service.sent() == [])
        #expect(try service.named() == ["StandardError=file:/log/%H"])
    }

    @Test("cannot help a stream that comes from a socket")
    func namesSocketStreams() throws {
        let service = SmallService(changes: [
            "StandardInput": .string("socket"), "TriggeredBy": .strings(["small.socket"]),
        ])
        #expect(try service.sent() == [])
        #expect(try service.named() == ["StandardInput=socket", "Sockets=small.socket"])
    }

    @Test("is which members of an allow-list are denied with an errno")
    func addsErrnoMembers() throws {
        let allowed = BusValue.filter(allows: true, ["read", "write"])
        let service = SmallService(
            changes: ["SystemCallFilter": allowed],
            text: """
                [Service]
                SystemCallFilter=@obsolete:ENOSYS
                SystemCallFilter=
                SystemCallFilter=@system-service
                SystemCallFilter=~@mount:EPERM swapoff \\
                    chmod:EACCES
                """)
        #expect(
            try service.sent() == [
                Sent("SystemCallFilter", allowed),
                Sent(
                    "SystemCallFilter",
                    .filter(allows: false, ["@mount:EPERM", "chmod:EACCES"])),
                Sent("SystemCallFilter", allowed),
            ])
    }

    @Test("adds nothing to a deny-list, which reads with its errnos")
    func leavesDenyListsAlone() throws {
        let denied = BusValue.filter(allows: false, ["mount:EPERM"])
        let service = SmallService(
            changes: ["SystemCallFilter": denied],
            text: "[Service]\nSystemCallFilter=~mount:EPERM\n")
        #expect(try service.sent() == [Sent("SystemCallFilter", denied)])
    }

    @Test("is PermissionsStartOnly", arguments: [("yes", true), ("no", false), ("On", true)])
    func findsPermissionsStartOnly(written: String, isSent: Bool) throws {
        let service = SmallService(text: "[Service]\nPermissionsStartOnly=\(written)\n")
        #expect(
            try service.sent() == (isSent ? [Sent("PermissionsStartOnly", .bool(true))] : []))
    }

    @Test("says what a systemd without BPF has forgotten")
    func namesForgottenFileSystems() throws {
        let service = SmallService(
            changes: ["RestrictFileSystems": .filter(allows: true, [])],
            text: "[Service]\nRestrictFileSystems=ext4\n")
        #expect(try service.sent() == [])
        #expect(try service.named() == ["RestrictFileSystems=ext4"])
    }
}
