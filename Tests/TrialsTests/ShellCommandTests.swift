import Foundation
import Glibc
import Testing
import Trials

@Suite("A probe as a shell command")
struct ShellCommandTests {
    /// Answers /ok?a=b with a greeting, and anything else with 404; tells its port.
    private static let server = #"""
        my $l = IO::Socket::INET->new(Listen => 5, LocalAddr => "127.0.0.1") or die;
        $| = 1; print $l->sockport, "\n";
        while (my $c = $l->accept) {
            my $asked = <$c>; 1 while (<$c> // "\r\n") ne "\r\n";
            print $c $asked =~ m{^GET /ok[?]a=b HTTP} ? "HTTP/1.0 200 OK\r\nX-Mood: fine\r\n\r\nhello there\n"
                : "HTTP/1.0 404 Not Found\r\n\r\nhello there\n";
            close $c
        }
        """#

    private static func process(_ program: String, _ arguments: [String]) -> Process {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        return process
    }

    private static func status(of command: String) throws -> Int32 {
        let shell = process("/bin/sh", ["-c", command])
        try shell.run()
        shell.waitUntilExit()
        return shell.terminationStatus
    }

    @Test("asks plain HTTP as curl does where there is none")
    func withoutCurl() throws {
        let (server, output) = (
            Self.process("/usr/bin/perl", ["-MIO::Socket::INET", "-e", Self.server]), Pipe()
        )
        server.standardOutput = output
        try server.run()
        defer {
            // SIGTERM was seen not to end it.
            kill(server.processIdentifier, SIGKILL)
            server.waitUntilExit()
        }
        let told = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        let port = try #require(Int(told.dropLast()))
        for (path, text, holds) in [
            ("/ok?a=b", nil, true), ("/ok?a=b#part", "hello there", true),
            ("/ok?a=b", "goodbye", false), ("/ok?a=b", "fine", false), ("", nil, false),
            ("/other", "hello", false),
        ] as [(String, String?, Bool)] {
            let probe = ProbeRequest.http("http://127.0.0.1:\(port)\(path)", contains: text)
            let command = probe.shellCommand(hasCurl: false)
            #expect(!command.contains("curl"))
            #expect(try (Self.status(of: command) == 0) == holds, "\(command)")
            #expect(try (Self.status(of: probe.shellCommand()) == 0) == holds)
        }
        let nobody = ProbeRequest.http("http://127.0.0.1:1/", contains: nil)
        #expect(try Self.status(of: nobody.shellCommand(hasCurl: false)) != 0)
    }

    @Test("names the port that a URL leaves out, and leaves to curl what only it can ask")
    func addresses() {
        func command(_ url: String) -> String {
            ProbeRequest.http(url, contains: nil).shellCommand(hasCurl: false)
        }
        #expect(command("http://[::1]/x").hasSuffix(" ::1/80 /x '[::1]:80'"))
        #expect(command("http://[::1]:8080").hasSuffix(" ::1/8080 / '[::1]:8080'"))
        #expect(command("http://localhost?a").hasSuffix(" localhost/80 '/?a' localhost:80"))
        for url in ["https://localhost/", "http://mona@localhost/"] {
            #expect(command(url).hasPrefix("curl "))
        }
    }
}
