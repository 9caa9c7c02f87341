import Trials

/// Which processes belong to which of the units that are followed, and how they ended. Pure: it is
/// fed with events.
struct ProcessRoll {
    /// A unit of a machine: the control groups below `root` with `name` in their path.
    struct Unit: Hashable {
        let root: String
        let name: String
        /// The later one of two that follow the same unit is told of it.
        let serial: Int

        func contains(_ group: String) -> Bool {
            (root.isEmpty || group == root || group.hasPrefix(root + "/"))
                && group.split(separator: "/").contains { $0 == name }
        }
    }

    private static let mostExits = 10_000

    private struct Member {
        let unit: Unit
        var name: String?
    }

    private var members: [Int32: Member] = [:]
    private var exits: [Unit: [(process: Int32, exit: ProcessExit)]] = [:]
    private var lost: Set<Unit> = []
    private var serial = 0

    var isEmpty: Bool { exits.isEmpty }

    mutating func follow(_ name: String, below root: String) -> Unit {
        serial += 1
        let unit = Unit(root: root, name: name, serial: serial)
        exits[unit] = []
        return unit
    }

    mutating func leave(_ unit: Unit) {
        exits[unit] = nil
        lost.remove(unit)
        members = members.filter { $0.value.unit != unit }
    }

    /// Events were lost: of the units followed now not all is known.
    mutating func loseTrack() { lost.formUnion(exits.keys) }

    func isAlive(_ unit: Unit) -> Bool { members.contains { $0.value.unit == unit } }

    /// How processes of the unit ended, all but those with status 0; nil if not all is known.
    func exits(of unit: Unit) -> [ProcessExit]? { ends(of: unit)?.map(\.exit) }

    /// The same with the ids that they had.
    func ends(of unit: Unit) -> [(process: Int32, exit: ProcessExit)]? {
        lost.contains(unit) ? nil : exits[unit]
    }

    /// - Parameter look: a process's control group and name, as /proc has them now; nil for one
    ///   that is gone already.
    mutating func note(_ event: ProcessEvent, look: (Int32) -> (group: String, name: String)?) {
        switch event {
        case .forked(let parent, let child):
            // It inherits both; systemd moves its own children and those are seen at their exec.
            if let member = members[parent] { members[child] = member }
        case .executed(let pid):
            guard let (group, name) = look(pid) else {
                members[pid]?.name = nil
                return
            }
            let units = exits.keys.filter { $0.contains(group) }
            if let unit = units.max(by: { $0.serial < $1.serial }) {
                members[pid] = Member(unit: unit, name: name)
            } else {
                members[pid] = nil
            }
        case .exited(let pid, let status):
            guard let member = members.removeValue(forKey: pid), status != 0 else { return }
            // Of a service that forks without end, the first tell enough.
            if exits[member.unit]?.count ?? 0 >= ProcessRoll.mostExits { return }
            exits[member.unit]?.append((pid, ProcessExit(name: member.name, waitStatus: status)))
        case .answered: break
        }
    }
}

extension ProcessExit {
    /// From a status as wait(2) gives it: the signal in the low seven bits, then whether core was
    /// dumped, then the exit status.
    init(name: String?, waitStatus: UInt32) {
        let signal = Int32(waitStatus & 0x7f)
        if signal == 0 {
            self.init(name: name, code: 1, status: Int32(waitStatus >> 8 & 0xff))
        } else {
            self.init(name: name, code: waitStatus & 0x80 == 0 ? 2 : 3, status: signal)
        }
    }
}
