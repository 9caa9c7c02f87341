import Systemd
import SystemdBus

extension Blueprint {
    /// The blueprint as the golden files have it: a line for each property that is sent and for
    /// each setting that stays behind. Lists of system calls are shown by their ends.
    var golden: String {
        var lines = ["# \(facts.unit)"]
        lines += properties.map { "\($0.0) \($0.1.signature) \($0.1.shortened)" }
        lines += notCarriedOver.map { "- \($0)" }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension BusValue {
    fileprivate var shortened: String {
        guard let fields, let list = fields.last?.strings, list.count > 20 else {
            return description
        }
        return "(\(fields[0]), \(list.count) from \(list[0]) to \(list[list.count - 1]))"
    }
}
