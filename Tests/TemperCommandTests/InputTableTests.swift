import Fixtures
import Foundation
import Testing

struct BadInput: Sendable, CustomTestStringConvertible {
    let status: Int32
    let arguments: [String]
    let words: String
    var testDescription: String { arguments.joined(separator: " ") }

    /// - Parameter line: `STATUS  ARGUMENTS  => WORDS`; an argument with blanks, or without
    ///   anything, stands in quotation marks.
    init(_ line: Substring) {
        let parts = line.split(separator: " => ", maxSplits: 1)
        let pieces = parts[0].split(separator: "'", omittingEmptySubsequences: false)
        let arguments = pieces.enumerated().flatMap { number, piece in
            number % 2 == 1 ? [String(piece)] : piece.split(separator: " ").map(String.init)
        }
        status = Int32(arguments[0]) ?? -1
        self.arguments = Array(arguments.dropFirst())
        words = String(parts[1])
    }
}

/// Whatever is wrong with the words of a command line, or with what they name: one line on standard
/// error, the right exit status, nothing printed as a result, nothing left behind.
@Suite("Each bad input has its line and its status", .serialized, .timeLimit(.minutes(5)))
struct InputTableTests {
    /// Nothing is at `@` before or afterwards.
    private func expect(_ row: BadInput) async throws {
        let place = NSTemporaryDirectory() + "temper-nothing-\(UUID().uuidString)"
        let arguments = row.arguments.map { $0 == "@" ? place : $0 }
        let report = try await BuiltProduct("temper").run(
            arguments, environment: ["HOME": "/nonexistent", "XDG_STATE_HOME": ""],
            within: .seconds(60))
        #expect(report.status == row.status, "\(report.errors)")
        #expect(report.output.isEmpty, "\(report.output)")
        #expect(report.complaints.count == 1, "\(report.errors)")
        #expect(report.errors.hasPrefix("temper: ") && report.errors.hasSuffix("\n"))
        #expect(report.errors.contains(row.words), "\(report.errors)")
        #expect(!FileManager.default.fileExists(atPath: place))
    }

    @Test("the names of units, commands and options", arguments: BadInputs.names)
    func names(row: BadInput) async throws { try await expect(row) }

    @Test("probes", arguments: BadInputs.probes)
    func probes(row: BadInput) async throws { try await expect(row) }

    @Test("times, numbers and thresholds", arguments: BadInputs.numbers)
    func numbers(row: BadInput) async throws { try await expect(row) }

    @Test("restrictions, files and places", arguments: BadInputs.places)
    func places(row: BadInput) async throws { try await expect(row) }

    @Test("what goes together", arguments: BadInputs.pairs)
    func pairs(row: BadInput) async throws { try await expect(row) }

    @Test("what is on record", arguments: BadInputs.records)
    func records(row: BadInput) async throws { try await expect(row) }
}

private enum BadInputs {
    private static func rows(_ table: String) -> [BadInput] {
        table.split(separator: "\n").map(BadInput.init)
    }

