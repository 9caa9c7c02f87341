import SystemdBus
import Trials

extension Machine {
    /// Loads a unit that can be experimented with; its object path.
    func load(_ unit: String) async throws(ExperimentError) -> String {
        let (path, state, problem) = try await experiment { () async throws(BusError) in
            let path = try await manager("LoadUnit", .string(unit)).first?.string ?? ""
            let state =
                try await property("LoadState", of: path, Machine.unitInterface).string ?? ""
            let fields = try await property("LoadError", of: path, Machine.unitInterface).fields
            return (path, state, fields?.last?.string ?? "")
        }
        switch state {
        case "loaded": return path
        case "not-found":
            let hint = "`temper lab exec` or `systemctl list-unit-files` show what there is"
            throw ExperimentError(
                "there is no \(unit) here" + unit.suggestion(of: await services, orElse: hint))
        case "masked":
            throw ExperimentError("\(unit) is masked; `systemctl unmask \(unit.shellQuoted)` first")
        default:
            throw ExperimentError(
                "systemd cannot load \(unit) (\(state)): \(problem); "
                    + "`systemd-analyze verify \(unit.shellQuoted)` says where")
        }
    }

    /// The names of all services that have a file; none where the manager does not say.
    private var services: [String] {
        get async { await unitFiles(suffix: ".service").filter { !$0.contains("@.") } }
    }

    /// The names of all units of one kind that have a file; none where the manager does not say.
    func unitFiles(suffix: String) async -> [String] {
        let rows = try? await manager("ListUnitFiles").first?.elements
        return (rows ?? []).compactMap { $0.fields?.first?.string?.split(separator: "/").last }
            .map(String.init).filter { $0.hasSuffix(suffix) }
    }
}
