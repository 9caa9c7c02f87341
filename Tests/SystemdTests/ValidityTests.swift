import Fixtures
import Foundation
import Linux
import Testing
import Trials

@testable import Systemd

@Suite("What a record is valid for, read from a tree without its systemd", .timeLimit(.minutes(5)))
struct ValidityTests {
    @Test("programs, libraries and packages of Debian's nginx", arguments: Release.allCases)
    func nginx(release: Release) throws {
        let validity = Validity(of: "nginx.service", running: [], in: release.root)
        let program = try #require(validity.programs["/usr/sbin/nginx"])
        #expect(program.digest.count == 40 && program.package == "nginx")
        #expect(program.version?.isEmpty == false)
        let names = validity.libraries.keys.map { $0.split(separator: "/").last ?? "" }
        for library in ["libc.so.6", "libssl.so.3"] { #expect(names.contains(library[...])) }
        #expect(validity.libraries.values.allSatisfy { $0.package != nil && $0.version != nil })
        #expect(validity.systemdVersion == release.systemd)
        #expect(validity.manager.count == 40 && !validity.kernel.isEmpty)
        #expect(validity.unitFiles.keys.contains { $0.hasSuffix("/nginx.service") })
        let again = Validity(of: "nginx.service", running: [], in: release.root + "/")
        #expect(again.changes(since: validity).isEmpty)
    }

    @Test("drop-ins count, those of Temper do not, and links lead nowhere else")
    func places() throws {
        let root = NSTemporaryDirectory() + "temper-tree-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: root) }
        func write(_ path: String, _ text: String) throws {
            let place = URL(fileURLWithPath: root + path)
            try FileManager.default.createDirectory(
                at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: place, atomically: true, encoding: .utf8)
        }
        let units = "/etc/systemd/system"
        try write("/usr/lib/systemd/system/a-b@.service", "[Service]\nExecStart=-/bin/run %i\n")
        try write("\(units)/a-b@c.service.d/x.conf", "[Service]\n")
        try write("\(units)/a-.service.d/y.conf", "[Service]\n")
        try write("\(units)/service.d/z.conf", "[Service]\n")
        try write("\(units)/a-b@.service.d/50-temper.conf", "[Service]\n")
        try write(
            "\(units)/a-b@.service.d/o.conf", "# u, hardened by temper 0.1.0 for\n[Service]\n")
        try write("\(units)/other.service.d/n.conf", "[Service]\n")
        try write("/opt/real", "#! /bin/interpreter -x\n")
        try write("/bin/interpreter", "not ELF")
        try FileManager.default.createSymbolicLink(
            atPath: root + "/bin/run", withDestinationPath: "/opt/real")
        let validity = Validity(of: "a-b@c.service", running: ["/etc/passwd"], in: root)
        #expect(
            validity.unitFiles.keys.sorted() == [
                "\(units)/a-.service.d/y.conf", "\(units)/a-b@c.service.d/x.conf",
                "\(units)/service.d/z.conf", "/usr/lib/systemd/system/a-b@.service",
            ])
        #expect(validity.programs.keys.sorted() == ["/bin/interpreter", "/opt/real"])
        // No dpkg here: whose it is is unknown, and what it is can still be told.
        #expect(validity.programs["/opt/real"]?.package == nil)
        #expect(validity.programs["/opt/real"]?.digest.count == 16)
        #expect(
            temperDropIns(of: "a-b@c.service", in: root) == [
                "\(units)/a-b@.service.d/50-temper.conf", "\(units)/a-b@.service.d/o.conf",
            ])
    }

    @Test("torn and hostile ELF files are read within their bounds")
    func hostile() throws {
        let whole = try #require(
            FileManager.default.contents(atPath: Release.trixie.root + "/usr/sbin/nginx"))
        let elf = try #require(ElfFile(whole))
        #expect(elf.needed.contains("libc.so.6") && elf.buildID?.count == 40)
        #expect(elf.imports.isSuperset(of: ["initgroups", "setuid", "chown"]))
        #expect(!elf.imports.contains("chroot"))
        var random = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            var bytes = Data(whole.prefix(Int.random(in: 0...20000)))
            for _ in 0..<20 where !bytes.isEmpty {
                bytes[Int.random(in: 0..<bytes.count)] = UInt8.random(in: 0...255, using: &random)
            }
            _ = ElfFile(bytes)
        }
        for _ in 0..<20 {
            // Its tables are named in its first bytes.
            var bytes = whole
            bytes[Int.random(in: 32..<64)] = UInt8.random(in: 0...255, using: &random)
            _ = ElfFile(bytes)
        }
        var huge = whole.prefix(4096)
        // A program header that claims to be everywhere.
        for offset in 64..<4096 { huge[offset] = 0xff }
        _ = ElfFile(Data(huge))
    }
}

