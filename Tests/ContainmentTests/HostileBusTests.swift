import Fixtures
import Foundation
import Lab
import SystemdBus
import Testing

/// A tree whose links lead out of it: the bus that is reached through them would be the machine's.
@Suite("A machine's bus", .timeLimit(.minutes(2)))
struct HostileBusTests {
    @Test(
        "is not looked for where the links of a tree lead out of it",
        arguments: ["/", "../../../.."])
    func links(out: String) async throws {
        let top = NSTemporaryDirectory() + "temper-hostile-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: top) }
        let outside = "\(top)/outside"
        let tree = "\(top)/tree"
        for directory in ["\(outside)/dbus", "\(tree)/run"] {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true)
        }
        let daemon = try Listener(at: "\(outside)/dbus/system_bus_socket")
        defer { daemon.close() }
        let target = out == "/" ? "\(outside)/dbus" : "../../outside/dbus"
        try FileManager.default.createSymbolicLink(
            atPath: "\(tree)/run/dbus", withDestinationPath: target)
        // It is reached by whoever follows the link.
        #expect(FileManager.default.fileExists(atPath: "\(tree)/run/dbus/system_bus_socket"))
        let address = BusAddress.system(ofRoot: tree)
        let error = await #expect(throws: BusError.self) {
            try await Bus.connect(to: address)
        }
        #expect(error == .cannotConnect(address, errno: ENOENT))
    }

    /// A bind mount, say, brings a foreign socket into the lab without any link.
    @Test("is not believed where somebody outside the lab listens")
    func listener() async throws {
        var plan = LabPlan()
        plan.root = Release.trixie.root
        try await Lab.with(plan) { lab in
            let path = "\(lab.rootPath)/run/foreign"
            let daemon = try Listener(at: path)
            defer { daemon.close() }
            let address = BusAddress.socket("/run/foreign", root: lab.rootPath)
            let error = await #expect(throws: BusError.self) {
                try await Bus.connect(to: address)
            }
            #expect(error == .cannotConnect(address, errno: ECONNREFUSED))
            await (try await Bus.connect(to: lab.bus)).close()
        }
    }
}

/// A socket of this process's that listens and never says a word.
private struct Listener {
    private let descriptor: Int32

    init(at path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // Through a descriptor: a path has 107 bytes at most.
        let slash = try #require(path.lastIndex(of: "/"))
        let place = open(String(path[..<slash]), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { Glibc.close(place) }
        let short = "/proc/self/fd/\(place)" + path[slash...]
        withUnsafeMutableBytes(of: &address.sun_path) { room in
            room.copyBytes(from: Array(short.utf8).prefix(room.count - 1))
        }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 4) == 0
            }
        }
        try #require(bound, "\(path): error \(errno)")
    }

    func close() { Glibc.close(descriptor) }
}
