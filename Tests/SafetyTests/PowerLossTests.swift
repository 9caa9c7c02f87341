import Fixtures
import Foundation
import Lab
import Testing

/// What temper writes is recorded by strace(1), and played to each of its steps on a disk that keeps
/// nothing but what was synced, or as much of the rest as it likes.
@Suite("The power fails at any step", .serialized, .timeLimit(.minutes(5)))
struct PowerLossTests {
    private static let unit = "steady.service"
    private static let place = "/etc/systemd/system/steady.service.d"
    private static let dropIn = "50-temper.conf"

    @Test("of --apply and of revert: the old or the new configuration is there, whole")
    func anyStep() async throws {
        try await withMachineFixture(.trixie) { fixture in
            try await fixture.start(Self.unit)
            try fixture.write(
                "/etc/systemd/system/twin.service", MachineFixture.units[Self.unit] ?? "")
            let first = try await play(fixture, ["PrivateTmp=yes"])
            #expect(first.before == nil && first.after?.contains("PrivateTmp=yes") == true)
            let second = try await play(fixture, ["ProtectSystem=full"])
            #expect(second.after?.contains("ProtectSystem=full") == true)
            let reverted = try await play(fixture, [])
            #expect(reverted.before == second.after && reverted.after == nil)
        }
    }

    /// Installs a drop-in of these restrictions, or with none takes it away.
    private func play(
        _ fixture: MachineFixture, _ restrictions: [String]
    ) async throws -> (before: String?, after: String?) {
        let directory = fixture.lab.rootPath + Self.place
        let names = try? FileManager.default.contentsOfDirectory(atPath: directory)
        let contents = try names?.reduce(into: [:]) { contents, name in
            contents[name] = try String(contentsOfFile: "\(directory)/\(name)", encoding: .utf8)
        }
        let before = fixture.text("\(Self.place)/\(Self.dropIn)")
        let record = NSTemporaryDirectory() + "temper-calls-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: record) }
        let run = try await runProgram(
            "/usr/bin/strace",
            [
                "-f", "-qq", "-y", "-xx", "-s", "1000000", "--seccomp-bpf", "-e", "signal=none",
                "-e", "trace=" + RecordedCall.names.joined(separator: ","), "-o", record,
                BuiltProduct("apply-victim").path, fixture.lab.busAddress, fixture.lab.rootPath,
                fixture.lab.networkNamespace, Self.unit, "", "true", "twin.service",
            ] + restrictions)
        let after = fixture.text("\(Self.place)/\(Self.dropIn)")
        #expect(run.output.contains(Self.dropIn), "\(run.output) \(run.errors)")

        func configuration(_ text: String?) -> UnsyncedDirectory.Configuration {
            text.map { [Self.dropIn: Array($0.utf8)] } ?? [:]
        }
        let whole = [configuration(before), configuration(after)]
        var disk = UnsyncedDirectory(Self.place, holding: contents)
        var steps = 0
        for call in RecordedCall.all(in: try String(contentsOfFile: record, encoding: .utf8)) {
            guard try disk.apply(call) else { continue }
            steps += 1
            let torn = disk.leftovers.subtracting(whole)
            #expect(torn.isEmpty, "after step \(steps), \(call.name)")
        }
        // What is said to be done is done for good.
        #expect(disk.leftovers == [configuration(after)], "after all of \(steps) steps")
        #expect(steps >= (restrictions.isEmpty ? 2 : 5))
        print("the power failed after each of \(steps) steps")
        return (before, after)
    }
}

/// What the recorded writes are held against finds out what it is there for.
@Suite("Of what was not synced", .timeLimit(.minutes(1)))
struct UnsyncedDirectoryTests {
    private static func line(_ call: String, _ texts: String...) -> String {
        let words = texts.map { text in
            "\"" + text.utf8.map { #"\x"# + String($0, radix: 16) }.joined() + "\""
        }
        return "7 \(call)(\(words.joined(separator: ", ")), O_CREAT) = 0"
    }

    private static let draft = "/lab/etc/d/.x.new"
    private static let make =
        line("openat", "/lab/etc/d", ".x.new", draft) + "\n" + line("write", draft, "new")
    private static let sync = line("fsync", draft)
    private static let rename = line("renameat", "/lab/etc/d", ".x.new", "/lab/etc/d", "x.conf")
    private static let keep = line("fsync", "/lab/etc/d")
    private static let remove = line("unlinkat", "/lab/etc/d", "x.conf")

    @Test(
        "a file may be empty, and a name not there",
        arguments: [
            ([make], ["old"]), ([make, rename], ["", "new", "old"]),
            ([make, rename, keep], ["", "new"]), ([make, sync, rename], ["new", "old"]),
            ([make, sync, rename, keep], ["new"]), ([remove], ["nothing", "old"]),
            ([remove, keep], ["nothing"]),
        ])
    func leftovers(lines: [String], texts: [String]) throws {
        var disk = UnsyncedDirectory("/etc/d", holding: ["x.conf": "old"])
        for call in RecordedCall.all(in: lines.joined(separator: "\n")) {
            #expect(try disk.apply(call))
        }
        let found = disk.leftovers.map { names in
            names["x.conf"].map { String(decoding: $0, as: UTF8.self) } ?? "nothing"
        }
        #expect(Set(found) == Set(texts))
    }
}
