import Testing

@testable import Systemd

@Suite("The programs of a script in a command", .timeLimit(.minutes(5)))
struct ShellScriptTests {
    @Test(
        "are its first words",
        arguments: [
            (
                ["/bin/sh", "-c", "cd / && run-parts --report /etc/cron.daily"],
                ["cd", "run-parts"]
            ),
            (["/bin/bash", "-euc", "exec /usr/bin/certbot -q renew"], ["/usr/bin/certbot"]),
            (["sh", "-c", "A=b x; if y | z"], ["x", "y", "z"]), (["/bin/sh", "/etc/script"], []),
            (["/usr/bin/perl", "-c", "run-parts"], []), (["sh", "-c"], []), ([], []),
        ] as [([String], [String])])
    func programs(arguments: [String], expected: [String]) {
        #expect(ShellScript.programs(of: arguments) == expected)
    }
}
