import Hardening

/// What was taken as a module of NixOS. A setting with one value, and a list that is emptied first,
/// replaces what a module of the system says of it; a list that is only extended is extended there.
public struct NixOSModule: Sendable {
    public let text: String

    public init(_ export: UnitExport) {
        let name = export.unit.hasSuffix(".service") ? export.unit.dropLast(8) : export.unit[...]
        let top = export.isOfUser ? "systemd.user.services" : "systemd.services"
        let service = "\(top).\(NixOSModule.quoted(String(name)))"
        var lines = export.heading() + ["{ lib, ... }:", "{"]
        // Else NixOS would write a whole unit for the one instance.
        if let at = name.firstIndex(of: "@"), name.index(after: at) != name.endIndex {
            lines.append("  \(service).overrideStrategy = \"asDropin\";")
        }
        lines.append("  \(service).serviceConfig = {")
        lines += export.settings.map { setting in
            let values = setting.values.map(NixOSModule.quoted)
            let list = "[ \(values.joined(separator: " ")) ]"
            let value =
                if !setting.replacesEarlier { "lib.mkAfter \(list)" } else {
                    "lib.mkForce \(values.count == 1 ? values[0] : list)"
                }
            return "    \(setting.name) = \(value);"
        }
        text = (lines + ["  };", "}"]).joined(separator: "\n") + "\n"
    }

    /// A dollar sign before a brace would begin an expression.
    private static func quoted(_ text: String) -> String {
        text.doubleQuoted(escaping: [("${", "\\${")])
    }
}
