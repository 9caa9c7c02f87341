import Foundation
package import Lab
import Systemd
package import SystemdBus
import Trials

/// Where the trials are made.
package enum HostChoice: Sendable {
    /// A disposable copy of a tree: everything may be done to it.
    case lab(LabPlan)
    /// A machine in use: the service is stopped meanwhile and put back as it was.
    case live(LiveMachine)

    var isLive: Bool { if case .live = self { true } else { false } }
}

/// A machine in use, and how it is reached: this one, unless said otherwise.
package struct LiveMachine: Sendable {
    package var bus = BusAddress.system
    /// Where its root directory is seen from here; empty for our own.
    package var root = ""
    /// Its network namespace as a path; nil for our own.
    package var network: String?
    /// How long the service may be away.
    package var maxDowntime = LiveMachine.defaultDowntime

    package static let defaultDowntime = Duration.seconds(900)

    package init() {}
}

/// A place that is ready.
struct Host: Sendable {
    /// The machine as its system manager sees it.
    let system: Machine
    private let lab: Lab?

    /// What it is made of, for people and for telling campaigns apart.
    let root: String
    /// The tree that its files are in; `/` for this machine's own.
    let tree: String

    static func lab(_ plan: LabPlan) async throws -> Host {
        let lab = try await labFailures { () async throws(LabError) in try await Lab.boot(plan) }
        do {
            let bus = try await Bus.connect(to: .address(lab.busAddress))
            return Host(
                system: Machine(
                    bus: bus, root: lab.rootPath, network: lab.networkNamespace,
                    isDisposable: true), lab: lab, root: lab.root, tree: lab.root)
        } catch {
            try? await lab.end()
            throw TemperError.experiment(error.description)
        }
    }

    /// - Throws: `TemperError.experiment` where systemd does not run the machine, or not for us.
    static func live(_ machine: LiveMachine) async throws(TemperError) -> Host {
        // sd_booted(3)
        guard FileManager.default.fileExists(atPath: machine.root + "/run/systemd/system") else {
            throw .experiment(
                "systemd does not run this machine (its process 1 is \(machine.firstProcess)), so "
                    + "none of its services can be tried; a lab is used without --live and --apply")
        }
        guard geteuid() == 0 else {
            throw .experiment("trials on the machine itself need root; run temper as root")
        }
        do {
            let bus = try await Bus.connect(to: machine.bus)
            return Host(
                system: Machine(
                    bus: bus, root: machine.root, network: machine.network, isDisposable: false),
                lab: nil, root: "live", tree: machine.root.isEmpty ? "/" : machine.root)
        } catch {
            throw .experiment(error.description)
        }
    }

    /// Ends what was made for the session; a machine in use stays.
    func close() async {
        await system.bus.close()
        try? await lab?.end()
    }
}

extension HostChoice {
    func open(_ progress: any ProgressListener) async throws -> Host {
        switch self {
        case .lab(let plan):
            progress.step("booting a lab of \(plan.root == "/" ? "this machine" : plan.root)")
            return try await Host.lab(plan)
        case .live(let machine): return try await Host.live(machine)
        }
    }
}

extension LiveMachine {
    /// - Throws: `TemperError.experiment` where systemd does not run the machine, or not for us.
    package func examine() async throws(TemperError) {
        await (try await Host.live(self)).close()
    }

    /// The name of what runs as its process 1.
    fileprivate var firstProcess: String {
        let name = try? String(contentsOfFile: root + "/proc/1/comm", encoding: .utf8)
        return name?.trimmingCharacters(in: .whitespacesAndNewlines) ?? "unknown"
    }
}
