import Foundation
import Testing

@testable import Lab

/// Somebody who is root in a lab and looks at each new process there: at what it was started with,
/// what it has open and what it runs, before it is what it came for.
@Suite("What enters a lab", .timeLimit(.minutes(3)))
struct EntryTests {
    @Test("has nothing of the caller's to see", arguments: [false, true])
    func watched(isCaged: Bool) async throws {
        // Any descriptor of ours that a child would inherit.
        let foreign = open("/etc/passwd", O_RDONLY)
        defer { close(foreign) }
        let victim = try LabFixture.victim()
        let plan = LabFixture.plan(root: try LabFixture.tree("trixie")) { $0.isCaged = isCaged }
        try await Lab.with(plan) { (lab) async throws in
            let start = "perl -e '\(Self.watcher)' >/run/seen 2>&1 &"
            _ = try await lab.run(["sh", "-c", start])
            // On a busy machine it is rarely awake in the moment that it looks for. Where there is
            // something to see, it is given until it has seen it.
            let clock = ContinuousClock()
            let patience = clock.now + .seconds(90)
            var hasSeen = isCaged
            repeat {
                for _ in 0..<60 { #expect(try await lab.run(["true"]).status == 0) }
                if !hasSeen {
                    hasSeen = try await lab.run(["test", "-s", "/run/seen"]).status == 0
                }
            } while !hasSeen && clock.now < patience
            for _ in 0..<15 {
                let asking = try HostCommand([
                    "TEMPER_SECRET=planted", victim, lab.name, LabFixture.stateDirectory, "exec",
                    "true",
                ])
                #expect(try await asking.wait() == 0, "\(asking.text)")
            }
            let seen = try await lab.run(["sh", "-c", "touch /run/stop; sleep 1; cat /run/seen"])
            let sights = seen.stdout.split(separator: "\n").map { line in
                line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            }
            print("caged: \(isCaged): \(sights.count) sights, such as \(sights.first ?? [])")
            if !isCaged { #expect(!sights.isEmpty, "\(seen)") }
            for sight in sights {
                try #require(sight.count == 5, "\(sight)")
                let (program, environment, open) = (sight[0], sight[1], sight[2])
                #expect(program == "/memfd:temper-entry (deleted)")
                #expect(environment == "")
                for descriptor in open.split(separator: " ") {
                    let parts = descriptor.split(separator: "=", maxSplits: 1)
                    #expect(["0", "1", "2", "3", "4"].contains(parts[0]), "\(open)")
                    #expect(
                        parts[1] == "/dev/null" || parts[1].hasPrefix("pipe:")
                            || parts[1].hasPrefix("/tmp/temper-test-"), "\(open)")
                }
                for part in sight[3].split(separator: " ") {
                    #expect(part.hasPrefix("[") || part == "/memfd:temper-entry", "\(sight)")
                }
                #expect(sight[4] == "0", "its program could be opened for writing")
            }
        }
    }

    /// Process ids go up by one. A line for each sight of a process that does not yet run one of the
    /// lab's programs: its program, environment, descriptors and mapped files, and whether the program
    /// could be written to.
    private static let watcher = #"""
        $| = 1;
        sub text { open(my $file, "<", $_[0]) or return ""; local $/; my $text = <$file>;
            $text = "" unless defined $text; $text =~ s/[\0\t\n]/ /g; $text }
        sub maps { my %names; open(my $file, "<", "/proc/$_[0]/maps") or return "";
            while (<$file>) { my @fields = split; $names{$fields[5]} = 1 if $fields[5] }
            join " ", sort keys %names }
        sub open_files { opendir(my $list, "/proc/$_[0]/fd") or return "";
            join " ", map { my $to = readlink("/proc/$_[0]/fd/$_"); defined $to ? "$_=$to" : () }
                sort grep { /^\d+$/ } readdir $list }
        my ($last) = reverse sort { $a <=> $b } grep { /^\d+$/ } map { s{.*/}{}r } glob "/proc/*";
        for (my $round = 0; ; $round++) {
            last if $round % 512 == 0 && -e "/run/stop";
            if ($round % 64 == 0) {
                opendir(my $list, "/proc"); my ($most) = reverse sort { $a <=> $b }
                    grep { /^\d+$/ } readdir $list;
                $last = $most - 1 if $most > $last + 4;
            }
            for my $new ($last + 1 .. $last + 4) {
                next unless -d "/proc/$new";
                $last = $new if $new > $last;
                for (1 .. 50) {
                    my $program = readlink("/proc/$new/exe");
                    last unless defined $program;
                    last if $program =~ m{^/(usr/)?(s?bin|lib)/};
                    my ($environ, $files) = (text("/proc/$new/environ"), open_files($new));
                    my $maps = maps($new);
                    my $written = open(my $file, "+<", "/proc/$new/exe") ? 1 : 0;
                    my $after = readlink("/proc/$new/exe");
                    last unless defined $after && $after eq $program;
                    print "$program\t$environ\t$files\t$maps\t$written\n";
                }
            }
        }
        """#
}
