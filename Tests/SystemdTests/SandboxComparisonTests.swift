import Hardening
import Testing

@testable import Systemd

@Suite("Differences between two sandboxes", .timeLimit(.minutes(5)))
struct SandboxComparisonTests {
    private func differences(
        _ name: String, _ here: SettingValue, _ there: SettingValue
    ) -> [String] {
        Sandbox([name: here]).differences(from: Sandbox([name: there]))
    }

    @Test("are told by their values where those are short")
    func short() {
        let name = "CapabilityBoundingSet"
        #expect(
            differences(name, .mask(1), .mask(0)) == ["\(name) reads CAP_CHOWN instead of nothing"])
        #expect(differences(name, .mask(1), .mask(1)) == [])
    }

    @Test("are told by what is in one of two long lists only")
    func long() {
        let name = "SystemCallFilter"
        let calls = (0..<60).map { "call\($0)" }
        func filter(_ allow: Bool, _ calls: some Sequence<String>) -> SettingValue {
            .filter(allow: allow, Array(calls))
        }
        #expect(
            differences(name, filter(true, calls + ["more"]), filter(true, calls))
                == ["\(name) has also more, and lacks nothing"])
        #expect(
            differences(name, filter(false, calls.dropFirst(7)), filter(false, calls + []))
                == ["\(name) has also nothing, and lacks call0 call1 call2 call3 call4 and 2 more"])
        #expect(
            differences(name, filter(false, calls), filter(true, calls))
                == ["\(name) lists what is denied instead of what is allowed"])
    }
}
