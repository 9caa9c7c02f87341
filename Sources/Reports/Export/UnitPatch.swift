import Hardening
import Trials

/// What was taken as a patch on the unit file of a source tree, as `git am` and `git apply` take it:
/// the reasons stand in its message, and none in the unit.
public struct UnitPatch: Sendable {
    public let text: String

    /// - Parameters:
    ///   - path: of the unit file, as git has it: relative to the top of the tree.
    ///   - old: what is in the file; its lines end with a line feed.
    /// - Returns: nil for a file without a section `[Service]`.
    public init?(_ export: UnitExport, on path: String, holding old: String) {
        // Whether there is anything to empty is a matter of this file, and not of the machine's.
        let settings = DropIn.sections(of: export.report.result.dropIn, over: nil)
        guard let edit = UnitFileEdit(of: old, adding: settings) else { return nil }
        let exposure = export.report.result.exposure
        let header = [
            "From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001",
            "From: temper <temper@localhost>",
            "Date: \(export.report.began)",
            "Subject: [PATCH] \(export.unit): harden it, exposure \(exposure.from) to \(exposure.to)",
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=UTF-8",
            "Content-Transfer-Encoding: 8bit",
            "",
        ]
        let summary = [
            "---",
            "",
            "diff --git a/\(path) b/\(path)",
            "--- a/\(path)",
            "+++ b/\(path)",
        ]
        let hunk = edit.hunk(isClosed: old.hasSuffix("\n"))
        let lines: [String] =
            header + UnitPatch.message(export) + summary + hunk
            + ["-- ", "temper \(export.temper)"]
        text = lines.joined(separator: "\n") + "\n"
    }

    private static func message(_ export: UnitExport) -> [String] {
        let taken = export.settings.compactMap { setting in
            Catalogue.withExamples.directive(setting.name).map { row in
                "\(row.name)= (systemd \(export.oldestSystemd(with: row))): \(row.effect)"
            }
        }
        let refused = export.report.refusals.map { refusal in
            let others = refusal.conflict.filter { $0 != refusal.restriction }
            let together = others.isEmpty ? "" : " beside \(others.joined(separator: ", "))"
            let why = refusal.cause?.text ?? refusal.because
            return "\(refusal.restriction)\(together): \(why)"
        }
        var lines = wrapped("\(export.origin).")
        lines += listed("What it takes, and the oldest systemd that has it:", taken)
        lines += listed("What the service does not live with, as trials showed:", refused)
        let commands = export.report.result.preparations
        if !commands.isEmpty {
            lines += ["", "To be done once before it is started like this:", ""]
            lines += commands.map { "    " + $0.visible(keeping: []) }
        }
        return lines
    }

    private static func listed(_ title: String, _ items: [String]) -> [String] {
        if items.isEmpty { return [] }
        return ["", title] + items.flatMap { wrapped($0, first: "- ", others: "  ") }
    }

    /// At 72 columns, as messages of git are.
    private static func wrapped(
        _ text: String, first: String = "", others: String = ""
    ) -> [String] {
        var lines: [String] = []
        var line = first
        for word in text.visible(keeping: []).split(separator: " ") {
            if line.count + word.count + 1 > 72, !line.allSatisfy({ $0 == " " }), line != first {
                lines.append(line)
                line = others
            }
            line += (line.isEmpty || line.hasSuffix(" ") ? "" : " ") + word
        }
        return lines + [line]
    }
}