    static let names = rows(
        """
        64 '' => there is no command “”
        64 nonsense => there is no command “nonsense” of temper
        64 hardn nginx => did you mean harden?
        64 --nonsense => Unknown option '--nonsense'; see temper --help
        64 lab nonsense => there is no command “nonsense” of temper lab; see temper lab --help
        64 harden => Missing expected argument '<unit>'; see temper harden --help
        64 harden '' => “” is not a unit's name
        64 harden ' ' => “ ” is not a unit's name
        64 harden . => “.” is not a unit's name
        64 harden .. => “..” is not a unit's name
        64 harden ../x => “../x” is not a unit's name
        64 harden /etc/passwd => “/etc/passwd” is not a unit's name
        64 harden 'ng inx' => “ng inx” is not a unit's name
        64 harden nginx;x => “nginx;x” is not a unit's name
        64 harden nginx.socket => nginx.socket is not a service; temper hardens units that end in .service
        64 harden nginx.timer => nginx.timer is not a service
        64 harden -.mount => Unknown option
        64 harden postgresql@ => postgresql@ is a template; name an instance, such as postgresql@name.service
        64 harden postgresql@.service => is a template
        64 harden nginx extra => Unexpected argument 'extra'
        64 harden nginx --nonsense => Unknown option '--nonsense'
        64 probe => Missing expected argument '<unit>'; see temper probe --help
        64 probe 'a b' => “a b” is not a unit's name; see temper probe --help
        64 probe nginx.socket => nginx.socket is not a service
        64 probe nginx --live => Unknown option '--live'
        64 probe nginx --apply => Unknown option '--apply'
        64 escape => Missing expected argument '<unit>'
        64 escape 'a b' => “a b” is not a unit's name
        64 escape nginx.socket => nginx.socket is not a service
        64 check 'a b' => “a b” is not a unit's name
        64 check nginx.socket => nginx.socket is not a service
        64 check --nonsense => Unknown option '--nonsense'
        64 revert => Missing expected argument '<unit>'
        64 revert 'a b' => “a b” is not a unit's name
        64 revert nginx.socket => nginx.socket is not a service
        64 report 'a b' => “a b” is not a unit's name
        64 report nginx.socket => nginx.socket is not a service
        64 report a b => Unexpected argument 'b'
        64 history => Missing expected argument '<unit>'
        64 history 'a b' => “a b” is not a unit's name; see temper history --help
        64 explain a b => Unexpected argument 'b'
        64 explain '' => “” is neither a directive that temper knows nor a word of its reports
        64 explain nonsense-word => nonsense-word is neither a directive
        64 explain 99999999999999999999 => is neither a directive that temper knows
        64 explain 1 --unit 'a b' => “a b” is not a unit's name
        64 doctor extra => Unexpected argument 'extra'
        64 lab up => Missing expected argument '<name>'
        64 lab up ../x => '../x' cannot name a lab: use 1 to 32 characters
        64 lab up 'a b' => 'a b' cannot name a lab
        64 lab up '' => '' cannot name a lab
        64 lab exec => Missing expected argument '<name>'
        2 lab exec nonesuch true => no lab named 'nonesuch' is up
        2 lab down nonesuch => no lab named 'nonesuch' is up
        2 lab shell nonesuch => no lab named 'nonesuch' is up
        """)

    static let probes = rows(
        """
        64 harden nginx --probe => Missing value for '--probe <command>'
        64 harden nginx --probe '' => --probe: a probe needs a command
        64 harden nginx --probe '   ' => --probe: a probe needs a command
        64 harden nginx --probe-http 127.0.0.1 => “127.0.0.1” is not a URL; write one such as http://127.0.0.1/
        64 harden nginx --probe-http ftp://x/ => “ftp://x/” is not a URL
        64 harden nginx --probe-http http:// => is not a URL: it has no host
        64 harden nginx --probe-http http:///x => is not a URL: it has no host
        64 harden nginx --probe-http 'http://a b/' => is not a URL: there is white space in it
        64 harden nginx --probe-http http://127.0.0.1:0/ => a port is a number from 1 to 65535
        64 harden nginx --probe-http http://127.0.0.1:99999/ => a port is a number from 1 to 65535
        64 harden nginx --probe-http http://127.0.0.1:x/ => a port is a number from 1 to 65535
        64 harden nginx --probe-http http://[::1/ => the bracket is not closed
        64 harden nginx --probe-http http://::1/ => an IPv6 address stands in brackets
        64 harden nginx --probe-http-contains x => --probe-http-contains needs a --probe-http
        64 harden nginx --probe-tcp 22 => “22” is not HOST:PORT: it has no port
        64 harden nginx --probe-tcp :22 => “:22” is not HOST:PORT: it has no host
        64 harden nginx --probe-tcp host: => a port is a number from 1 to 65535
        64 harden nginx --probe-tcp host:0 => a port is a number from 1 to 65535
        64 harden nginx --probe-tcp host:65536 => a port is a number from 1 to 65535
        64 harden nginx --probe-tcp host:-1 => a port is a number from 1 to 65535
        64 harden nginx --probe-tcp host:x => a port is a number from 1 to 65535
        64 harden nginx --probe-tcp 'a b:1' => there is white space in it
        64 harden nginx --probe-tcp ::1:22 => an IPv6 address stands in brackets
        64 harden nginx --probe-tcp [::1:22 => the bracket is not closed
        64 harden nginx --probe-tcp [::1] => it has no port
        64 harden nginx --probe-unix x => “x” is not a path that begins with /
        64 harden nginx --probe-unix ./x => “./x” is not a path that begins with /
        64 harden nginx --probe-unix '' => “” is not a path that begins with /
        64 harden nginx --probe-dbus foo => “foo” is not a bus name; write one such as org.example.Thing
        64 harden nginx --probe-dbus '' => “” is not a bus name
        64 harden nginx --probe-dbus .a.b => “.a.b” is not a bus name
        64 harden nginx --probe-dbus a..b => “a..b” is not a bus name
        64 harden nginx --probe-dbus 1.2 => “1.2” is not a bus name
        64 harden nginx --probe-dbus 'a b.c' => “a b.c” is not a bus name
        64 harden nginx --probe-user '' => --probe-user: “” is not a user's name
        64 probe nginx --probe-tcp 22 => it has no port; write one such as 127.0.0.1:6379; see temper probe --help
        64 probe nginx --probe-http x => “x” is not a URL
        64 probe nginx --probe '' => --probe: a probe needs a command
        64 probe nginx --probe-user '' => --probe-user: “” is not a user's name
        """)

