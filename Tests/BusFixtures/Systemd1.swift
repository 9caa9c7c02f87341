public import SystemdBus

/// The few calls to systemd's manager that the tests need besides jobs.
extension Bus {
    private static let manager = BusCall(
        destination: "org.freedesktop.systemd1", path: "/org/freedesktop/systemd1",
        interface: "org.freedesktop.systemd1.Manager", member: "")

    @discardableResult
    public func manager(_ member: String, _ arguments: [BusValue] = []) async throws -> [BusValue] {
        var call = Self.manager
        call.member = member
        return try await self.call(call, arguments)
    }

    public func property(_ name: String, of unit: String, _ kind: String) async throws -> BusValue {
        let path = try await manager("LoadUnit", [.string(unit)])[0].string ?? ""
        return try await property(
            destination: Self.manager.destination, path: path,
            interface: "org.freedesktop.systemd1.\(kind)", name: name)
    }

    /// 32 hex digits.
    public func invocation(of unit: String) async throws -> String {
        let bytes = try await property("InvocationID", of: unit, "Unit").bytes ?? []
        return bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Properties of a transient service that runs one command and can be read after it failed.
    public nonisolated static func service(
        _ command: [String], _ more: [(String, BusValue)] = []
    ) -> [(String, BusValue)] {
        [
            ("Description", .string("a test")), ("Type", .string("exec")),
            ("AddRef", .bool(true)), ("CollectMode", .string("inactive-or-failed")),
            (
                "ExecStart",
                .array(
                    element: "(sasb)",
                    [.structure([.string(command[0]), .strings(command), .bool(false)])])
            ),
        ] + more
    }
}
