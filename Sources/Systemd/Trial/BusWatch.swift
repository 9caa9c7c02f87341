import Hardening
import Linux
import Synchronization
import SystemdBus
import Trials

/// What the processes of one copy do on the system bus of a lab, from its start on.
///
/// Calls are told apart by the control groups of who makes them. A connection of a process that was
/// gone before it could be asked for is the copy's where nobody else there was seen to connect.
final class BusWatch: Sendable {
    private let monitor: BusMonitor
    /// Asks what a monitor cannot.
    private let bus: Bus
    private let heard = Mutex(Heard())

    private struct Heard {
        var calls: [HeardCall] = []
        /// Of those who were gone.
        var orphans: [HeardCall] = []
        /// How often ``marker`` was heard.
        var marks = 0
        var isOver = false
    }

    /// Called to learn how far the monitor has come; the bus knows no such name.
    private static let marker = "org.freedesktop.DBus.Temper.Mark"

    /// Nil where nobody may listen on that bus.
    init?(of unit: String, on machine: Machine) async {
        let address = BusAddress.system(ofRoot: machine.root)
        guard machine.isDisposable, let bus = try? await Bus.connect(to: address) else {
            return nil
        }
        let tree = machine.tree
        let monitor = try? await BusMonitor.listening(at: address) { process in
            tree.text(of: "/proc/\(process)/cgroup")
        }
        guard let monitor else {
            await bus.close()
            return nil
        }
        (self.bus, self.monitor) = (bus, monitor)
        Task { [weak self] in
            for await call in monitor.calls {
                self?.heard.withLock { heard in
                    switch call.caller {
                    case .stranger where call.destination == BusWatch.marker: heard.marks += 1
                    case .process(let group) where group.contains("/\(unit)"):
                        heard.calls.append(call)
                    case .gone: heard.orphans.append(call)
                    case .process, .stranger: break
                    }
                }
            }
            self?.heard.withLock { $0.isOver = true }
        }
    }

    /// All of it so far.
    ///
    /// - Parameter trace: of the same copy.
    func uses(seenBy trace: CopyTrace?) async -> Set<BusUse> {
        let marks = heard.withLock { $0.marks }
        _ = try? await bus.call(
            destination: BusWatch.marker, path: "/", interface: BusWatch.marker, member: "Mark")
        let end = ContinuousClock.now + .seconds(1)
        while heard.withLock({ $0.marks == marks && !$0.isOver }), ContinuousClock.now < end {
            try? await Task.sleep(for: .milliseconds(2))
        }
        let isAlone = trace?.isAlone(in: BusWatch.connecting) ?? false
        let calls = heard.withLock { isAlone ? $0.calls + $0.orphans : $0.calls }
        let names = await names(ofConnections: Set(calls.map(\.destination)))
        return Set(calls.compactMap { BusUse($0, names) })
    }

    private static func connecting(_ request: KernelRequest) -> Bool {
        guard case .call("connect") = request.subject, let path = request.path else { return false }
        return !request.isRefused && path.hasSuffix(BusAddress.systemSocket)
    }

    /// The well-known names of connections that were called by their own.
    private func names(ofConnections called: Set<String>) async -> [String: String] {
        guard called.contains(where: { $0.hasPrefix(":") }),
            let known = try? await bus.wellKnownNames()
        else { return [:] }
        var names: [String: String] = [:]
        for name in known.sorted() {
            let owner = try? await bus.owner(of: name)
            if let owner, names[owner] == nil { names[owner] = name }
        }
        return names
    }

    func end() async {
        await monitor.close()
        await bus.close()
    }
}

extension BusUse {
    /// - Parameter names: the well-known names of connections.
    init?(_ call: HeardCall, _ names: [String: String]) {
        if call.destination != "org.freedesktop.DBus" {
            let name = names[call.destination] ?? call.destination
            // Who called by a name that nobody else has does not say whom.
            self = .calls(
                BusUse.method(call.member, of: call.interface, at: name),
                of: name.hasPrefix(":") ? "a connection" : name)
            return
        }
        // These are the service's own words: the bus may have refused them.
        guard let first = call.arguments.first?.string else { return nil }
        switch call.member {
        case "RequestName" where first.wholeMatch(of: BusUse.name) != nil: self = .owns(first)
        case "AddMatch":
            guard let sender = first.firstMatch(of: /sender='([^']*)'/)?.1,
                sender.wholeMatch(of: BusUse.name) != nil, sender != "org.freedesktop.DBus"
            else { return nil }
            self = .hears(String(sender))
        default: return nil
        }
    }

    /// A well-known name (D-Bus specification, "Bus names").
    private static var name: Regex<Substring> { /[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+/ }
}
