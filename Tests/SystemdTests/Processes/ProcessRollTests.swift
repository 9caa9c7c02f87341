import Testing
import Trials

@testable import Systemd

@Suite("Processes are followed from their exec to their end", .timeLimit(.minutes(5)))
struct ProcessRollTests {
    let group = "/lab/system.slice/x.service"

    private func look(_ places: [Int32: (String, String)]) -> (Int32) -> (
        group: String, name: String
    )? {
        { pid in places[pid].map { (group: $0.0, name: $0.1) } }
    }

    @Test("children belong to the unit of their parent, whatever their parent becomes")
    func inheritance() {
        var roll = ProcessRoll()
        let unit = roll.follow("x.service", below: "/lab")
        let places = look([10: (group, "main"), 12: (group, "tool")])
        for event in [
            ProcessEvent.forked(parent: 1, child: 10), .executed(10),
            .forked(parent: 10, child: 11), .forked(parent: 11, child: 12), .executed(12),
            .exited(12, status: 3 << 8), .exited(11, status: 31 | 0x80), .exited(10, status: 15),
        ] { roll.note(event, look: places) }
        #expect(
            roll.exits(of: unit) == [
                ProcessExit(name: "tool", code: 1, status: 3),
                ProcessExit(name: "main", code: 3, status: 31),
                ProcessExit(name: "main", code: 2, status: 15),
            ])
        #expect(!roll.isAlive(unit))
    }

    @Test("successes, strangers and units of other machines are left out")
    func others() {
        var roll = ProcessRoll()
        let unit = roll.follow("x.service", below: "/lab")
        let places = look([
            10: (group, "main"), 20: ("/lab/system.slice/y.service", "y"),
            30: ("/lab2/system.slice/x.service", "x"), 40: ("/system.slice/x.service", "x"),
        ])
        for pid: Int32 in [10, 20, 30, 40] { roll.note(.executed(pid), look: places) }
        #expect(roll.isAlive(unit))
        roll.note(.exited(10, status: 0), look: places)
        for pid: Int32 in [20, 30, 40] { roll.note(.exited(pid, status: 256), look: places) }
        #expect(roll.exits(of: unit) == [])
        #expect(!roll.isAlive(unit))
    }

    @Test("of one that was gone too soon the name is unknown, its end is not")
    func tooSoon() {
        var roll = ProcessRoll()
        let unit = roll.follow("x.service", below: "")
        let places = look([10: (group, "main")])
        for event in [
            ProcessEvent.executed(10), .forked(parent: 10, child: 11), .executed(11),
            .exited(11, status: 256),
        ] { roll.note(event, look: places) }
        #expect(roll.exits(of: unit) == [ProcessExit(name: nil, code: 1, status: 1)])
    }

    @Test("where events were lost nothing is claimed; a unit followed later is not concerned")
    func lost() {
        var roll = ProcessRoll()
        let early = roll.follow("x.service", below: "")
        roll.loseTrack()
        let late = roll.follow("y.service", below: "")
        #expect(roll.exits(of: early) == nil && roll.exits(of: late) == [])
        roll.leave(late)
        #expect(roll.exits(of: late) == nil && !roll.isEmpty)
        roll.leave(early)
        #expect(roll.isEmpty)
    }

    @Test("the kernel's datagrams are read, and ends of threads passed over")
    func datagrams() {
        func datagram(_ what: UInt32, _ numbers: [UInt32]) -> [UInt8] {
            func bytes(_ number: UInt32) -> [UInt8] {
                (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * UInt32($0))) }
            }
            let head = [UInt8](repeating: 0, count: 16) + bytes(1) + bytes(1)
            return head + [UInt8](repeating: 0, count: 12) + bytes(what)
                + [UInt8](repeating: 0, count: 12) + numbers.flatMap(bytes)
        }
        #expect(ProcessEvent(datagram: datagram(0, [0])) == .answered(errno: 0))
        #expect(
            ProcessEvent(datagram: datagram(1, [5, 4, 9, 9])) == .forked(parent: 4, child: 9))
        #expect(ProcessEvent(datagram: datagram(1, [5, 4, 9, 8])) == nil)
        #expect(ProcessEvent(datagram: datagram(2, [9, 9])) == .executed(9))
        #expect(
            ProcessEvent(datagram: datagram(0x8000_0000, [9, 9, 31, 17]))
                == .exited(9, status: 31))
        #expect(ProcessEvent(datagram: datagram(0x8000_0000, [8, 9, 31, 17])) == nil)
        #expect(ProcessEvent(datagram: datagram(0x200, [9, 9])) == nil)
        #expect(ProcessEvent(datagram: []) == nil)
    }
}
