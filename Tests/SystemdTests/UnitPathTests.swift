import Testing

@testable import Systemd

@Suite("The object path of a unit", .timeLimit(.minutes(1)))
struct UnitPathTests {
    @Test(
        "has every byte but letters and digits, and a digit at the start, in hexadecimal",
        arguments: [
            ("a-b@c.service", "a_2db_40c_2eservice"), ("1x.slice", "_31x_2eslice"),
            ("ü_%.socket", "_c3_bc_5f_25_2esocket"),
        ])
    func escapes(name: String, escaped: String) {
        #expect(Machine.path(ofUnit: name) == "/org/freedesktop/systemd1/unit/\(escaped)")
    }
}
