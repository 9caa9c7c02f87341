import Glibc
import Hardening
public import Lab
import Linux
public import Systemd
public import SystemdBus
import Trials

/// Where the trials are made.
public enum HostChoice: Sendable {
    /// A disposable copy of a tree: everything may be done to it.
    case lab(LabPlan)
    /// A machine in use: the service is stopped meanwhile and put back as it was.
    case live(LiveMachine)

    /// Whether it is a machine in use.
    public var isLive: Bool { if case .live = self { true } else { false } }

    /// The tree that the service is from; `/` for this machine's own.
    var tree: String {
        switch self {
        case .lab(let plan): plan.root
        case .live(let machine): machine.root.isEmpty ? "/" : machine.root
        }
    }
}

/// A machine in use, and how it is reached: this one, unless said otherwise.
public struct LiveMachine: Sendable {
    public var bus = BusAddress.system
    /// Where its root directory is seen from here; empty for our own.
    public var root = ""
    /// Its network namespace as a path; nil for our own.
    public var network: String?
    /// How long the service may be away.
    public var maxDowntime = LiveMachine.defaultDowntime

    public static let defaultDowntime = Duration.seconds(900)

    public init() {}
}

/// A place for trials that is ready.
public struct Host: Sendable {
    /// The machine as its system manager sees it.
    public let system: Machine
    /// What it was made from.
    public let choice: HostChoice
    /// nil for a machine in use.
    let lab: Lab?

    /// What it is made of, for people and for telling campaigns apart.
    var root: String { lab?.root ?? "live" }

    /// The tree that its files are in; `/` for this machine's own.
    var tree: String { lab?.root ?? (system.root.isEmpty ? "/" : system.root) }

    var isLive: Bool { choice.isLive }

    /// Addresses that stand for others where the trials run, as `AddressPrefix` has them.
    var standIns: Set<String> {
        Set(
            (lab?.network.standIns ?? []).map { bytes in
                AddressPrefix(
                    family: bytes.count == 4 ? AF_INET : AF_INET6, bytes: bytes,
                    length: UInt32(bytes.count * 8)
                ).text
            })
    }

    /// What is given to nobody where the trials run.
    var outOfReach: OutOfReach {
        guard lab != nil else { return .nothing }
        return OutOfReach(
            capabilities: Set(Capability.names(in: Lab.withheldCapabilities)),
            calls: Set(Lab.withheldCalls), devices: true)
    }

    /// What cannot be judged here of a service that asks whether answers to names are signed.
    func unsignedNames(for traits: ProgramTraits) -> String? {
        guard case .lab(let plan) = choice, plan.network == .world else { return nil }
        return traits.validatingResolver.map { program in
            "this lab cannot judge that \(program) validates names (DNSSEC): no answer of its world "
                + "is signed by whom a trust anchor names; with --network host they are"
        }
    }

    /// The network that was asked for; nil where that is what every lab has, and on a machine in use.
    var chosenNetwork: String? {
        guard case .lab(let plan) = choice, plan.network != .standard else { return nil }
        return plan.network.rawValue
    }
}

extension Host {
    /// Runs commands as root, each to its end. Labs only: they change the machine.
    ///
    /// - Parameters:
    ///   - setting: of a plan, that they are from.
    ///   - complaint: what it means that one of them fails.
    func carryOut(
        _ commands: [String], of setting: String, orElse complaint: String
    ) async throws(TemperError) {
        for command in commands {
            switch await CommandProbe(command: command, on: system).check(deadline: .seconds(60)) {
            case .healthy: continue
            case .unhealthy(let why), .cannotTell(let why):
                throw .experiment(
                    "\(complaint): \(setting)=\(command.withoutPasswords): \(why); `temper lab up` and "
                        + "`temper lab exec` let you try it by hand")
            }
        }
    }
}

/// Runs `body` with a host, which is closed however this ends: a lab is gone then, and a machine in
/// use stays.
///
/// - Parameter distrust: why what is done there is not obeyed like the machine's own.
/// - Throws: what `body` throws, and `TemperError` where there can be no such host: a lab without
///   root or overlay file systems; a machine that systemd does not run, or not for us.
public func withHost<Result>(
    _ choice: HostChoice, for distrust: Distrust? = nil,
    _ progress: any ProgressListener = Silence(),
    isolation: isolated (any Actor)? = #isolation, _ body: (Host) async throws -> Result
) async throws -> Result {
    let host = try await Host.open(choice, for: distrust, progress)
    do {
        let result = try await body(host)
        await host.close()
        return result
    } catch {
        await host.close()
        throw error
    }
}

extension Host {
    /// Whoever opens one closes it.
    static func open(
        _ choice: HostChoice, for distrust: Distrust? = nil, _ progress: any ProgressListener
    ) async throws(TemperError) -> Host {
        switch choice {
        case .lab(let plan):
            // Every lab of a campaign is made from this plan.
            var plan = plan
            if let distrust {
                plan.isCaged = true
                progress.say("\(distrust.text); its labs are caged")
            }
            progress.step("booting a lab of \(plan.root == "/" ? "this machine" : plan.root)")
            return try await Host.boot(plan, progress)
        case .live(let machine):
            return try await Host.reach(machine)
        }
    }

    private static func boot(
        _ plan: LabPlan, _ progress: any ProgressListener
    ) async throws(TemperError) -> Host {
        let lab: Lab
        do { lab = try await Lab.boot(plan) } catch { throw TemperError(error) }
        if let obstacle = lab.worldObstacle {
            progress.say("the lab has no network but loopback: this kernel lacks \(obstacle)")
        }
        do {
            var machine = Machine(
                bus: try await Bus.connect(to: lab.bus), root: lab.rootPath,
                network: lab.networkNamespace, isDisposable: true)
            machine.isConnected = lab.network != .none
            return Host(system: machine, choice: .lab(plan), lab: lab)
        } catch {
            try? await lab.end()
            throw TemperError(error)
        }
    }

    private static func reach(_ machine: LiveMachine) async throws(TemperError) -> Host {
        // sd_booted(3)
        let tree = try? RootedDirectory(machine.root)
        guard let tree, tree.has("/run/systemd/system") else {
            throw .experiment(
                "systemd does not run this machine (its process 1 is \(tree?.firstProcess ?? "unknown")), so "
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
                choice: .live(machine), lab: nil)
        } catch {
            throw TemperError(error)
        }
    }

    func close() async {
        await system.bus.close()
        try? await lab?.end()
    }
}

extension RootedDirectory {
    /// The name of what runs as its machine's process 1.
    fileprivate var firstProcess: String? {
        process(1)?.text(of: "comm").map { String($0.prefix { $0 != "\n" }) }
    }
}

/// Which manager a service belongs to.
public enum ManagerChoice: Hashable, Sendable {
    case system
    /// The manager of the user with this name; nil for the machine's only ordinary user.
    case user(String?)
}

extension Host {
    /// The machine as this manager sees it. A user's own is started first.
    func machine(
        of manager: ManagerChoice, _ progress: any ProgressListener = Silence()
    ) async throws(ExperimentError) -> Machine {
        guard case .user(let name) = manager else { return system }
        progress.step("starting the manager of \(name ?? "the user")")
        return try await system.manager(of: try system.account(name))
    }
}
