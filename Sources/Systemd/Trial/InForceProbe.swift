import Foundation
public import Hardening
import Linux
import SystemdBus
public import Trials

/// Healthy when what a profile takes from a service is gone from its running main process, as far
/// as it was gone from that of a copy.
public struct InForceProbe: Probe {
    let machine: Machine
    let unit: String
    let profile: Profile
    let enforcement: Enforcement
    /// What was not in force on the main process of a copy either.
    let lapsesOfCopy: [String]

    /// How long after a start the main process may still be systemd's own, on its way into the
    /// service: a simple service counts as started before that.
    private static let patience = Duration.seconds(2)

    public init(
        machine: Machine, unit: String, profile: Profile, enforcement: Enforcement,
        lapsesOfCopy: [String] = []
    ) {
        self.machine = machine
        self.unit = unit
        self.profile = profile
        self.enforcement = enforcement
        self.lapsesOfCopy = lapsesOfCopy
    }

    public var name: String { "settings in force" }

    public func check(deadline: Duration) async -> CheckOutcome {
        do {
            let lapses = try await settledLapses(within: min(deadline, InForceProbe.patience))
            return lapses.first.map(CheckOutcome.unhealthy) ?? .healthy
        } catch {
            return .cannotTell("\(error)")
        }
    }

    /// What is not in force once the service is the service.
    func settledLapses(within limit: Duration = InForceProbe.patience) async throws -> [String] {
        let end = ContinuousClock.now + limit
        while true {
            let lapses = try await lapses().filter { !lapsesOfCopy.contains($0) }
            if lapses.isEmpty || ContinuousClock.now >= end { return lapses }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// What is not in force; nothing where the service has no main process to be looked at.
    func lapses() async throws -> [String] {
        let settings = try await machine.properties(
            of: Machine.path(ofUnit: unit), Machine.serviceInterface)
        guard let pid = settings["MainPID"]?.uint32, pid != 0,
            let group = machine.tree.controlGroup(settings["ControlGroup"]?.string ?? "")
        else { return [] }
        let checks = profile.restrictions.compactMap { Catalogue.standard[$0]?.inForceCheck }
        let paths = Set(checks.flatMap(\.paths))
        guard let process = machine.tree.process(pid), let one = machine.tree.process(1),
            let reading = ProcessReading(of: process, controlGroup: group, paths: paths),
            var first = ProcessReading(
                of: one, controlGroup: machine.tree.controlGroup("/init.scope"), paths: paths)
        else { return ["the main process cannot be looked at: its settings are not seen"] }
        // From within a directory that it made its root, its mounts cannot be told.
        if process.link("root") != "/" { first.present = [] }
        return profile.lapses(
            of: reading, comparedWith: first, in: .standard, enforcement: enforcement,
            exceptions: InForceProbe.exceptions(in: settings))
    }

    /// Paths that a unit gives back to its service: lists of paths, perhaps marked with `-` or
    /// `+`, and of structures with the place in the service second.
    private static func exceptions(in settings: [String: BusValue]) -> Set<String> {
        let lists = (Exception.ofPaths.map(\.rawValue) + ["ExecPaths"]).flatMap {
            settings[$0]?.strings ?? []
        }
        let binds = Exception.ofMounts.flatMap { name in
            settings[name.rawValue]?.elements?.compactMap { $0.fields?.dropFirst().first?.string }
                ?? []
        }
        return Set(lists.map { String($0.drop { "-+".contains($0) }) } + binds)
    }
}

extension Service {
    /// What systemd leaves out of `profile` on the main process of a copy, though each setting by
    /// itself is in force here: settings can undo each other.
    public func lapses(
        under profile: Profile, in catalogue: Catalogue, enforcement: Enforcement
    ) async throws(ExperimentError) -> [String] {
        guard
            case .started(_, let copy) = try await copies(in: catalogue).start(
                under: profile, limit: nil)
        else { return [] }
        var lapses: [String] = []
        if let copy = copy as? TransientCopy {
            let probe = InForceProbe(
                machine: machine, unit: copy.name, profile: profile, enforcement: enforcement)
            lapses = (try? await probe.settledLapses()) ?? []
        }
        // What is killed leaves its sockets in the file system behind, and the real unit is next.
        _ = try await copy.stop(limit: nil)
        await copy.end()
        try await machine.holdsPlace()
        return lapses
    }
}