@Suite("The files of a service's programs", .timeLimit(.minutes(1))) struct ProgramFilesTests {
    @Test("of processes that stay, whatever started them, with the plug-ins beside their libraries")
    func plugIns() throws {
        let root = NSTemporaryDirectory() + "temper-programs-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: root) }
        func write(_ path: String, _ content: Data) throws {
            let place = URL(fileURLWithPath: root + path)
            try FileManager.default.createDirectory(
                at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
            try content.write(to: place)
        }
        let info = "/var/lib/dpkg/info"
        try write("\(info)/starter.list", Data("/.\n/usr/bin/start\n".utf8))
        try write(
            "\(info)/server.list",
            Data("/.\n/usr/lib/server/bin/serve\n/usr/lib/server/a.so\n".utf8))
        try write("\(info)/python3.list", Data("/.\n/usr/bin/python3\n".utf8))
        try write("\(info)/tools.list", Data("/.\n/usr/bin/sleep\n/usr/bin/chown\n".utf8))
        let program = try #require(
            FileManager.default.contents(atPath: Release.trixie.root + "/usr/sbin/nginx"))
        try write("/usr/bin/chown", program)
        // Of another package, or of none.
        try write("/usr/lib/server/b.so", program)
        try write("/usr/bin/python3", program)
        let tree = try RootedDirectory(root)
        let packages = PackageDatabase(of: tree)
        func files(_ running: [String], staying: Set<String>) -> ProgramFiles {
            ProgramFiles(
                of: ["/usr/bin/start"], running: running, staying: staying, in: tree, packages)
        }
        let found = files(["/usr/lib/server/bin/serve"], staying: ["serve"])
        #expect(found.programs == ["start", "serve"])
        #expect(found.links.libraries.contains("libc.so.6"))
        #expect(found.links.imports.contains("initgroups"))
        let gone = files(["/usr/lib/server/bin/serve"], staying: ["other"])
        #expect(gone.programs == ["start"] && gone.links.libraries.isEmpty)
        #expect(files(["/usr/bin/sleep"], staying: ["sleep"]).links.libraries.isEmpty)
        #expect(files(["/usr/bin/python3"], staying: ["python3"]).links.libraries.isEmpty)
    }
}

@Suite("Packages of a tree", .timeLimit(.minutes(1))) struct PackageDatabaseTests {
    @Test("dpkg's files are read at the first question, and once")
    func once() throws {
        let root = NSTemporaryDirectory() + "temper-dpkg-\(UUID().uuidString)"
        let place = root + "/var/lib/dpkg/info"
        defer { try? FileManager.default.removeItem(atPath: root) }
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        let packages = PackageDatabase(of: try RootedDirectory(root))
        let list = "/.\n/usr/bin/tool\n/etc/tool.conf\n"
        try list.write(
            toFile: "\(place)/tool:amd64.list", atomically: true, encoding: .utf8)
        let status = "Package: tool\nStatus: install ok installed\nVersion: 1.2-3\n\n"
        try status.write(
            toFile: "\(root)/var/lib/dpkg/status", atomically: true, encoding: .utf8)
        for path in ["/usr/bin/tool", "/bin/tool"] {
            let owner = try #require(packages.owner(of: path))
            #expect(owner.package == "tool" && owner.version == "1.2-3")
        }
        try FileManager.default.removeItem(atPath: root)
        #expect(packages.owner(of: "/etc/tool.conf")?.package == "tool")
        #expect(packages.owner(of: "/etc/other.conf") == nil)
        #expect(packages.files(of: "tool") == ["/.", "/usr/bin/tool", "/etc/tool.conf"])
    }
}
