import Hardening
import SystemdBus

/// A property as the user would write it in a unit file. For messages only: nothing parses it.
enum DirectiveText {
    /// `RestartUSec` is `RestartSec=`, `LimitCPUSoft` is part of `LimitCPU=`.
    static func name(_ property: String) -> String {
        switch property {
        case "EnvironmentFiles": return "EnvironmentFile"
        case "CPUQuotaPerSecUSec": return "CPUQuota"
        case "TriggeredBy": return "Sockets"
        case "NFileDescriptorStore": return "FileDescriptorStore"
        default: break
        }
        for (suffix, replacement) in [("USec", "Sec"), ("Ex", ""), ("Soft", "")]
        where property.hasSuffix(suffix) {
            return property.dropLast(suffix.count) + replacement
        }
        return property
    }

    /// Whether its numbers are file modes.
    static func isMode(_ property: String) -> Bool {
        property.hasSuffix("Mode") || Catalogue.standard.directive(property)?.bus.signature == "u"
    }

    static func value(_ value: BusValue, of property: String) -> String {
        switch value {
        case .string(let text): text
        case .bool(let flag): flag ? "yes" : "no"
        case .uint64(.max): "infinity"
        case .uint64(let time) where property.hasSuffix("USec"): duration(microseconds: time)
        case .uint32(let mode) where isMode(property):
            "0" + String(mode, radix: 8)
        case .array(element: "s", let words): words.compactMap(\.string).joined(separator: " ")
        case .structure(let lists) where property.hasSuffix("ExitStatus"):
            lists.flatMap { $0.elements ?? [] }.map(\.description).joined(separator: " ")
        default: value.description
        }
    }

    /// In the largest unit that needs no fraction.
    private static func duration(microseconds time: UInt64) -> String {
        switch time {
        case _ where time % 1_000_000 == 0: "\(time / 1_000_000)s"
        case _ where time % 1000 == 0: "\(time / 1000)ms"
        default: "\(time)us"
        }
    }
}
