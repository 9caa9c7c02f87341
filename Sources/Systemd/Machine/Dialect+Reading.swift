public import Hardening
public import SystemdBus
public import Trials

extension Dialect {
    /// What the systemd of `machine` understands: its version and the system calls of every group.
    ///
    /// Groups are read from the manager itself: a transient unit whose condition never holds is
    /// loaded with the filter, its property shows the calls, no process runs.
    public init(of machine: Machine) async throws(ExperimentError) {
        let version = try await experiment { () async throws(BusError) in
            try await machine.managerProperty("Version").string ?? ""
        }
        var calls: [String: Set<String>] = [:]
        for group in Catalogue.callGroupNames {
            calls[group] = try await machine.names(in: group, of: CallFilterChange.directive)
        }
        var fileSystems: [String: Set<String>] = [:]
        for group in Catalogue.fileSystemGroupNames {
            fileSystems[group] = try await machine.names(
                in: group, of: HardeningSubject.fileSystemFilter)
        }
        self.init(
            version: Dialect.number(version), calls: calls, fileSystems: fileSystems,
            available: machine.isConnected ? [.realNetwork] : [],
            scope: machine.user == nil ? .system : .user)
    }

    /// `257.13-1~deb13u1`, `v252`: the first number in it.
    static func number(_ version: String) -> Int {
        Int(version.drop { !$0.isNumber }.prefix { $0.isNumber }) ?? 0
    }
}

extension Machine {
    /// The members of `group` in a filter, empty where this systemd does not know it.
    fileprivate func names(
        in group: String, of property: String
    ) async throws(ExperimentError) -> Set<String> {
        let filter = BusValue.structure([.bool(false), .strings([group])])
        do {
            let properties = try await neverStarted(with: [(property, filter)])
            return Set(properties[property]?.fields?.last?.strings ?? [])
        } catch {
            if error.isRefusal { return [] }
            throw ExperimentError(error)
        }
    }

    /// Loads a transient service with these properties under a condition that never holds, and
    /// returns its properties of the interface Service as the manager reads them.
    public func neverStarted(
        with properties: [(String, BusValue)]
    ) async throws(BusError) -> [String: BusValue] {
        let name = TrialName.fresh()
        let all: [(String, BusValue)] =
            [
                ("AddRef", .bool(true)), ("CollectMode", .string("inactive-or-failed")),
                ("Conditions", .neverHolds), ("ExecStart", .command(["/bin/true"])),
            ] + properties
        _ = try await bus.startTransientUnit(name, properties: all)
        let read = try await self.properties(
            of: Machine.path(ofUnit: name), Machine.serviceInterface)
        try await manager("UnrefUnit", .string(name))
        return read
    }
}

extension BusValue {
    /// `Conditions` of a unit that is loaded and never runs.
    static let neverHolds = BusValue.array(
        element: "(sbbs)",
        [
            .structure([
                .string("ConditionPathExists"), .bool(false), .bool(true), .string("/"),
            ])
        ])
}

/// Names for transient units: without a dash, so that no `PREFIX-.service.d` drop-in of the
/// machine applies to them.
enum TrialName {
    static func fresh() -> String {
        let number = UInt64.random(in: 0..<(1 << 48))
        let digits = String(number, radix: 16)
        return "temper\(String(repeating: "0", count: 12 - digits.count))\(digits).service"
    }

    /// The name without its `.service`.
    static func stem(of name: String) -> String { String(name.prefix { $0 != "." }) }
}
