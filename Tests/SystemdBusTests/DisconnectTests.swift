import BusFixtures
import Foundation
import Testing

@testable import SystemdBus

@Suite(.timeLimit(.minutes(5))) struct DisconnectTests {
    /// Everything that can wait, waiting.
    private struct Waiting {
        let bus: Bus
        let call: BusCall
        let calls: [Task<[BusValue], any Error>]
        let stream: Task<Int, Never>

        init(on daemon: PrivateBus, mute: MutePeer) async throws {
            let bus = try await Bus.connect(to: daemon.address)
            let call = BusCall(destination: mute.name, path: "/", interface: "a.b", member: "W")
            let signals = try await bus.signals(matching: BusMatch(member: "NothingSendsThis"))
            self.bus = bus
            self.call = call
            calls = (0..<20).map { _ in Task { try await bus.call(call) } }
            stream = Task {
                var count = 0
                for await _ in signals { count += 1 }
                return count
            }
            try await Task.sleep(for: .milliseconds(30))
        }

        func expectAllEnded(since start: ContinuousClock.Instant) async {
            for task in calls {
                await #expect(throws: BusError.disconnected(call)) { try await task.value }
            }
            #expect(await stream.value == 0)
            #expect(start.duration(to: .now) < .seconds(10))
            #expect(await bus.isOpen == false)
            await #expect(throws: BusError.disconnected(.daemon("GetId"))) {
                try await bus.call(.daemon("GetId"))
            }
            await #expect(throws: BusError.disconnected(.daemon("AddMatch"))) {
                try await bus.signals(matching: BusMatch())
            }
            await #expect(throws: BusError.self) { try await bus.startUnit("a.service") }
            await bus.close()
        }
    }

    @Test func `when the daemon is killed everything that waits fails at once`() async throws {
        let daemon = try PrivateBus()
        let mute = try MutePeer(on: daemon.address)
        let waiting = try await Waiting(on: daemon, mute: mute)
        let start = ContinuousClock.now
        daemon.kill()
        await waiting.expectAllEnded(since: start)
        await #expect(throws: BusError.cannotConnect(daemon.address, errno: ECONNREFUSED)) {
            try await Bus.connect(to: daemon.address)
        }
    }

    @Test func `when the bus is closed everything that waits fails at once`() async throws {
        let daemon = try PrivateBus()
        let mute = try MutePeer(on: daemon.address)
        let waiting = try await Waiting(on: daemon, mute: mute)
        let start = ContinuousClock.now
        await waiting.bus.close()
        await waiting.expectAllEnded(since: start)
    }

    @Test func `many tasks can close a bus while others use it`() async throws {
        let daemon = try PrivateBus()
        for _ in 0..<30 {
            let bus = try await Bus.connect(to: daemon.address)
            await withTaskGroup { group in
                for number in 0..<20 {
                    group.addTask {
                        if number % 5 == 0 { return await bus.close() }
                        _ = try? await bus.call(.daemon("GetId"))
                    }
                }
            }
            await #expect(throws: BusError.disconnected(.daemon("GetId"))) {
                try await bus.call(.daemon("GetId"))
            }
        }
    }

    @Test func `a stream does not keep its bus open`() async throws {
        let daemon = try PrivateBus()
        var bus: Bus? = try await Bus.connect(to: daemon.address)
        let signals = try #require(try await bus?.signals(matching: BusMatch(member: "None")))
        bus = nil
        var count = 0
        for await _ in signals { count += 1 }
        #expect(count == 0)
    }

    /// Counted in a process of its own, because the tests beside this one open and close as well.
    @Test func `two hundred connections leave neither thread nor descriptor behind`() async {
        await #expect(processExitsWith: .success) {
            let daemon = try PrivateBus()
            func connectAndClose(_ number: Int) async throws {
                let bus = try await Bus.connect(to: daemon.address)
                _ = try await bus.call(.daemon("GetId"))
                let signals = try await bus.signals(matching: BusMatch(member: "None"))
                // Every other one is not closed but let go.
                if number % 2 == 0 { await bus.close() }
                withExtendedLifetime(signals) {}
            }
            for number in 0..<10 { try await connectAndClose(number) }
            let before = try await Census.settled()
            for number in 0..<200 { try await connectAndClose(number) }
            let after = try await Census.settled()
            #expect(after.descriptors == before.descriptors)
            #expect(after.threads == 0)
        }
    }

    @Test func `close leaves no descriptor even while the bus is still held`() async {
        await #expect(processExitsWith: .success) {
            let daemon = try PrivateBus()
            await (try Bus.connect(to: daemon.address)).close()
            let before = Census.now.descriptors
            var buses: [Bus] = []
            for _ in 0..<50 { buses.append(try await Bus.connect(to: daemon.address)) }
            #expect(Census.now.descriptors == before + 2 * buses.count, "a socket, an eventfd")
            #expect(Census.now.threads == buses.count)
            for bus in buses { await bus.close() }
            #expect(Census.now.descriptors == before)
            #expect(await buses[0].isOpen == false)
        }
    }

    @Test func `failing to connect leaves nothing behind either`() async {
        await #expect(processExitsWith: .success) {
            let nowhere = BusAddress.address("unix:path=/nonexistent/socket")
            _ = try? await Bus.connect(to: nowhere)
            let before = try await Census.settled()
            for _ in 0..<200 { _ = try? await Bus.connect(to: nowhere) }
            #expect(try await Census.settled().descriptors == before.descriptors)
        }
    }
}

/// What this process has: the threads of its buses, by their name, and its open descriptors.
struct Census: Equatable {
    var threads: Int
    var descriptors: Int

    static var now: Census {
        let names = entries("/proc/self/task").map {
            try? String(contentsOfFile: "/proc/self/task/\($0)/comm", encoding: .utf8)
        }
        return Census(
            threads: names.count { $0 == "bus\n" }, descriptors: entries("/proc/self/fd").count)
    }

    /// Threads end a moment after they are done: waits until nothing changes any more.
    static func settled() async throws -> Census {
        var last = now
        var unchanged = 0
        while unchanged < 20 {
            try await Task.sleep(for: .milliseconds(10))
            unchanged = now == last ? unchanged + 1 : 0
            last = now
        }
        return last
    }

    private static func entries(_ directory: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    }
}
