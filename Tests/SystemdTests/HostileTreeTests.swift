import Fixtures
import Foundation
import Glibc
import Linux
import Testing
import Trials

@testable import Systemd

/// Trees of others: what stands where a file or a directory of theirs is looked for is of their
/// choosing.
@Suite("A hostile tree", .timeLimit(.minutes(1)))
struct HostileTreeTests {
    enum Way: CaseIterable {
        case absolute, relative

        func target(_ name: String, in outside: String, from path: String) -> String {
            let up = String(repeating: "../", count: path.split(separator: "/").count)
            return self == .absolute ? "\(outside)/\(name)" : "\(up)outside/\(name)"
        }
    }

    @Test("has no users of the machine around it", arguments: Way.allCases)
    func users(way: Way) throws {
        try withTree { tree, outside in
            try write("mallory:x:1000:1000::/home/mallory:/bin/sh\n", at: "\(outside)/passwd")
            try link(
                "/etc/passwd", way.target("passwd", in: outside, from: "/etc/passwd"), in: tree)
            #expect(try String(contentsOfFile: "\(tree)/etc/passwd", encoding: .utf8) != "")
            let error = #expect(throws: (any Error).self) {
                try UserAccount.named("mallory", in: tree)
            }
            #expect("\(error!)" == "there is no user mallory here; /etc/passwd lists them")
        }
    }

    @Test("has no units of the machine around it", arguments: Way.allCases)
    func units(way: Way) throws {
        for place in ["/usr/lib/systemd/system", "/etc/systemd", "/etc/systemd/system/x.service.d"]
        {
            try withTree { tree, outside in
                let below = place == "/etc/systemd" ? "/units/system" : "/units"
                try write("[Service]\nExecStart=/bin/true\n", at: "\(outside)\(below)/x.service")
                try write("[Service]\n", at: "\(outside)\(below)/y.conf")
                try link(place, way.target("units", in: outside, from: place), in: tree)
                let units = UnitPlaces(tree: try RootedDirectory(tree))
                #expect(units.files(of: "x.service") == [:], "\(place)")
            }
        }
    }

    @Test("has no packages of the machine around it", arguments: Way.allCases)
    func packages(way: Way) throws {
        for place in ["/var/lib/dpkg", "/var/lib/dpkg/info"] {
            try withTree { tree, outside in
                let info = place == "/var/lib/dpkg" ? "/dpkg/info" : "/dpkg"
                try write("/usr/bin/tool\n", at: "\(outside)\(info)/tool.list")
                try write("/etc/tool.conf\n", at: "\(outside)\(info)/tool.conffiles")
                try link(place, way.target("dpkg", in: outside, from: place), in: tree)
                let packages = PackageDatabase(of: try RootedDirectory(tree))
                #expect(packages.files(of: "tool") == [] && packages.conffiles(of: "tool") == [])
            }
        }
    }

    @Test("has no programs of the machine around it", arguments: Way.allCases)
    func programs(way: Way) throws {
        try withTree { tree, outside in
            try write("#!/bin/sh\n", at: "\(outside)/run")
            try link("/usr/bin/run", way.target("run", in: outside, from: "/usr/bin/run"), in: tree)
            let validity = Validity(of: "x.service", running: ["/usr/bin/run"], in: tree)
            #expect(validity.programs == [:])
        }
    }

    @Test("has no journal of the machine around it", arguments: Way.allCases)
    func journal(way: Way) throws {
        let id = String(repeating: "0", count: 32)
        for place in ["/run/log", "/var/log/journal", "/run/log/journal/\(id)"] {
            try withTree { tree, outside in
                try write("nothing", at: "\(outside)/journal/system.journal")
                try write("nothing", at: "\(outside)/journal/journal/\(id)/system.journal")
                try link(place, way.target("journal", in: outside, from: place), in: tree)
                #expect(try RootedDirectory(tree).journalFiles == [], "\(place)")
                #expect(try JournalReader(.root(tree)).entries(ofInvocation: id) == [])
            }
        }
    }

    @Test("does not keep us waiting where something else stands in a file's place")
    func noFiles() throws {
        let id = String(repeating: "0", count: 32)
        let paths = [
            "/etc/passwd", "/usr/lib/systemd/system/x.service", "/var/lib/dpkg/status",
            "/var/lib/dpkg/info/tool.list", "/usr/bin/run", "/run/log/journal/system.journal",
            "/usr/lib/systemd/systemd", "/etc/systemd/system", "/var/log/journal",
        ]
        for kind in [S_IFIFO, S_IFCHR] where kind == S_IFIFO || geteuid() == 0 {
            try withTree { tree, _ in
                for path in paths {
                    let place = URL(fileURLWithPath: tree + path)
                    try FileManager.default.createDirectory(
                        at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
                    // /dev/zero never ends.
                    try #require(mknod(place.path, kind | 0o644, 1 << 8 | 5) == 0)
                }
                #expect(throws: (any Error).self) { try UserAccount.named("root", in: tree) }
                let validity = Validity(of: "x.service", running: ["/usr/bin/run"], in: tree)
                #expect(validity.programs == [:] && validity.unitFiles == [:])
                #expect(validity.manager == "")
                let packages = PackageDatabase(of: try RootedDirectory(tree))
                #expect(packages.owner(of: "/usr/bin/run") == nil)
                #expect(try JournalReader(.root(tree)).entries(ofInvocation: id) == [])
            }
        }
    }

    @Test("is not written to outside of it", arguments: Way.allCases)
    func writing(way: Way) throws {
        try withTree { tree, outside in
            try write("old", at: "\(outside)/units/kept")
            try link(
                "/run/systemd", way.target("units", in: outside, from: "/run/systemd"), in: tree)
            try link(
                "/run/file", way.target("units/kept", in: outside, from: "/run/file"), in: tree)
            let top = try RootedDirectory(tree)
            #expect(top.holding("/run/systemd/new") == nil)
            let (place, name) = try #require(top.holding("/run/file"))
            try place.write("new", as: name, mode: 0o644)
            #expect(top.text(of: "/run/file") == "new")
            #expect(try String(contentsOfFile: "\(outside)/units/kept", encoding: .utf8) == "old")
            #expect(try RootedDirectory("\(outside)/units").names == ["kept"])
        }
    }

    private func withTree(_ body: (_ tree: String, _ outside: String) throws -> Void) throws {
        let top = NSTemporaryDirectory() + "temper-hostile-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: top) }
        for name in ["tree", "outside"] {
            try FileManager.default.createDirectory(
                atPath: "\(top)/\(name)", withIntermediateDirectories: true)
        }
        try body("\(top)/tree", "\(top)/outside")
    }

    private func write(_ text: String, at path: String) throws {
        let place = URL(fileURLWithPath: path)
        try FileManager.default.createDirectory(
            at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: place, atomically: true, encoding: .utf8)
    }

    /// A link that leads to something for whoever follows it.
    private func link(_ path: String, _ target: String, in tree: String) throws {
        let place = URL(fileURLWithPath: tree + path)
        try FileManager.default.createDirectory(
            at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: place.path, withDestinationPath: target)
        try #require(access(place.path, F_OK) == 0, "\(path) leads nowhere")
    }
}
