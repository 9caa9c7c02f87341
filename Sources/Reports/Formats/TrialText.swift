import Hardening
public import Trials

/// One trial in full, with the commands that repeat it by hand.
public struct TrialText: Sendable {
    public let text: String

    public init(
        _ trial: Trial, of unit: String, campaign: Int64, provenance: Provenance?,
        isColoured: Bool
    ) {
        let catalogue = provenance?.catalogue ?? .standard
        let entry = TrialEntry(trial, since: trial.began, catalogue)
        let title: Phrase =
            "\("Trial \(trial.number)", .strong) of \(unit), campaign \(campaign): \(trial.purpose.rawValue)"
        let restrictions = TrialText.grouped(entry.restrictions).joined(separator: ", ")
        let document = Document(
            opening: [
                .paragraph(title), .paragraph(TrialText.verdict(trial)),
                .paragraph(TrialText.times(trial), .quiet),
            ],
            sections: [
                Document.Section(
                    Phrase("Restrictions, the strictest step of each", .strong),
                    [.paragraph(restrictions.isEmpty ? "none" : "\(restrictions)")]),
                Document.Section(
                    Phrase("What was seen", .strong),
                    [.list(entry.observations.map { Document.Entry(lead: "\(said: $0)") })]),
                TrialText.repetition(trial, provenance),
            ])
        text = DocumentText(document, isColoured: isColoured).text
    }

    private static func verdict(_ trial: Trial) -> Phrase {
        switch trial.verdict {
        case .passed: Phrase("passed", .good)
        case .failed: "\("FAILED", .bad)  \(said: trial.because)"
        case .unresolved: "\("unresolved", .doubt)  \(said: trial.because)"
        }
    }

    /// `RestrictNamespaces=~net ~mnt` for two restrictions of one directive.
    private static func grouped(_ restrictions: [String]) -> [String] {
        restrictions.map { RestrictionWords($0).name }.reduce(into: []) { groups, id in
            let name = id.prefix { $0 != "=" } + "="
            if let last = groups.last, last.hasPrefix(name) {
                groups[groups.count - 1] = "\(last) \(id.dropFirst(name.count))"
            } else {
                groups.append(id)
            }
        }
    }

    private static func times(_ trial: Trial) -> Phrase {
        let timing = trial.microseconds
        let parts: [(String, UInt64)] = [
            ("start", timing.start), ("probes", timing.probes), ("reload", timing.reload),
            ("settling", timing.settle), ("stop", timing.stop),
            ("second life", timing.secondLife ?? 0),
        ]
        let told = parts.filter { $0.1 > 0 }.map { "\($0.0) \($0.1 / 1000)" }
            .joined(separator: ", ")
        let began = CivilTime(microseconds: trial.began).text
        return "\(began), \(timing.whole / 1000) ms: \(told)"
    }

    private static func repetition(_ trial: Trial, _ provenance: Provenance?) -> Document.Section {
        guard let provenance, let repetition = Repetition(trial, provenance) else {
            return Document.Section(
                "No command is on record that repeats it: it ran on the real unit, or an older "
                    + "temper recorded it.", [])
        }
        // What is a command is further in than what is said of them.
        let commands = repetition.commands.flatMap { $0.split(separator: "\n") }
            .map { "  \($0)" }.joined(separator: "\n")
        return Document.Section(
            Phrase("To repeat it by hand, as root", .strong),
            [.code(commands, language: "sh")]
                + repetition.notes.map { .paragraph("Not repeated: \($0)") })
    }
}
