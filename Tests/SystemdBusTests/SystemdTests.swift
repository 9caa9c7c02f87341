import BusFixtures
import Fixtures
import Glibc
import Testing

@testable import SystemdBus

/// Against a real systemd in a disposable system.
@Suite(.timeLimit(.minutes(5))) struct SystemdTests {
    private func connect() async throws -> Bus {
        try await Bus.connect(to: DisposableSystemd.shared.value.address)
    }

    private func sleep(_ more: [(String, BusValue)] = []) -> [(String, BusValue)] {
        Bus.service(["/bin/sleep", "1000"], more)
    }

    @Test(arguments: Release.allCases)
    func `a transient unit gets its typed properties, runs and stops`(
        release: Release
    ) async throws {
        let systemd = try await DisposableSystemd.boot(release)
        let bus = try await Bus.connect(to: systemd.address)
        let unit = "busa.service"
        let sandbox: [(String, BusValue)] = [
            ("NoNewPrivileges", .bool(true)),
            ("CapabilityBoundingSet", .uint64(1 << 10)),
            ("ProtectSystem", .string("strict")),
            ("ReadWritePaths", .strings(["/tmp"])),
            ("RestrictAddressFamilies", .structure([.bool(true), .strings(["AF_UNIX"])])),
            ("SystemCallFilter", .structure([.bool(false), .strings(["mount"])])),
            ("Environment", .strings(["A=1", "B=zwei ü"])),
            ("TimeoutStopUSec", .uint64(5_000_000)),
            ("UMask", .uint32(0o77)),
            (
                "IPAddressDeny",
                .array(
                    element: "(iayu)",
                    [.structure([.int32(AF_INET), .bytes([10, 0, 0, 0]), .uint32(8)])])
            ),
        ]
        #expect(try await bus.startTransientUnit(unit, properties: sleep(sandbox)) == .done)
        #expect(try await bus.property("ActiveState", of: unit, "Unit") == .string("active"))
        let path = try await bus.manager("GetUnit", [.string(unit)])[0].string ?? ""
        let properties = try await bus.allProperties(
            destination: "org.freedesktop.systemd1", path: path,
            interface: "org.freedesktop.systemd1.Service")
        for (name, value) in sandbox where name != "SystemCallFilter" {
            #expect(properties[name] == value, "\(name)")
        }
        #expect(properties["SystemCallFilter"]?.fields?[1].strings == ["mount"])
        #expect(properties["MainPID"]?.uint32 ?? 0 > 1)
        #expect(properties["ExecStart"]?.elements?.count == 1)
        #expect(try await bus.stopUnit(unit) == .done)
        #expect(try await bus.property("ActiveState", of: unit, "Unit") == .string("inactive"))
        try await bus.manager("UnrefUnit", [.string(unit)])
        await bus.close()
        await systemd.end()
    }

    @Test func `a unit that cannot be executed gives a failed job, and its reason can be read`()
        async throws
    {
        let bus = try await connect()
        let unit = "busb.service"
        let result = try await bus.startTransientUnit(
            unit, properties: Bus.service(["/nonexistent/program"]))
        #expect(result == .failed)
        #expect(try await bus.property("ActiveState", of: unit, "Unit") == .string("failed"))
        #expect(try await bus.property("Result", of: unit, "Service") == .string("exit-code"))
        #expect(try await bus.property("ExecMainStatus", of: unit, "Service") == .int32(203))
        try await bus.manager("ResetFailedUnit", [.string(unit)])
        try await bus.manager("UnrefUnit", [.string(unit)])
        let gone = await #expect(throws: BusError.self) {
            try await bus.manager("ResetFailedUnit", [.string(unit)])
        }
        #expect(gone?.name == "org.freedesktop.systemd1.NoSuchUnit")
        #expect(gone?.hint?.contains("systemctl list-units") == true)
        await bus.close()
    }

    @Test func `what systemd refuses is an error with a hint`() async throws {
        let bus = try await connect()
        let unit = "busc.service"
        let unknown = await #expect(throws: BusError.self) {
            try await bus.startTransientUnit(
                unit, properties: sleep([("NoSuchDirective", .bool(true))]))
        }
        #expect(unknown?.name == "org.freedesktop.DBus.Error.PropertyReadOnly")
        #expect(unknown?.hint?.contains("does not let a transient unit") == true)
        #expect(unknown?.call?.member == "StartTransientUnit")
        #expect(try await bus.startTransientUnit(unit, properties: sleep()) == .done)
        let exists = await #expect(throws: BusError.self) {
            try await bus.startTransientUnit(unit, properties: sleep())
        }
        #expect(exists?.name == "org.freedesktop.systemd1.UnitExists")
        let reload = await #expect(throws: BusError.self) { try await bus.reloadUnit(unit) }
        #expect(reload?.name == "org.freedesktop.systemd1.JobTypeNotApplicable")
        #expect(try await bus.restartUnit(unit) == .done)
        #expect(try await bus.stopUnit(unit) == .done)
        let missing = await #expect(throws: BusError.self) {
            try await bus.startUnit("no-such.service")
        }
        #expect(missing?.name == "org.freedesktop.systemd1.NoSuchUnit")
        let masked = await #expect(throws: BusError.self) {
            try await bus.startUnit("systemd-udevd.service")
        }
        #expect(masked?.name == "org.freedesktop.systemd1.UnitMasked")
        for error in [exists, reload, missing, masked] { #expect(error?.hint != nil) }
        await bus.close()
    }

    @Test func `a job that does not end in time is given up, and can be stopped`() async throws {
        let bus = try await connect()
        let unit = "busd.service"
        let error = await #expect(throws: BusError.self) {
            try await bus.startTransientUnit(
                unit, properties: sleep([("Type", .string("notify"))]),
                deadline: .milliseconds(300))
        }
        guard case .timedOut(let call, after: .milliseconds(300)) = error else {
            Issue.record("not timed out: \(String(describing: error))")
            return
        }
        #expect(call.member == "StartTransientUnit")
        #expect(try await bus.stopUnit(unit) == .done)
        await bus.close()
    }

    @Test func `waiting for a job can be cancelled, and a job that was replaced says so`()
        async throws
    {
        let bus = try await connect()
        let unit = "buse.service"
        let properties = sleep([("Type", .string("notify"))])
        let start = Task { try await bus.startTransientUnit(unit, properties: properties) }
        try await waitUntilActivating(unit, bus)
        let second = Task { try await bus.startUnit(unit) }
        try await Task.sleep(for: .milliseconds(50))
        second.cancel()
        await #expect(throws: BusError.cancelled(.systemd("StartUnit"))) {
            try await second.value
        }
        #expect(try await bus.stopUnit(unit) == .done)
        #expect(try await start.value == .canceled)
        await bus.close()
    }

    private func waitUntilActivating(_ unit: String, _ bus: Bus) async throws {
        for _ in 0..<200 {
            let state = try await bus.property("ActiveState", of: unit, "Unit")
            if state == .string("activating") { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        Issue.record("\(unit) never began to start")
    }

    @Test func `many jobs at once get each their own result`() async throws {
        let bus = try await connect()
        try await withThrowingTaskGroup { group in
            for number in 0..<24 {
                group.addTask {
                    let fails = number % 3 == 0
                    let command = fails ? ["/nonexistent"] : ["/bin/sleep", "1000"]
                    let unit = "busf\(number).service"
                    let result = try await bus.startTransientUnit(
                        unit, properties: Bus.service(command))
                    #expect(result == (fails ? .failed : .done), "\(unit)")
                    if !fails { #expect(try await bus.stopUnit(unit) == .done) }
                    try await bus.manager("UnrefUnit", [.string(unit)])
                }
            }
            try await group.waitForAll()
        }
        await bus.close()
    }

    @Test func `a hundred calls at once are answered`() async throws {
        let bus = try await connect()
        let counts = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<100 {
                group.addTask {
                    try await bus.allProperties(
                        destination: "org.freedesktop.systemd1",
                        path: "/org/freedesktop/systemd1",
                        interface: "org.freedesktop.systemd1.Manager"
                    ).count
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(counts.count == 100)
        #expect(Set(counts).count == 1)
        #expect(counts[0] > 100)
        await bus.close()
    }

    @Test func `a descriptor given to a unit is the one it writes to`() async throws {
        let bus = try await connect()
        var ends: [Int32] = [-1, -1]
        #expect(pipe(&ends) == 0)
        let unit = "busg.service"
        let output: [(String, BusValue)] = [
            ("Type", .string("oneshot")),
            ("StandardOutputFileDescriptor", .fileDescriptor(ends[1])),
        ]
        let result = try await bus.startTransientUnit(
            unit, properties: Bus.service(["/bin/echo", "hello"], output))
        #expect(result == .done)
        close(ends[1])
        var buffer = [UInt8](repeating: 0, count: 64)
        let count = read(ends[0], &buffer, buffer.count)
        #expect(buffer.prefix(max(0, count)).elementsEqual("hello\n".utf8))
        close(ends[0])
        await bus.close()
    }

    @Test func `systemd's own descriptors can be received`() async throws {
        let bus = try await connect()
        let dump = try await bus.manager("DumpByFileDescriptor")
        let descriptor = try #require(dump.first?.fileDescriptor)
        var buffer = [UInt8](repeating: 0, count: 8)
        #expect(read(descriptor, &buffer, buffer.count) == buffer.count)
        #expect(close(descriptor) == 0)
        await bus.close()
    }

    @Test func `jobs are found through reloads of the manager`() async throws {
        let systemd = try await DisposableSystemd.boot()
        let bus = try await Bus.connect(to: systemd.address)
        let reloads = Task {
            for _ in 0..<5 { try await bus.manager("Reload") }
        }
        for number in 0..<15 {
            let unit = "bush\(number).service"
            #expect(try await bus.startTransientUnit(unit, properties: sleep()) == .done)
            #expect(try await bus.stopUnit(unit) == .done)
        }
        try await reloads.value
        #expect(try await bus.manager("ListJobs")[0].elements == [])
        await bus.close()
        await systemd.end()
    }

    @Test func `when dbus-daemon is killed a job's wait fails at once, and a new bus works`()
        async throws
    {
        let systemd = try await DisposableSystemd.boot()
        let bus = try await Bus.connect(to: systemd.address)
        let properties = sleep([("Type", .string("notify"))])
        let start = Task {
            try await bus.startTransientUnit("busi.service", properties: properties)
        }
        try await waitUntilActivating("busi.service", bus)
        let before = ContinuousClock.now
        // Its own reply may be lost with the daemon.
        _ = try? await bus.manager(
            "KillUnit", [.string("dbus.service"), .string("main"), .int32(SIGKILL)])
        await #expect(throws: BusError.disconnected(.systemd("StartTransientUnit"))) {
            try await start.value
        }
        #expect(before.duration(to: .now) < .seconds(10))
        await #expect(throws: BusError.disconnected(.systemd("StopUnit"))) {
            try await bus.stopUnit("busi.service")
        }
        await bus.close()

        let again = try await reconnect(to: systemd)
        #expect(try await again.stopUnit("busi.service") == .done)
        await again.close()
        await systemd.end()
    }

    /// systemd starts dbus-daemon again, and itself needs a moment to be back on it.
    private func reconnect(to systemd: DisposableSystemd) async throws -> Bus {
        for _ in 0..<100 {
            if let bus = try? await Bus.connect(to: systemd.address) {
                if (try? await bus.manager("GetDefaultTarget")) != nil { return bus }
                await bus.close()
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        return try await Bus.connect(to: systemd.address)
    }
}
