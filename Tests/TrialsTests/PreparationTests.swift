import Foundation
import Testing
import Trials

@Suite("What a lab needs before the first start")
struct PreparationTests {
    @Test("is read in order, and a command may go over several lines")
    func order() throws {
        let plan = try Plan(
            reading: "[X-Temper]\nPrepare=mknod /dev/x c 4 63\nPrepare=a \\\n  && b\n", file: "x")
        #expect(plan.preparations == ["mknod /dev/x c 4 63", "a  && b"])
    }

    @Test("adds up, the unit's own first")
    func sums() throws {
        let unit = try Plan(reading: "[X-Temper]\nPrepare=first\nProbe=x\n", file: "u")
        var mine = Plan()
        mine.preparations = ["second"]
        #expect(unit.overridden(by: mine).preparations == ["first", "second"])
    }

    @Test("is a command")
    func empty() {
        let error = #expect(throws: PlanError.self) {
            try Plan(reading: "[X-Temper]\nPrepare=\n", file: "x")
        }
        #expect(error?.description == "x:2: Prepare= needs a command")
    }

    @Test("every plan among the examples is understood and has a probe")
    func examples() throws {
        let directory = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Examples/Services").path
        let plans = try FileManager.default.contentsOfDirectory(atPath: directory)
        #expect(plans.count >= 12)
        for name in plans {
            let text = try String(contentsOfFile: "\(directory)/\(name)", encoding: .utf8)
            let plan = try Plan(reading: text, file: name)
            #expect(!plan.probes.isEmpty, "\(name)")
            #expect(plan.probes.allSatisfy { $0.problem == nil }, "\(name)")
        }
    }
}
