import BusFixtures
import Testing

@testable import SystemdBus

@Suite(.timeLimit(.minutes(5))) struct SignalTests {
    private static let ownerChanged = BusMatch(
        sender: "org.freedesktop.DBus", path: "/org/freedesktop/DBus",
        interface: "org.freedesktop.DBus", member: "NameOwnerChanged")

    private func take(_ name: String, on bus: Bus) async throws {
        _ = try await bus.call(.daemon("RequestName"), [.string(name), .uint32(0)])
    }

    @Test func `no signal is lost, from the moment the match is confirmed`() async throws {
        let daemon = try PrivateBus()
        let bus = try await Bus.connect(to: daemon.address)
        let other = try await Bus.connect(to: daemon.address)
        for round in 0..<50 {
            let signals = try await bus.signals(matching: Self.ownerChanged)
            // Two connections: nothing but the confirmed match puts them into order.
            try await take("test.Round\(round)", on: other)
            let first = await signals.first { _ in true }
            #expect(first?.arguments.first == .string("test.Round\(round)"))
            #expect(first?.sender == "org.freedesktop.DBus")
            #expect(first?.member == "NameOwnerChanged")
        }
        await bus.close()
        await other.close()
    }

    @Test func `a thousand signals arrive in order though nobody reads meanwhile`() async throws {
        let daemon = try PrivateBus()
        let bus = try await Bus.connect(to: daemon.address)
        let signals = try await bus.signals(matching: Self.ownerChanged)
        for number in 0..<500 {
            try await take("test.N\(number)", on: bus)
            _ = try await bus.call(.daemon("ReleaseName"), [.string("test.N\(number)")])
        }
        await bus.close()
        var names: [String] = []
        for await signal in signals { names.append(signal.arguments[0].string ?? "") }
        #expect(names == (0..<500).flatMap { ["test.N\($0)", "test.N\($0)"] })
    }

    @Test func `only what matches comes, and to every stream it matches`() async throws {
        let daemon = try PrivateBus()
        let bus = try await Bus.connect(to: daemon.address)
        let all = try await bus.signals(matching: BusMatch())
        let first = try await bus.signals(matching: Self.ownerChanged)
        let second = try await bus.signals(matching: Self.ownerChanged)
        let none = try await bus.signals(
            matching: BusMatch(interface: "org.freedesktop.DBus", member: "NameLost"))
        try await take("test.Name", on: bus)
        await bus.close()
        #expect(await names(of: first) == ["NameOwnerChanged"])
        #expect(await names(of: second) == ["NameOwnerChanged"])
        #expect(await names(of: none) == [])
        #expect(Set(await names(of: all)).isSuperset(of: ["NameOwnerChanged", "NameAcquired"]))
    }

    private func names(of signals: AsyncStream<BusSignal>) async -> [String] {
        await signals.reduce(into: []) { $0.append($1.member) }
    }

    @Test func `the match is removed when its stream is no longer read`() async throws {
        let daemon = try PrivateBus()
        let bus = try await Bus.connect(to: daemon.address)
        let before = try await matchCount(bus)
        do {
            let signals = try await bus.signals(matching: Self.ownerChanged)
            #expect(try await matchCount(bus) == before + 1)
            withExtendedLifetime(signals) {}
        }
        try await expectMatchCount(bus, before)

        let signals = try await bus.signals(matching: Self.ownerChanged)
        #expect(try await matchCount(bus) == before + 1)
        let reader = Task { for await _ in signals {} }
        reader.cancel()
        await reader.value
        try await expectMatchCount(bus, before)
        await bus.close()
    }

    @Test func `a match the bus refuses is an error and no stream`() async throws {
        let daemon = try PrivateBus(
            policy: """
                <deny send_interface="org.freedesktop.DBus" send_member="AddMatch"/>
                """)
        let bus = try await Bus.connect(to: daemon.address)
        let error = await #expect(throws: BusError.self) {
            try await bus.signals(matching: Self.ownerChanged)
        }
        #expect(error?.name == "org.freedesktop.DBus.Error.AccessDenied")
        await #expect(throws: BusError.unsendable(.daemon("AddMatch"), errno: 22)) {
            try await bus.signals(matching: BusMatch(path: "not a path"))
        }
        #expect(try await bus.call(.daemon("GetId")).count == 1, "the connection lives on")
        await bus.close()
    }

    @Test func `a subscription that is cancelled or late leaves no match behind`() async throws {
        let daemon = try PrivateBus()
        let bus = try await Bus.connect(to: daemon.address)
        let before = try await matchCount(bus)
        daemon.freeze()
        await #expect(
            throws: BusError.timedOut(.daemon("AddMatch"), after: .milliseconds(30))
        ) {
            try await bus.signals(matching: Self.ownerChanged, deadline: .milliseconds(30))
        }
        let task = Task { try await bus.signals(matching: Self.ownerChanged) }
        try await Task.sleep(for: .milliseconds(30))
        task.cancel()
        await #expect(throws: BusError.cancelled(.daemon("AddMatch"))) { try await task.value }
        daemon.thaw()
        try await expectMatchCount(bus, before)
        await bus.close()
    }

    private func matchCount(_ bus: Bus) async throws -> Int {
        let reply = try await bus.call(
            destination: "org.freedesktop.DBus", path: "/org/freedesktop/DBus",
            interface: "org.freedesktop.DBus.Debug.Stats", member: "GetAllMatchRules")
        return reply[0].dictionary?.values.reduce(0) { $0 + ($1.strings?.count ?? 0) } ?? -1
    }

    private func expectMatchCount(_ bus: Bus, _ count: Int) async throws {
        for _ in 0..<100 where try await matchCount(bus) != count {
            try await Task.sleep(for: .milliseconds(5))
        }
        #expect(try await matchCount(bus) == count)
    }
}
