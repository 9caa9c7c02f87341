import Hardening
import Linux
import SystemdBus
import Trials

extension Machine {
    /// Runs a canary under these properties; nil where it cannot be had here.
    func end(
        of canary: Canary, under properties: [(String, BusValue)]
    ) async throws(BusError) -> CanaryEnd? {
        let name = TrialName.fresh()
        let file = "\(standIn?.directory ?? "/run")/temper-canary-\(name.prefix { $0 != "." })"
        defer { if let (place, name) = tree.holding(file) { place.remove(name) } }
        guard let command = command(of: canary, at: file) else { return nil }
        let all: [(String, BusValue)] =
            [
                ("Type", .string("oneshot")), ("ExecStart", .command(command)),
                ("StandardOutput", .string("null")), ("StandardError", .string("null")),
                ("TimeoutStartUSec", .uint64(20_000_000)),
            ] + Machine.kept + properties
        do {
            _ = try await startTransientUnit(name, properties: all, deadline: .seconds(30))
        } catch {
            if !error.isRefusal { await forget(name) }
            throw error
        }
        let state = try await state(of: Machine.path(ofUnit: name))
        await forget(name)
        return switch state.mainCode {
        // CLD_EXITED, CLD_KILLED and CLD_DUMPED of waitid(2).
        case 1: .exit(state.mainStatus)
        case 2, 3: .signal(state.mainStatus)
        default: nil
        }
    }

    private func command(of canary: Canary, at file: String) -> [String]? {
        switch canary {
        // In /run, which is a tmpfs: who may not open it there cannot run it.
        case .fileSystem: place(.writableCode, at: file)
        case .keyring: place(.searchingKey("invocation_id"), at: file)
        case .writableCode: place(.writableCode, at: file)
        case .deniedCall: place(.swapoff, at: file)
        }
    }

    /// Writes the program where the machine's units find it.
    private func place(_ program: CallProgram, at file: String) -> [String]? {
        guard let bytes = program.file, let (place, name) = tree.holding(file),
            (try? place.write(Array(bytes), as: name, mode: 0o755)) != nil
        else { return nil }
        return [file]
    }
}
