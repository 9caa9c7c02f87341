import Linux
import Synchronization
import SystemdBus
import Trials

/// What the processes of one copy do on the system bus of a lab, from its start on.
///
/// Calls are told apart by their connections, and these by the control group of the process that
/// the bus names: asked when a connection is first heard of, which is when it says `Hello`. One whose
/// process is gone by then is nobody's.
final class BusWatch: Sendable {
    private let monitor: BusMonitor
    /// Asks whose a connection is; a monitor can ask for nothing.
    private let bus: Bus
    private let heard = Mutex(Heard())

    private struct Heard {
        var calls: [HeardCall] = []
        /// By the names of connections.
        var isOwn: [String: Bool] = [:]
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
        guard let monitor = try? await BusMonitor.listening(at: address) else {
            await bus.close()
            return nil
        }
        (self.bus, self.monitor) = (bus, monitor)
        let tree = machine.tree
        Task { [weak self] in
            for await call in monitor.calls {
                guard let self else { return }
                await self.take(call, of: unit, in: tree)
            }
            self?.heard.withLock { $0.isOver = true }
        }
    }

    private func take(_ call: HeardCall, of unit: String, in tree: RootedDirectory) async {
        if call.destination == BusWatch.marker { return heard.withLock { $0.marks += 1 } }
        var isOwn = heard.withLock { $0.isOwn[call.sender] }
        if isOwn == nil {
            let process = try? await bus.process(owning: call.sender)
            let group = process.flatMap { tree.text(of: "/proc/\($0)/cgroup") } ?? ""
            isOwn = group.contains("/\(unit)")
            heard.withLock { $0.isOwn[call.sender] = isOwn }
        }
        if isOwn == true { heard.withLock { $0.calls.append(call) } }
    }

    /// All of it so far.
    func uses() async -> Set<BusUse> {
        let marks = heard.withLock { $0.marks }
        _ = try? await bus.call(
            destination: BusWatch.marker, path: "/", interface: BusWatch.marker, member: "Mark")
        let end = ContinuousClock.now + .seconds(1)
        while heard.withLock({ $0.marks == marks && !$0.isOver }), ContinuousClock.now < end {
            try? await Task.sleep(for: .milliseconds(2))
        }
        let calls = heard.withLock { $0.calls }
        let names = await names(ofConnections: Set(calls.map(\.destination)))
        return Set(calls.compactMap { BusUse($0, names) })
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
        guard let first = call.arguments.first?.string else { return nil }
        switch call.member {
        case "RequestName": self = .owns(first)
        case "AddMatch":
            guard let sender = first.firstMatch(of: /sender='([^':]+)'/)?.1,
                sender != "org.freedesktop.DBus"
            else { return nil }
            self = .hears(String(sender))
        default: return nil
        }
    }
}
