import Trials

/// What the probes of a service answered, for people.
public struct ProbeText: Sendable {
    public let text: String

    /// - Parameters:
    ///   - isColoured: whether the reader's terminal shows colours.
    ///   - width: its columns.
    public init(_ report: ProbeReport, isColoured: Bool, width: Int = 100) {
        text = DocumentText(Document(report), isColoured: isColoured, width: width).text
    }
}

extension Document {
    fileprivate init(_ report: ProbeReport) {
        opening =
            [.paragraph(report.headline)] + report.blame
            + report.warnings.map { .paragraph("\($0)", .doubt) }
        sections =
            Document.section(Phrase("Probes", .strong), report.probes.map(\.entry))
            + Document.section(Phrase("What harden would hold it to besides", .strong), report.seen)
            + Document.section(
                Phrase("Not part of it", .strong),
                report.skipped.map { Entry(lead: "\($0.what): \($0.because)") })
            + Document.section(
                Phrase("Its last words", .strong), report.log.map { Entry(lead: "\(said: $0)") })
        if !report.commands.isEmpty {
            sections.append(
                Section(
                    Phrase("To see it yourself", .strong),
                    [.code(report.commands.joined(separator: "\n"), language: "sh")]))
        }
    }
}

extension ProbeReport {
    fileprivate var headline: Phrase {
        let so: Phrase =
            switch verdict {
            case .passed: Phrase("passes", .good)
            case .failed: Phrase("does not pass", .bad)
            case .unresolved: Phrase("cannot be judged", .doubt)
            }
        let why: Phrase = because.map { ": \(said: $0)" } ?? ""
        return "\(unit, .strong), started once as it is in \(startMilliseconds) ms, " + so + why
    }

    /// Who is at fault, the service or the probe.
    fileprivate var blame: [Document.Block] {
        guard verdict == .failed else { return [] }
        let isProbe = isUp && probes.last?.answer == .unhealthy
        return [
            .paragraph(
                isProbe
                    ? "The service is up; it is the probe that fails."
                    : "The service itself fails, whatever the probes ask.", .doubt)
        ]
    }

    fileprivate var seen: [Document.Entry] {
        let files = files.map { "\($0.path) (\($0.user):\($0.group), mode \($0.mode))" }
        let processes = processes.map { $0.count == 1 ? $0.name : "\($0.count) \($0.name)" }
        return [
            ("listens on", listeners), ("keeps", files), ("owns on the bus", names),
            ("has the label", labels), ("runs", processes),
        ].filter { !$0.1.isEmpty }.map { what, values in
            Document.Entry(lead: "\(what) " + Phrase.code(values, separator: ", "))
        }
    }
}

extension ProbeReport.Asked {
    fileprivate var entry: Document.Entry {
        let moment = stage == .ready ? "" : " after its reload"
        let so: Phrase =
            switch answer {
            case .healthy: Phrase("holds", .good)
            case .unhealthy: Phrase("fails", .bad)
            case .cannotTell: Phrase("cannot tell", .doubt)
            }
        let why: Phrase = because.map { ": \(said: $0)" } ?? ""
        let time = checks == 0 ? "not asked" : "after \(milliseconds) ms"
        let more = checks > 1 ? ", \(checks) checks, the last of \(lastMilliseconds) ms" : ""
        return Document.Entry(
            lead: "\(code: probe)\(moment) " + so + why, note: "\(time)\(more)")
    }
}
