import Foundation
import Testing

@testable import Lab

@Suite("The bus of a lab that boots", .timeLimit(.minutes(5)))
struct LabBusTests {
    /// Before the lab's root is changed, `/proc/PID/root` is the host's.
    @Test func `is not looked for in a root that is another machine's`() throws {
        let root = "/tmp/temper-test-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: root) }
        let id = "0123456789abcdef0123456789abcdef"
        #expect(!LabBus(root: root, machineID: id).isInside)
        try FileManager.default.createDirectory(
            atPath: root + "/etc", withIntermediateDirectories: true)
        try Data("\(id)\n".utf8).write(to: URL(filePath: root + "/etc/machine-id"))
        #expect(LabBus(root: root, machineID: id).isInside)
        #expect(!LabBus(root: root, machineID: String(id.reversed())).isInside)
    }

    @Test(.timeLimit(.minutes(1)))
    func `is waited for no longer than the task lives`() async {
        let waiting = Task { await LabBus(root: "/nowhere", machineID: "").waitForSystemd() }
        waiting.cancel()
        await waiting.value
    }
}