    static let numbers = rows(
        """
        64 harden nginx --timeout soon => --timeout soon: write a time such as 500ms, 2s or 1min
        64 harden nginx --timeout=-1s => --timeout -1s: write a time
        64 harden nginx --timeout 1parsec => --timeout 1parsec: write a time
        64 harden nginx --timeout= => Missing value for '--timeout <time>'
        64 harden nginx --timeout 0 => --timeout 0: allow more than no time
        64 harden nginx --interval soon => --interval soon: write a time
        64 harden nginx --interval=-1s => --interval -1s: write a time
        64 harden nginx --start-period soon => --start-period soon: write a time
        64 harden nginx --start-period=-1s => --start-period -1s: write a time
        64 harden nginx --settle soon => --settle soon: write a time
        64 harden nginx --settle=-1s => --settle -1s: write a time
        64 harden nginx --max-time soon => --max-time soon: write a time
        64 harden nginx --max-time=-1s => --max-time -1s: write a time
        64 harden nginx --max-time 0 => --max-time 0: allow more than no time
        64 harden nginx --success-threshold 0 => --success-threshold 0: write a whole number from 1
        64 harden nginx --success-threshold=-1 => --success-threshold -1: write a whole number from 1
        64 harden nginx --success-threshold 1.5 => The value '1.5' is invalid for '--success-threshold <count>'
        64 harden nginx --failure-threshold 0 => --failure-threshold 0: write a whole number from 1
        64 harden nginx --failure-threshold x => The value 'x' is invalid for '--failure-threshold <count>'
        64 harden nginx --max-trials 0 => --max-trials 0: the baseline alone takes 2; allow at least 3
        64 harden nginx --max-trials=-1 => --max-trials -1: the baseline alone takes 2
        64 harden nginx --max-trials x => The value 'x' is invalid for '--max-trials <count>'
        64 harden nginx --max-trials 99999999999999999999 => is invalid for '--max-trials <count>'
        64 harden nginx --good-enough=-1 => --good-enough -1.0: an exposure is from 0.0 to 10.0
        64 harden nginx --good-enough 11 => --good-enough 11.0: an exposure is from 0.0 to 10.0
        64 harden nginx --good-enough nan => --good-enough nan: an exposure is from 0.0 to 10.0
        64 harden nginx --good-enough inf => --good-enough inf: an exposure is from 0.0 to 10.0
        64 harden nginx --good-enough x => The value 'x' is invalid for '--good-enough <exposure>'
        64 probe nginx --timeout soon => --timeout soon: write a time
        64 probe nginx --settle soon => --settle soon: write a time
        64 probe nginx --failure-threshold 0 => --failure-threshold 0: write a whole number from 1
        64 report nginx --campaign x => The value 'x' is invalid for '--campaign <number>'
        64 history nginx --diff a b => The value 'a' is invalid for '--diff <a b>'
        64 history nginx --diff 1 => --diff takes the numbers of two campaigns, such as --diff 3 7
        64 history nginx --diff 1 2 3 => --diff takes the numbers of two campaigns
        """)

