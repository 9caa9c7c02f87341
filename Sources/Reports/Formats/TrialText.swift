import Hardening
public import Trials

/// One trial in full, with the commands that repeat it by hand.
public struct TrialText: Sendable {
    public let text: String

    public init(
        _ trial: Trial, of unit: String, campaign: Int64, provenance: Provenance?,
        isColoured: Bool
    ) {
        let paint = Paint(isOn: isColoured)
        let catalogue = provenance?.catalogue ?? .standard
        let entry = TrialEntry(trial, since: trial.began, catalogue)
        var lines = [
            "\(paint.bold("Trial \(trial.number)")) of \(unit), campaign \(campaign): "
                + trial.purpose.rawValue
        ].flatMap { $0.wrapped(to: 100) }
        lines += TrialText.verdict(trial, paint).flatMap { $0.wrapped(to: 100) }
        lines.append(paint.dim(TrialText.times(trial)))
        lines += ["", paint.bold("Restrictions, the strictest step of each")]
        lines +=
            entry.restrictions.isEmpty
            ? ["  none"]
            : TrialText.grouped(entry.restrictions).joined(separator: ", ").wrapped(to: 96)
                .map { "  \($0)" }
        lines += ["", paint.bold("What was seen")]
        lines += entry.observations.flatMap { line in
            line.wrapped(to: 94).enumerated().map {
                $0.offset == 0 ? "  \($0.element)" : "      \($0.element)"
            }
        }
        lines += TrialText.repetition(trial, provenance, paint)
        text = lines.joined(separator: "\n") + "\n"
    }

    private static func verdict(_ trial: Trial, _ paint: Paint) -> [String] {
        switch trial.verdict {
        case .passed: [paint.green("passed")]
        case .failed: [paint.red("FAILED") + "  " + trial.because]
        case .unresolved: [paint.yellow("unresolved") + "  " + trial.because]
        }
    }

    /// `RestrictNamespaces=~net ~mnt` for two restrictions of one directive.
    private static func grouped(_ restrictions: [String]) -> [String] {
        restrictions.reduce(into: []) { groups, id in
            let name = id.prefix { $0 != "=" } + "="
            if let last = groups.last, last.hasPrefix(name) {
                groups[groups.count - 1] = "\(last) \(id.dropFirst(name.count))"
            } else {
                groups.append(id)
            }
        }
    }

    private static func times(_ trial: Trial) -> String {
        let timing = trial.microseconds
        let parts: [(String, UInt64)] = [
            ("start", timing.start), ("probes", timing.probes), ("reload", timing.reload),
            ("settling", timing.settle), ("stop", timing.stop),
            ("second life", timing.secondLife ?? 0),
        ]
        let told = parts.filter { $0.1 > 0 }.map { "\($0.0) \($0.1 / 1000)" }
        return "\(CivilTime(microseconds: trial.began).text), \(timing.whole / 1000) ms: "
            + told.joined(separator: ", ")
    }

    private static func repetition(
        _ trial: Trial, _ provenance: Provenance?, _ paint: Paint
    ) -> [String] {
        guard let provenance, let repetition = Repetition(trial, provenance) else {
            return [
                "",
                "No command is on record that repeats it: it ran on the real unit, or an older "
                    + "temper recorded it.",
            ].flatMap { $0.isEmpty ? [$0] : $0.wrapped(to: 100) }
        }
        return ["", paint.bold("To repeat it by hand, as root")]
            + repetition.commands.flatMap { command in
                command.split(separator: "\n").map { "    \($0)" }
            }
            + repetition.notes.flatMap { note in
                "Not repeated: \(note)".wrapped(to: 96).map { "  \($0)" }
            }
    }
}
