import Foundation
import Linux
import Testing

@testable import Systemd

@Suite("Modules of PAM", .timeLimit(.minutes(1))) struct PAMStackTests {
    @Test("are found in what a program's file includes, however it does, and in no comment")
    func included() throws {
        let root = NSTemporaryDirectory() + "temper-pam-\(UUID().uuidString)"
        let directory = root + "/etc/pam.d"
        defer { try? FileManager.default.removeItem(atPath: root) }
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        let files = [
            "sshd": "# pam_systemd.so\n@include common-session\nauth required pam_unix.so\n",
            "login": "session include common-session\n",
            "su": "session substack looping\n",
            "looping": "session substack su\nsession required ../pam_systemd.conf\n",
            "cron": "@include ../pam.d/common-session\n#session optional pam_systemd.so\n",
            "common-session": "-session optional /usr/lib/security/pam_systemd.so class=user\n",
        ]
        for (name, text) in files {
            try text.write(toFile: "\(directory)/\(name)", atomically: true, encoding: .utf8)
        }
        let tree = try RootedDirectory(root)
        for name in ["sshd", "login", "common-session"] {
            #expect(
                PAMStack(of: name, in: tree).talksOnBus
                    == "/etc/pam.d/common-session names /usr/lib/security/pam_systemd.so")
        }
        for name in ["su", "cron", "nothing"] {
            #expect(PAMStack(of: name, in: tree).talksOnBus == nil)
        }
    }
}
