import Hardening
import Linux
import Synchronization
import SystemdBus
import Trials

/// What a witness saw of one copy, from its start on.
final class CopyTrace: Sendable {
    private let tracer: any KernelTracer
    private let machine: Machine
    private let heard = Mutex<[WitnessedRequest]>([])
    /// The copy's control groups, once they are known: another one after each start.
    private let cgroups = Mutex<Set<UInt64>>([])

    /// Begins now: what came before is nobody's.
    init(_ tracer: any KernelTracer, on machine: Machine) {
        self.tracer = tracer
        self.machine = machine
        _ = tracer.take()
    }

    /// Reads the control group's number while the copy has one (`ControlGroupId`, systemd 252).
    func identify(_ path: String) async {
        let number = try? await machine.property(
            "ControlGroupId", of: path, Machine.serviceInterface
        ).uint64
        if let number, number != 0 { _ = cgroups.withLock { $0.insert(number) } }
    }

    /// Everything of the copy so far, oldest first.
    var requests: [KernelRequest] {
        listen()
        let all = heard.withLock { $0 }
        let own = own(among: all)
        return all.filter { request in own.contains(where: request.isBelow) }.map(\.request)
    }

    /// Whether it made such requests, and nobody else on its machine did meanwhile.
    func isAlone(in isMeant: (KernelRequest) -> Bool) -> Bool {
        listen()
        let all = heard.withLock { $0 }
        let (own, meant) = (own(among: all), all.filter { isMeant($0.request) })
        return !meant.isEmpty && meant.allSatisfy { own.contains(where: $0.isBelow) }
    }

    private func own(among all: [WitnessedRequest]) -> Set<UInt64> {
        let own = cgroups.withLock { $0 }
        return own.isEmpty ? Set([deadGroup(among: all)].compactMap(\.self)) : own
    }

    /// The name that one of its processes had when it ended.
    func name(ofEnded process: Int32) -> String? { tracer.name(ofEnded: process) }

    /// Hears what there is to hear.
    func listen() {
        let news = tracer.take()
        heard.withLock { $0 += news }
    }

    /// A copy that died at its start left no number, and its group is gone. Numbers grow, and it
    /// was there before any unit of a probe.
    private func deadGroup(among all: [WitnessedRequest]) -> UInt64? {
        let seen = Set(all.map(\.cgroup))
        return seen.subtracting(machine.controlGroups).min()
    }
}

extension Machine {
    /// The inode number of the root of its control groups; nil where there is no cgroup2 tree.
    public var rootControlGroup: UInt64? {
        controlGroupTree?.status(of: ".")?.inode
    }

    /// The inode numbers of all control groups there are.
    var controlGroups: Set<UInt64> {
        var found: Set<UInt64> = []
        var open = [controlGroupTree].compactMap(\.self)
        while let group = open.popLast() {
            if let number = group.status(of: ".")?.inode { found.insert(number) }
            // Files have a dot and no unit's suffix.
            open += group.names.filter(Machine.isUnitDirectory).compactMap(group.subdirectory)
        }
        return found
    }

    var controlGroupTree: RootedDirectory? {
        tree.controlGroup("/").flatMap { $0.has("cgroup.controllers") ? $0 : nil }
    }

    private static func isUnitDirectory(_ name: String) -> Bool {
        [".slice", ".service", ".scope", ".mount", ".socket", ".swap"]
            .contains(where: name.hasSuffix)
    }
}
