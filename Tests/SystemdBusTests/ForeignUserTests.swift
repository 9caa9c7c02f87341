import BusFixtures
import Glibc
import SystemdBus
import Testing

/// A user's bus takes connections of that user alone; root has to come as the user.
@Suite(.timeLimit(.minutes(5))) struct `A connection as another user` {
    private func path(of bus: PrivateBus) -> String {
        guard case .address(let text) = bus.address else { return "" }
        return String(text.dropFirst("unix:path=".count).prefix { $0 != "," })
    }

    @Test func `is that user's to the other side, and this process stays who it is`()
        async throws
    {
        let daemon = try PrivateBus(policy: #"<allow user="*"/>"#)
        let nobody: UInt32 = 65534
        let bus = try await Bus.connect(to: .socket(path(of: daemon), asUser: nobody))
        let names = try await bus.call(
            destination: "org.freedesktop.DBus", path: "/org/freedesktop/DBus",
            interface: "org.freedesktop.DBus", member: "ListNames")
        let mine = try #require(names.first?.strings?.first { $0.hasPrefix(":") })
        let user = try await bus.call(
            destination: "org.freedesktop.DBus", path: "/org/freedesktop/DBus",
            interface: "org.freedesktop.DBus", member: "GetConnectionUnixUser",
            arguments: [.string(mine)])
        #expect(user.first?.uint32 == nobody)
        #expect(geteuid() == 0)
        await bus.close()
        let again = try await Bus.connect(to: daemon.address)
        #expect(await again.isOpen)
        await again.close()
    }

    @Test func `to nowhere says so`() async throws {
        let nowhere = BusAddress.socket("/nonexistent/socket", asUser: 65534)
        let error = await #expect(throws: BusError.self) { try await Bus.connect(to: nowhere) }
        #expect(error == .cannotConnect(nowhere, errno: ENOENT))
        #expect(
            error?.description
                == "cannot connect to /nonexistent/socket as user 65534: No such file or directory")
    }
}