    static let places = rows(
        """
        64 harden nginx --keep '' => --keep: “” is not a directive that temper tries
        64 harden nginx --try '' => --try: “” is not a directive that temper tries
        64 harden nginx --keep x => --keep: x is not a directive that temper tries; `temper explain` lists them
        64 harden nginx --try x => --try: x is not a directive that temper tries
        64 harden nginx --keep ProtectSysten => did you mean ProtectSystem?
        64 harden nginx --try ProtectSysten => did you mean ProtectSystem?
        64 harden nginx --try Nonsense=yes => --try: Nonsense is not a directive that temper tries
        64 harden nginx --keep privatenetwork => did you mean PrivateNetwork?
        64 harden nginx --try ProtectSystem=maybe => ProtectSystem= has yes, full, strict
        64 harden nginx --plan /no/such => /no/such cannot be read; give --plan a text file
        64 harden nginx --plan /usr => /usr cannot be read; give --plan a text file
        64 harden nginx --plan /dev/null => /dev/null cannot be read; give --plan a text file
        64 harden nginx --plan '' => “” cannot be read; give --plan a text file
        64 harden nginx --plan /etc/hostname => /etc/hostname has no section [X-Temper]
        64 probe nginx --plan /no/such => /no/such cannot be read; give --plan a text file
        64 harden nginx -o /no/such/dir/file => --output /no/such/dir/file: /no/such/dir: No such file or directory
        64 harden nginx -o / => --output /: that is a link or no file; name a file
        64 harden nginx -o /dev/null => --output /dev/null: that is a link or no file
        64 harden nginx -o '' => --output needs a file's name
        64 harden nginx --record /no/such/dir/file => --record /no/such/dir/file: /no/such/dir: No such
        64 harden nginx --record '' => --record needs a file's name
        64 harden nginx --style fancy => Please provide one of 'commented' and 'packager'
        64 harden nginx --network moon => 'moon' is no network: give none, world or host
        2 harden nginx --quiet --root /no/such --state-dir @ => there is no directory '/no/such' to make a lab from
        2 harden nginx --quiet --root /etc/hostname --state-dir @ => there is no directory '/etc/hostname'
        2 harden nginx --quiet --root /usr/share --state-dir @ => no systemd in '/usr/share'
        2 probe nginx --quiet --root /no/such => there is no directory '/no/such' to make a lab from
        2 escape nginx --quiet --root /no/such => there is no directory '/no/such' to make a lab from
        2 doctor --quiet --root /no/such => there is no directory '/no/such' to make a lab from
        2 lab up x --root /no/such => there is no directory '/no/such' to make a lab from
        64 report nginx --format pdf => text, markdown, html, json, junit, sarif
        64 report nginx --style fancy => Please provide one of 'commented' and 'packager'
        64 report nginx -o /no/such/x => --output /no/such/x: /no/such: No such file or directory
        64 report nginx -o '' => --output needs a file's name
        """)

    static let pairs = rows(
        """
        64 harden nginx --json -o - => --json and --output - both want standard output
        64 harden nginx --template => --template says where --apply installs; add --apply
        64 harden nginx --apply --root /srv => --apply installs on this machine, and --root is another
        64 harden nginx --live --root /srv => --root makes a lab of a tree; with --live there is no lab
        64 harden nginx --live --lab => --live and --lab: the trials are made in one place
        64 harden nginx --live --network none => --network connects a lab; with --live there is none
        64 harden nginx --live --bind /srv => --bind shares a directory with a lab; with --live there is none
        64 harden nginx --max-downtime 5min => --max-downtime: nothing is down without --live
        64 harden nginx --live --max-downtime 1s => --max-downtime 1s: allow at least 5s
        64 harden nginx --live --untrusted => --untrusted keeps everything in a lab, and --live works on
        64 harden nginx --apply --untrusted => --untrusted keeps everything in a lab, and --apply works on
        64 harden nginx --as x => --as says whose service it is; add --user
        64 harden nginx --user --as '' => --as needs a user's name
        64 probe nginx --as x => --as says whose service it is; add --user
        64 escape nginx --as x => --as says whose service it is; add --user
        64 report --campaign 1 => --campaign is one of a unit: temper report UNIT --campaign N
        64 report --format drop-in => --format drop-in is of one unit: temper report UNIT
        64 report nginx --json --format html => --json and --format html are two forms; leave one out
        64 check nginx --json=1 => does not take any value, but '1' was specified; see temper check
        64 lab list --format json => Unknown option '--format'
        64 lab list extra => Unexpected argument 'extra'
        64 history nginx --diff 1 => --diff takes the numbers of two campaigns
        64 history nginx --diff a b => The value 'a' is invalid
        64 report nginx --campaign x => The value 'x' is invalid
        64 harden nginx --style => Missing value for '--style
        64 harden nginx --apply --style packager => --apply installs what was tried as it is; leave out --style
        64 harden --user => Missing expected argument '<unit>'
        64 escape a/b => is not a unit's name
        64 doctor extra => Unexpected argument 'extra'
        64 check --json --format junit => --json and --format junit are two forms; leave one out
        """)

    static let records = rows(
        """
        1 report nginx --state-dir @ => nothing is on record in
        1 report --state-dir @ => nothing is on record in
        1 report nginx --campaign 1 --state-dir @ => nothing is on record in
        1 explain 3 --state-dir @ => nothing is on record in
        1 explain 0 --unit nginx --state-dir @ => nothing is on record in
        1 history nginx --state-dir @ => nothing is on record in
        1 history nginx --diff 1 2 --state-dir @ => nothing is on record in
        64 check nginx --quiet --state-dir @ => there is no record of nginx.service in
        """)
}
