import Hardening
import Reports
import Testing
import Trials

@Suite("Repeating a trial by hand") struct RepetitionTests {
    private func commands(_ trial: Trial, _ change: (inout Provenance) -> Void = { _ in })
        throws -> [String]
    {
        var provenance = Sample.provenance
        change(&provenance)
        return try #require(Repetition(trial, provenance)).commands
    }

    @Test("boots the tree, starts the copy, asks the probe, and takes all away again")
    func passing() throws {
        let commands = try commands(Sample.trials[0])
        #expect(commands.first == "temper lab up look --root '/srv/trees/it'\\''s here'")
        #expect(
            commands[1] == "temper lab exec look systemd-run --unit=temperagain \\\n"
                + "    -p Type=exec \\\n    /bin/x 'it'\\''s' '$HOME'")
        #expect(commands.contains { $0.contains("curl -fsS") && $0.contains("exit 1'") })
        #expect(
            commands.suffix(2) == [
                "temper lab exec look systemctl stop temperagain", "temper lab down look",
            ])
    }

    @Test("has the network that was asked for")
    func network() throws {
        let commands = try commands(Sample.trials[0]) {
            $0.root = "/"
            $0.network = "none"
        }
        #expect(commands.first == "temper lab up look --network none")
    }

    @Test("asks no probe where the trial never came so far")
    func failing() throws {
        #expect(try !commands(Sample.trials[2]).contains { $0.contains("curl") })
    }

    @Test("makes the lab ready as the campaign did; files change hands only for another user")
    func preparations() throws {
        func prepare(_ provenance: inout Provenance) {
            provenance.preparations = ["mknod /dev/x c 4 63"]
            provenance.ownership = ["chown -R www-data /var/lib/x"]
        }
        let commands = try commands(Sample.trials[2], prepare)
        #expect(commands[1] == "temper lab exec look sh -c 'mknod /dev/x c 4 63'")
        #expect(!commands.contains { $0.contains("chown") })
        let other = try self.commands(Sample.trial(9, ["User=www-data"]), prepare)
        #expect(other[2] == "temper lab exec look sh -c 'chown -R www-data /var/lib/x'")
    }

    @Test("the original's socket makes way, and the copy is started behind its own")
    func socket() throws {
        let trial = Trial(
            number: 1, purpose: "", profile: .unrestricted, began: 0, microseconds: .init(),
            observations: [
                .command(
                    HandCommand(
                        arguments: ["--socket-property=ListenStream=80", "-p", "Type=exec", "/x"],
                        lacking: [], socket: "x.socket"))
            ], baseline: .unknown)
        let commands = try commands(trial)
        #expect(commands[1] == "temper lab exec look systemctl stop x.socket")
        #expect(
            commands[2].hasPrefix(
                "temper lab exec look systemd-run --unit=temperagain \\\n"
                    + "    --socket-property=ListenStream=80 \\\n    -p Type=exec"))
        #expect(commands[3] == "temper lab exec look systemctl start temperagain")
        #expect(
            commands.contains("temper lab exec look systemctl stop temperagain.socket temperagain"))
    }

    @Test("a user's service runs under the user's own manager")
    func user() throws {
        let commands = try commands(Sample.trials[0]) { provenance in
            provenance.user = "mona"
            provenance.userID = 1000
        }
        #expect(commands[1] == "temper lab exec look systemctl start user@1000.service")
        let inside = "temper lab exec look runuser -u mona -- env XDG_RUNTIME_DIR=/run/user/1000 "
        #expect(commands[2].hasPrefix(inside + "systemd-run --user --unit=temperagain"))
        #expect(commands.contains(inside + "systemctl --user stop temperagain"))
    }

    @Test("a trial on the real unit has no such command")
    func real() {
        let trial = Trial(
            number: 1, purpose: "", profile: .unrestricted, began: 0, microseconds: .init(),
            observations: [], baseline: .unknown)
        #expect(Repetition(trial, Sample.provenance) == nil)
        let text = TrialText(
            trial, of: "x.service", campaign: 1, provenance: Sample.provenance,
            isColoured: false
        ).text
        #expect(text.contains("No command is on record"))
    }

    @Test("the text of a trial shows what was seen, and the commands as they can be run")
    func text() throws {
        let text = TrialText(
            Sample.trials[2], of: "x.service", campaign: 7, provenance: Sample.provenance,
            isColoured: false
        ).text
        #expect(text.contains("kernel: x: fchownat /srv/f failed with EPERM for lack of CAP_CHOWN"))
        #expect(text.contains("\n    temper lab up look"))
        #expect(text.contains("FAILED"))
    }
}
