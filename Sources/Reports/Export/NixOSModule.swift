import Hardening

/// What was taken as a module of NixOS. A setting with one value, and a list that is emptied first,
/// replaces what a module of the system says of it; to a list that is only extended it adds, unless
/// that module has it as a default. Of the commands before the start only those are there that the
/// drop-in needs: the unit's own are another system's.
public struct NixOSModule: Sendable {
    public let text: String

    public init(_ export: UnitExport) {
        let name = export.unit.hasSuffix(".service") ? export.unit.dropLast(8) : export.unit[...]
        let top = export.isOfUser ? "systemd.user.services" : "systemd.services"
        let service = "\(top).\(NixOSModule.quoted(String(name)))"
        let preparations = export.startCommands.map(NixOSModule.command)
        let arguments = preparations.isEmpty ? "{ lib, ... }:" : "{ lib, pkgs, ... }:"
        var lines = export.heading() + [arguments, "{"]
        // Else NixOS would write a whole unit for the one instance, and a search path of its own.
        if let at = name.firstIndex(of: "@"), name.index(after: at) != name.endIndex {
            lines.append("  \(service).overrideStrategy = \"asDropin\";")
            lines.append("  \(service).path = lib.mkForce [ ];")
        }
        lines.append("  \(service).serviceConfig = {")
        lines += export.ownSettings.map { setting in
            let values = setting.values.map(NixOSModule.quoted)
            let list = "[ \(values.joined(separator: " ")) ]"
            let value =
                if !setting.replacesEarlier { "lib.mkAfter \(list)" } else {
                    "lib.mkForce \(values.count == 1 ? values[0] : list)"
                }
            return "    \(setting.name) = \(value);"
        }
        if !preparations.isEmpty {
            let list = preparations.joined(separator: " ")
            lines.append("    \(DropInSetting.startCommandsName) = lib.mkBefore [ \(list) ];")
        }
        text = (lines + ["  };", "}"]).joined(separator: "\n") + "\n"
    }

    /// The program is in a package there.
    private static func command(_ text: String) -> String {
        let arguments = quoted(String(text.dropFirst(1 + StartPreparation.program.count)))
        return "\"+${pkgs.coreutils}/bin/install\(arguments.dropFirst())"
    }

    /// A dollar sign would begin an expression before a brace.
    private static func quoted(_ text: String) -> String {
        text.doubleQuoted { $0 == "$" ? "\\$" : nil }
    }
}
