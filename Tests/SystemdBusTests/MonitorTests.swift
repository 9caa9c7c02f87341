import BusFixtures
import Glibc
import Testing

@testable import SystemdBus

@Suite(.timeLimit(.minutes(5))) struct MonitorTests {
    @Test func `every call is heard, by whom and to whom, in order`() async throws {
        let daemon = try PrivateBus()
        let monitor = try await BusMonitor.listening(at: daemon.address) { "process \($0)" }
        let bus = try await Bus.connect(to: daemon.address)
        for number in 0..<200 { _ = try await bus.hasOwner("test.N\(number)") }
        // Nobody is there: the call was made all the same.
        await #expect(throws: BusError.self) {
            try await bus.call(
                destination: "test.Nobody", path: "/test", interface: "test.Some",
                member: "Thing", arguments: [.string("a secret")])
        }
        var heard: [HeardCall] = []
        for await call in monitor.calls {
            heard.append(call)
            if call.destination == "test.Nobody" { break }
        }
        await monitor.close()
        let sender = try #require(heard.last?.sender)
        #expect(sender.hasPrefix(":"))
        let own = heard.filter { $0.sender == sender }
        #expect(own.first?.member == "Hello")
        #expect(
            own.filter { $0.member == "NameHasOwner" }.map(\.arguments)
                == (0..<200).map { [.string("test.N\($0)")] })
        #expect(
            own.last
                == HeardCall(
                    sender: sender, caller: .process("process \(getpid())"),
                    destination: "test.Nobody",
                    interface: "test.Some",
                    member: "Thing", arguments: []))
        await bus.close()
    }

    @Test func `the stream ends with the bus`() async throws {
        let daemon = try PrivateBus()
        let monitor = try await BusMonitor.listening(at: daemon.address)
        daemon.kill()
        for await _ in monitor.calls {}
        await monitor.close()
    }

    @Test func `without a bus there is an error`() async throws {
        await #expect(throws: BusError.self) {
            try await BusMonitor.listening(at: .address("unix:path=/nonexistent/bus"))
        }
    }
}
