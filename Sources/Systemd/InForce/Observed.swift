import Foundation
import Glibc
import Hardening
import Linux
import SystemdBus
import Trials

/// A unit that is started only to be looked at.
struct Observed: Hashable, Sendable {
    /// What it is handed beside a command.
    let properties: [Property]
    /// What settings must read back.
    let expected: [String: SettingValue?]
    let canaries: Set<Canary>
    /// Whether a process of it is read.
    let isRead: Bool
    /// Whether its settings are only read back.
    let isNeverStarted: Bool
    /// Paths whose presence matters.
    let paths: Set<String>

    struct Property: Hashable, Sendable {
        let name: String
        let value: BusValue
    }

    init(
        _ properties: [(String, BusValue)], expecting expected: [String: SettingValue?],
        _ check: InForceCheck, paths: Set<String>
    ) {
        self.properties = properties.map { Property(name: $0.0, value: $0.1) }
        self.expected = expected
        self.paths = paths
        canaries = check.canaries
        isNeverStarted = !check.needsProcess
        isRead = check.parts.contains { part in
            switch part.sign {
            case .canary, .readsBack: false
            default: true
            }
        }
    }

    var pairs: [(String, BusValue)] { properties.map { ($0.name, $0.value) } }
}

extension Machine {
    /// Starts the unit, reads what there is to be read and ends it.
    func observe(_ unit: Observed) async throws(ExperimentError) -> InForceObservation {
        var reading = ProcessReading()
        do {
            if unit.isNeverStarted {
                let found = Sandbox(properties: try await neverStarted(with: unit.pairs))
                reading.misread = unit.misread(in: found)
            }
            if unit.isRead {
                // A second time, before a machine that is only busy is said to fail.
                var found = try await look(at: unit)
                if case .failure = found { found = try await look(at: unit) }
                switch found {
                case .success(let found): reading = found
                case .failure(let trouble): return .nothingRan(trouble.description)
                }
            }
            for canary in unit.canaries {
                reading.canaries[canary] = try await end(of: canary, under: unit.pairs)
            }
        } catch {
            if error.isRefusal { return .refused(error.message) }
            throw ExperimentError(error)
        }
        return .read(reading)
    }

    /// How a unit ended that was to be looked at.
    private struct Trouble: Error {
        let description: String
    }

    private func look(
        at unit: Observed
    ) async throws(BusError) -> Result<ProcessReading, Trouble> {
        let name = TrialName.fresh()
        // With Type=exec the job ends when the program was executed: by then all is in place.
        let properties: [(String, BusValue)] =
            [
                ("Type", .string("exec")), ("ExecStart", .command(["/bin/sleep", "600"])),
                ("RuntimeMaxUSec", .uint64(600_000_000)),
            ] + Machine.kept + unit.pairs
        let job: JobResult
        do {
            job = try await startTransientUnit(
                name, properties: properties, deadline: .seconds(30))
        } catch {
            if !error.isRefusal { await forget(name) }
            throw error
        }
        let path = Machine.path(ofUnit: name)
        guard job == .done else {
            let how = try await ending(of: path)
            await forget(name)
            return .failure(Trouble(description: how))
        }
        let group = try await property("ControlGroup", of: path, Machine.serviceInterface)
        let main = try await property("MainPID", of: path, Machine.serviceInterface)
        var reading: ProcessReading?
        if let group = tree.controlGroup(group.string ?? ""),
            let process = tree.process(main.uint32 ?? 0)
        {
            reading = ProcessReading(of: process, controlGroup: group, paths: unit.paths)
        }
        let how = reading == nil ? try await ending(of: path) : ""
        await discard(name)
        return reading.map { .success($0) } ?? .failure(Trouble(description: how))
    }

    private func ending(of path: String) async throws(BusError) -> String {
        Verdict.ending(try await state(of: path))
    }

    /// Ends a unit that nobody will ask about again, without waiting for its end.
    private func discard(_ name: String) async {
        _ = try? await manager("KillUnit", .string(name), .string("all"), .int32(SIGKILL))
        _ = try? await manager("UnrefUnit", .string(name))
    }

    static let kept: [(String, BusValue)] = [
        ("AddRef", .bool(true)), ("CollectMode", .string("inactive-or-failed")),
        ("Description", .string("temper looks at what is in force")),
        ("KillSignal", .int32(SIGKILL)),
    ]
}

extension Observed {
    /// The settings that do not read back as expected.
    func misread(in found: Sandbox) -> Set<String> {
        Set(
            expected.filter { name, value in
                var wanted = Sandbox()
                wanted.settings[name] = value
                return !found.agrees(with: wanted, on: name)
            }.keys)
    }
}

extension BusValue {
    /// A command as `ExecStart` takes it.
    static func command(_ words: [String]) -> BusValue {
        .array(
            element: "(sasb)",
            [.structure([.string(words[0]), .strings(words), .bool(false)])])
    }
}
