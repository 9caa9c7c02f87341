import Foundation
import Systemd
import Testing

@Suite("The blueprints of services of Debian", .timeLimit(.minutes(5)))
struct BlueprintGoldenTests {
    @Test("are as recorded", arguments: RecordedMachine.versions)
    func areAsRecorded(version: Int) throws {
        let machine = try RecordedMachine(systemd: version)
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Recorded/blueprints-\(version).txt")
        let golden = try String(contentsOf: file, encoding: .utf8)
        let texts = try machine.services.map { try machine.blueprint($0).golden }
        #expect(texts.count == 7)
        #expect(texts.joined(separator: "\n") == golden)
    }

    @Test(
        "made copies without any difference that is not documented",
        arguments: RecordedMachine.versions)
    func madeFaithfulCopies(version: Int) throws {
        let machine = try RecordedMachine(systemd: version)
        for service in machine.services {
            let found = differences(
                original: machine.original(service), copy: machine.copy(service))
            #expect(found == [], "\(service)")
        }
    }
}
