import Hardening

/// The result as people read it on a terminal: from the most important down, at most 100 columns.
public struct TextReport: Sendable {
    public let text: String

    /// - Parameter isColoured: whether the reader's terminal shows colours.
    public init(_ result: HardeningResult, isColoured: Bool) {
        let paint = Paint(isOn: isColoured)
        var lines = TextReport.headline(result, paint)
        lines += TextReport.warnings(result, paint)
        lines += TextReport.accommodations(result, paint)
        lines += TextReport.suspicions(result, paint)
        lines += TextReport.refusals(result, paint)
        lines += TextReport.asides(result, paint)
        lines += TextReport.dropIn(result, paint)
        text = lines.joined(separator: "\n") + "\n"
    }

    /// A text behind a mark, its further lines `width` columns in; at most 100 columns.
    package static func hanging(_ mark: String, _ text: String, width: Int) -> [String] {
        let margin = String(repeating: " ", count: width)
        let lines = text.wrapped(to: 100 - max(width, mark.count))
        guard let first = lines.first else {
            return [String(mark.reversed().drop { $0 == " " }.reversed())]
        }
        return ["\(mark)\(first)"] + lines.dropFirst().map { margin + $0 }
    }

    static func dropIn(_ result: HardeningResult, _ paint: Paint) -> [String] {
        if result.dropIn.isEmpty { return [] }
        return ["", paint.bold("Drop-in")]
            + result.dropIn.split(separator: "\n", omittingEmptySubsequences: false)
            .dropLast().map { $0.hasPrefix("#") ? paint.dim("  \($0)") : "  \($0)" }
    }

    static func headline(_ result: HardeningResult, _ paint: Paint) -> [String] {
        let exposure = result.exposure
        let (before, after) = (Exposure(exposure.before), Exposure(exposure.after))
        let change =
            "\(before) \(before.label) → \(paint.bold("\(after) \(after.label)"))"
        var lines = [
            "\(paint.bold(result.unit))  exposure \(change)",
            bar(before, after, paint),
            "\(result.accepted.count) restrictions taken, \(result.refused.count) refused, "
                + "in \(result.trials) trials and \(seconds(result.seconds))",
        ]
        if !result.dropIn.isEmpty {
            lines.append(
                result.verified
                    ? "The drop-in was put on the real unit and passed."
                    : paint.yellow("The drop-in was not tried on the real unit."))
        }
        if let downtime = result.downtime {
            lines.append("The service was down for \(seconds(downtime.seconds)) and runs again.")
        }
        let wrong = result.wrongAnswers.map {
            "about \(Int(($0 * 100).rounded())) % of the answers"
        }
        if let wrong, result.ending != "too-flaky" {
            lines.append(
                paint.yellow(
                    "Service or probe is unreliable: \(wrong) seem wrong, so all were weighed."))
        }
        switch result.ending {
        case "complete": break
        case "too-flaky":
            let figure = wrong.map { ": \($0) seem wrong" } ?? ""
            lines.append(
                paint.yellow("The probe is too unreliable to decide\(figure). This is not proved."))
        default:
            lines.append(
                paint.yellow(
                    "Ended early (\(result.ending)): passed, but down to "
                        + "\(Exposure(exposure.possible)) is still possible."))
        }
        return lines
    }

    /// Exposure as a picture: what is left of what there was.
    private static func bar(_ before: Exposure, _ after: Exposure, _ paint: Paint) -> String {
        let width = 50
        let (left, gone) = (after.tenths * width / 100, before.tenths * width / 100)
        return paint.red(String(repeating: "█", count: left))
            + paint.green(String(repeating: "░", count: max(0, gone - left)))
            + paint.dim(String(repeating: "·", count: max(0, width - max(gone, left))))
    }

    private static func refusals(_ result: HardeningResult, _ paint: Paint) -> [String] {
        if result.refused.isEmpty { return [] }
        let width = min(46, result.refused.map { $0.restriction.count }.max() ?? 0)
        return ["", paint.bold("Refused")]
            + result.refused.flatMap { refusal -> [String] in
                let others = refusal.conflict.filter { $0 != refusal.restriction }
                let name = refusal.restriction.padded(to: width)
                let number = "trial \(refusal.trial)"
                let room = 100 - width - number.count - 6
                var lines: [String]
                if refusal.because.count <= room {
                    let because = refusal.because.padded(to: room)
                    lines = ["  \(name)  \(because)  \(paint.dim(number))"]
                } else {
                    lines = [
                        "  \(name)  \(String(repeating: " ", count: room))  \(paint.dim(number))"
                    ]
                    lines += refusal.because.wrapped(to: 94).map { "      \($0)" }
                }
                if !others.isEmpty {
                    let together = "only together with \(others.joined(separator: ", "))"
                    lines += together.wrapped(to: 94).map { paint.dim("      \($0)") }
                }
                return lines
            }
    }

