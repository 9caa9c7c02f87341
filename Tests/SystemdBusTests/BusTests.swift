import BusFixtures
import Glibc
import TemperTesting
import Testing

@testable import SystemdBus

@Suite(.timeLimit(.minutes(5))) struct BusTests {
    @Test func `a call brings back what the other side answered`() async throws {
        let daemon = try PrivateBus()
        let bus = try await Bus.connect(to: daemon.address)
        let names = try await bus.call(.daemon("ListNames"))
        #expect(names.first?.strings?.contains("org.freedesktop.DBus") == true)
        let pid = try await bus.call(
            .daemon("GetConnectionUnixProcessID"), [.string("org.freedesktop.DBus")])
        #expect(pid == [.uint32(UInt32(daemon.pid))])
        await bus.close()
    }

    @Test func `a name on the bus has an owner or none`() async throws {
        let daemon = try PrivateBus()
        let bus = try await Bus.connect(to: daemon.address)
        #expect(try await bus.hasOwner("org.freedesktop.DBus"))
        #expect(try await !bus.hasOwner("org.freedesktop.systemd1"))
        await bus.close()
    }

    @Test func `properties come without their variants`() async throws {
        let daemon = try PrivateBus()
        let bus = try await Bus.connect(to: daemon.address)
        let name = "org.freedesktop.DBus"
        let interfaces = try await bus.property(
            destination: name, path: "/org/freedesktop/DBus", interface: name, name: "Interfaces")
        #expect(interfaces.signature == "as")
        let all = try await bus.allProperties(
            destination: name, path: "/org/freedesktop/DBus", interface: name)
        #expect(all["Interfaces"] == interfaces)
        #expect(all.count >= 2)
        await #expect {
            try await bus.setProperty(
                destination: name, path: "/org/freedesktop/DBus", interface: name,
                name: "Interfaces", to: .strings([]))
        } throws: {
            ($0 as? BusError)?.name == "org.freedesktop.DBus.Error.PropertyReadOnly"
        }
        await bus.close()
    }

    @Test func `an error reply carries its name, its message, the call and what to do`()
        async throws
    {
        let daemon = try PrivateBus(
            policy: """
                <deny send_interface="org.freedesktop.DBus" send_member="ListActivatableNames"/>
                """)
        let bus = try await Bus.connect(to: daemon.address)
        let denied = await #expect(throws: BusError.self) {
            try await bus.call(.daemon("ListActivatableNames"))
        }
        #expect(denied?.name == "org.freedesktop.DBus.Error.AccessDenied")
        #expect(denied?.hint == "run as root")
        #expect(denied?.call == .daemon("ListActivatableNames"))
        #expect(
            denied?.description.hasPrefix(
                "org.freedesktop.DBus.ListActivatableNames on /org/freedesktop/DBus: ") == true)
        #expect(denied?.description.contains("\n") == false)

        let missing = await #expect(throws: BusError.self) {
            try await bus.call(.systemd("GetUnit"), [.string("a.service")])
        }
        #expect(missing?.name == "org.freedesktop.DBus.Error.ServiceUnknown")
        #expect(missing?.hint?.contains("no systemd is running") == true)
        await bus.close()
    }

    @Test func `where nothing listens the error says so and names the remedy`() async throws {
        let nowhere = BusAddress.address("unix:path=/nonexistent/socket")
        let error = await #expect(throws: BusError.self) { try await Bus.connect(to: nowhere) }
        #expect(error == .cannotConnect(nowhere, errno: ENOENT))
        #expect(
            error?.description
                == "cannot connect to unix:path=/nonexistent/socket: No such file or directory")
        #expect(error?.hint?.contains("no systemd or no dbus-daemon is running") == true)
        let nonsense = BusAddress.address("unix:")
        await #expect(throws: BusError.cannotConnect(nonsense, errno: EINVAL)) {
            try await Bus.connect(to: nonsense)
        }
    }

    @Test func `a daemon that accepts but does not greet is given up after the deadline`()
        async throws
    {
        let daemon = try PrivateBus()
        daemon.freeze()
        await #expect(throws: BusError.cannotConnect(daemon.address, errno: ETIMEDOUT)) {
            try await Bus.connect(to: daemon.address, deadline: .milliseconds(50))
        }
    }

    @Test func `a call ends at its deadline, and the others go on`() async throws {
        let daemon = try PrivateBus()
        let mute = try MutePeer(on: daemon.address)
        let bus = try await Bus.connect(to: daemon.address)
        let call = BusCall(destination: mute.name, path: "/", interface: "a.b", member: "Wait")
        async let patient: Void? = try? await bus.call(call).isEmpty ? () : ()
        let clock = ContinuousClock()
        let start = clock.now
        await #expect(throws: BusError.timedOut(call, after: .milliseconds(80))) {
            try await bus.call(call, deadline: .milliseconds(80))
        }
        let elapsed = start.duration(to: clock.now)
        #expect(elapsed >= .milliseconds(80))
        #expect(elapsed < .seconds(10))
        await #expect(throws: BusError.timedOut(call, after: .zero)) {
            try await bus.call(call, deadline: .zero)
        }
        #expect(try await bus.call(.daemon("GetId")).count == 1)
        await bus.close()
        _ = await patient
    }

    @Test func `a cancelled task's call ends at once and its late reply harms nobody`()
        async throws
    {
        let daemon = try PrivateBus()
        let mute = try MutePeer(on: daemon.address)
        let bus = try await Bus.connect(to: daemon.address)
        let call = BusCall(destination: mute.name, path: "/", interface: "a.b", member: "Wait")
        let task = Task { try await bus.call(call) }
        try await Task.sleep(for: .milliseconds(20))
        let start = ContinuousClock.now
        task.cancel()
        await #expect(throws: BusError.cancelled(call)) { try await task.value }
        #expect(start.duration(to: .now) < .seconds(10))

        daemon.freeze()
        let late = Task { try await bus.call(.daemon("GetId")) }
        try await Task.sleep(for: .milliseconds(20))
        late.cancel()
        await #expect(throws: BusError.cancelled(.daemon("GetId"))) { try await late.value }
        daemon.thaw()
        #expect(try await bus.call(.daemon("GetId")).count == 1)
        await bus.close()
    }

    @Test func `a task that is cancelled already makes no call`() async throws {
        let daemon = try PrivateBus()
        let bus = try await Bus.connect(to: daemon.address)
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return try await bus.call(
                .daemon("RequestName"), [.string("test.Never"), .uint32(0)])
        }
        task.cancel()
        await #expect(throws: BusError.cancelled(.daemon("RequestName"))) {
            try await task.value
        }
        let owned = try await bus.call(.daemon("NameHasOwner"), [.string("test.Never")])
        #expect(owned == [.bool(false)])
        await bus.close()
    }

    @Test func `cancelling at any moment ends every call exactly once`() async throws {
        let daemon = try PrivateBus()
        let bus = try await Bus.connect(to: daemon.address)
        var random = SplitMix64(seed: 11)
        var answered = 0
        for _ in 0..<500 {
            let task = Task { try await bus.call(.daemon("GetId")) }
            for _ in 0..<Int.random(in: 0..<30, using: &random) { await Task.yield() }
            task.cancel()
            switch await task.result {
            case .success: answered += 1
            case .failure(let error):
                #expect(error as? BusError == .cancelled(.daemon("GetId")))
            }
        }
        #expect(try await bus.call(.daemon("GetId")).count == 1, "\(answered) of 500 answered")
        await bus.close()
    }

    @Test func `a thousand calls at once get each its own answer`() async throws {
        let daemon = try PrivateBus()
        let bus = try await Bus.connect(to: daemon.address)
        for number in stride(from: 0, to: 1000, by: 2) {
            _ = try await bus.call(
                .daemon("RequestName"), [.string("test.N\(number)"), .uint32(0)])
        }
        let right = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<1000 {
                group.addTask {
                    let reply = try await bus.call(
                        .daemon("NameHasOwner"), [.string("test.N\(number)")])
                    return reply == [.bool(number % 2 == 0)]
                }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(right == 1000)
        await bus.close()
    }
}
