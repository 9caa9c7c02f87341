import Systemd
import SystemdBus
import Testing

@Suite("A bare unit", .timeLimit(.minutes(5)))
struct BareUnitTests {
    @Test(
        "has the type of the copy, so that defaults agree",
        arguments: [
            (ServiceType.simple, "exec"), (.dbus, "exec"), (.idle, "exec"), (.oneshot, "oneshot"),
            (.notifyReload, "notify-reload"),
        ])
    func typeOfCopy(type: ServiceType, expected: String) {
        let sent = BareUnit.properties(for: type).map(Sent.init)
        #expect(sent.first == Sent("Type", .string(expected)))
    }

    @Test("never runs and stays readable")
    func staysReadable() {
        let names = BareUnit.properties(for: .exec).map(\.0)
        #expect(names == ["Type", "ExecStart", "Conditions", "AddRef", "CollectMode"])
    }
}