    static func accommodations(_ result: HardeningResult, _ paint: Paint) -> [String] {
        var lines: [String] = []
        if !result.accommodations.isEmpty {
            lines += ["", paint.bold("Exceptions that the service needs")]
            for entry in result.accommodations {
                let settings = entry.settings.joined(separator: " ")
                let cost = entry.cost > 0 ? "  costs \(entry.cost) of exposure" : ""
                lines +=
                    ["  \(entry.restriction)\(paint.dim(cost))"]
                    + settings.wrapped(to: 94).map { "      \($0)" }
            }
        }
        if !result.preparations.isEmpty {
            lines += ["", paint.yellow("Before the drop-in is installed, run once")]
            lines += result.preparations.map { "  \($0)" }
        }
        return lines
    }

    static func warnings(_ result: HardeningResult, _ paint: Paint) -> [String] {
        if result.warnings.isEmpty { return [] }
        return ["", paint.yellow("Warnings")]
            + result.warnings.flatMap { warning in warning.wrapped(to: 96).map { "  \($0)" } }
    }

    static func suspicions(_ result: HardeningResult, _ paint: Paint) -> [String] {
        if result.suspicious.isEmpty { return [] }
        return [
            "", paint.yellow("Suspicious: passed, but new (--strict-logs refuses what brings it)"),
        ]
            + result.suspicious.flatMap { suspicion in
                let source =
                    suspicion.restrictions.isEmpty
                    ? "not traced to a restriction"
                    : "with \(suspicion.restrictions.joined(separator: ", "))"
                return ["  \(suspicion.line.cut(to: 96))"]
                    + "\(source), trial \(suspicion.trial)".wrapped(to: 94)
                    .map { paint.dim("      \($0)") }
            }
    }

    static func asides(_ result: HardeningResult, _ paint: Paint) -> [String] {
        var lines = listed(
            "Not tried: this machine would not enforce them", result.ignored, result, paint)
        lines += listed(
            "Not tried: a user's own manager cannot apply them", result.beyondManager ?? [], result,
            paint)
        lines += listed(
            "Tried, and enforced only in part on this machine", result.partlyInForce ?? [], result,
            paint)
        if !result.skipped.isEmpty {
            lines += ["", paint.bold("Not part of the trials")]
            lines += result.skipped.flatMap { skipped in
                "\(skipped.what): \(skipped.because)".wrapped(to: 96).map { "  \($0)" }
            }
        }
        if !result.notCarriedOver.isEmpty {
            lines += ["", paint.bold("Settings that the copy lacked")]
            lines += result.notCarriedOver.flatMap { entry in
                ["  \(entry.setting.cut(to: 96))"]
                    + entry.because.wrapped(to: 94).map { paint.dim("      \($0)") }
            }
        }
        return lines
    }

    /// By what stands in the way: each directive once, or its steps where others were taken.
    private static func listed(
        _ title: String, _ entries: [HardeningResult.Ignored], _ result: HardeningResult,
        _ paint: Paint
    ) -> [String] {
        if entries.isEmpty { return [] }
        func directive(_ id: String) -> String { String(id.prefix { $0 != "=" }) }
        let taken = Set(result.accepted.map(directive))
        let groups = Dictionary(grouping: entries, by: \.because).sorted { $0.key < $1.key }
        return ["", paint.bold(title)]
            + groups.flatMap { because, group in
                let names = Set(
                    group.map { entry in
                        let name = directive(entry.restriction)
                        return taken.contains(name) ? entry.restriction : name
                    })
                let list = names.sorted().joined(separator: ", ")
                return list.count + because.count <= 96
                    ? ["  \(list)  \(paint.dim(because))"]
                    : list.wrapped(to: 96).map { "  \($0)" }
                        + because.wrapped(to: 94).map { paint.dim("      \($0)") }
            }
    }

    private static func seconds(_ seconds: Double) -> String {
        seconds < 100
            ? "\((seconds * 10).rounded() / 10) s"
            : "\(Int(seconds) / 60) min \(Int(seconds) % 60) s"
    }
}

extension Exposure {
    /// From the number that people read, such as 9.6.
    init(_ number: Double) { self.init(tenths: Int((number * 10).rounded())) }
}

/// Colours of a terminal, or none.
struct Paint {
    let isOn: Bool

    func bold(_ text: String) -> String { wrap("1", text) }
    func dim(_ text: String) -> String { wrap("2", text) }
    func red(_ text: String) -> String { wrap("31", text) }
    func green(_ text: String) -> String { wrap("32", text) }
    func yellow(_ text: String) -> String { wrap("33", text) }

    private func wrap(_ code: String, _ text: String) -> String {
        isOn && !text.isEmpty ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text
    }
}

extension String {
    func padded(to width: Int) -> String {
        count >= width ? self : self + String(repeating: " ", count: width - count)
    }

    /// Lines of at most `width` columns, broken between words where that can be done.
    func wrapped(to width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in split(separator: " ") {
            if !line.isEmpty && line.count + 1 + word.count > width {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
            while line.count > width {
                lines.append(String(line.prefix(width)))
                line = String(line.dropFirst(width))
            }
        }
        return lines + (line.isEmpty ? [] : [line])
    }

    func cut(to width: Int) -> String {
        count <= width ? self : String(prefix(max(1, width - 1))) + "…"
    }
}
