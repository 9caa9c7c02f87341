public import Hardening

/// The report of the doctor as people read it: what is wrong first, at most 100 columns.
public struct DoctorText: Sendable {
    public let text: String

    /// - Parameter isColoured: whether the reader's terminal shows colours.
    public init(_ report: DoctorReport, catalogue: Catalogue, isColoured: Bool) {
        let paint = Paint(isOn: isColoured)
        var lines = DoctorText.head(report, paint)
        let groups = DoctorText.groups(report, catalogue)
        let width = groups.map(\.name.count).max() ?? 0
        for group in groups {
            let word = DoctorText.words[group.standing] ?? group.standing
            let left = "\(group.name.padded(to: width))  \(word.padded(to: 11))"
            let notes = group.note.wrapped(to: max(20, 98 - width - 13))
            lines.append(
                DoctorText.trimmed(
                    "\(group.name.padded(to: width))  "
                        + "\(DoctorText.painted(word, group.standing, paint))"
                        + String(repeating: " ", count: max(0, 11 - word.count))
                        + "  \(notes.first ?? "")"))
            lines += notes.dropFirst().map {
                String(repeating: " ", count: left.count) + "  \($0)"
            }
        }
        text = lines.joined(separator: "\n") + "\n"
    }

    private static let words = [
        "in-force": "in force", "failing": "fails", "cannot-tell": "cannot tell",
    ]

    private static func painted(_ word: String, _ standing: String, _ paint: Paint) -> String {
        switch standing {
        case "ignored": paint.red(word)
        case "in-force": paint.green(word)
        case "unknown", "absent": paint.dim(word)
        default: paint.yellow(word)
        }
    }

    private static func head(_ report: DoctorReport, _ paint: Paint) -> [String] {
        let place = report.root.map { "in a lab of \($0)" } ?? "on this machine"
        var lines = [
            "\(paint.bold("systemd \(report.systemd)")), kernel \(report.kernel), \(place)"
        ]
        func entry(_ name: String, _ value: String) {
            let wrapped = value.wrapped(to: 86)
            lines += wrapped.enumerated().map { index, line in
                "\((index == 0 ? name : "").padded(to: 12))  \(line)"
            }
        }
        entry("built with", report.features.joined(separator: " "))
        entry(
            "modules",
            report.securityModules.isEmpty
                ? "security modules unknown" : report.securityModules.joined(separator: ", "))
        entry(
            "PID 1",
            report.systemdIsPIDOne
                ? "systemd" : "not systemd on this machine: trials run in a lab only")
        entry(
            "evidence",
            "audit records \(report.evidence.audit ? "yes" : "no"), "
                + "BPF programs \(report.evidence.programs ? "yes" : "no")")
        let count = Dictionary(grouping: report.restrictions, by: \.standing).mapValues(\.count)
        entry(
            "restrictions",
            DoctorReport.Row.order.reversed().compactMap { standing in
                count[standing].map { "\($0) \(words[standing] ?? standing)" }
            }.joined(separator: ", "))
        return lines + [""]
    }

    private struct Group {
        let name: String
        let standing: String
        let note: String
    }

    /// The rows of one directive that stand alike and for the same reason are one line.
    private static func groups(_ report: DoctorReport, _ catalogue: Catalogue) -> [Group] {
        struct Key: Hashable {
            let directive: String
            let standing: String
            let note: String
        }
        var order: [Key] = []
        var members: [Key: [String]] = [:]
        for row in report.restrictions {
            let key = Key(
                directive: row.directive, standing: row.standing, note: note(row))
            if members[key] == nil { order.append(key) }
            members[key, default: []].append(row.restriction)
        }
        return order.map { key in
            let ids = members[key] ?? []
            let isWhole = ids.count == catalogue.directive(key.directive)?.restrictions.count
            let values = ids.map { $0.dropFirst(key.directive.count + 1) }
            let note =
                isWhole || key.standing == "in-force"
                ? key.note
                : "\(values.joined(separator: " "))\(key.note.isEmpty ? "" : ": ")\(key.note)"
            return Group(name: key.directive, standing: key.standing, note: note)
        }
    }

    private static func note(_ row: DoctorReport.Row) -> String {
        var parts: [String] = []
        if !row.lacking.isEmpty { parts.append("without \(row.lacking.joined(separator: ", "))") }
        if let because = row.because { parts.append(because) }
        if let cure = row.cure { parts.append(cure) }
        if row.standing == "absent" { parts.append("nothing here that it could forbid") }
        return parts.joined(separator: ": ")
    }

    private static func trimmed(_ line: String) -> String {
        var line = line
        while line.last == " " { line.removeLast() }
        return line
    }
}
