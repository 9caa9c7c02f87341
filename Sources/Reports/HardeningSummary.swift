import Hardening
import Trials
import WaysOut

/// The end of `harden` as people read it on a terminal: what came of it and what to know of that,
/// in so many lines; `HardeningText` and the report have all.
public struct HardeningSummary: Sendable {
    public let text: String

    /// - Parameters:
    ///   - refusals: why each was refused, the dearest first; nil where no more is known than the
    ///     result tells.
    ///   - isColoured: whether the reader's terminal shows colours.
    ///   - width: its columns.
    ///   - room: lines.
    public init(
        _ result: HardeningResult, _ refusals: [RefusedRestriction]?, isColoured: Bool,
        width: Int = 80, room: Int = 32
    ) {
        let reasons = refusals?.map(Reason.init) ?? result.refused.map(Reason.init)
        func lines(_ most: Int) -> [String] {
            let document = Document(summaryOf: result, reasons, eachAtMost: most)
            return DocumentText(document, isColoured: isColoured, width: width).lines
        }
        // No section is cut further than the others.
        let most = (2...room).reversed().first { lines($0).count <= room } ?? 2
        text = lines(most).joined(separator: "\n") + "\n"
    }

    /// Why something was refused, in few words.
    fileprivate struct Reason {
        let words: RestrictionWords
        let because: Phrase

        init(_ refusal: RefusedRestriction) {
            words = refusal.words
            let deed = refusal.cause?.request?.words
            because = deed.map { "\(said: $0)" } ?? Reason.short(refusal.because)
        }

        init(_ refusal: HardeningResult.Refusal) {
            words = refusal.words
            because = Reason.short(refusal.because)
        }

        /// One line of a terminal, less what it is about.
        private static func short(_ because: String) -> Phrase {
            "\(said: because.shortened(to: 60))"
        }
    }
}

extension Document {
    fileprivate init(
        summaryOf result: HardeningResult, _ reasons: [HardeningSummary.Reason],
        eachAtMost most: Int
    ) {
        opening =
            result.verdict(in: result.trials.counted("trial")) + result.provingLines
            + [result.besides].compactMap(\.self)
        sections =
            result.warningSection + result.openWays + Document.refused(reasons)
            + result.onceSection + result.unsettledSection + result.inheritanceSection
        for index in sections.indices { sections[index].most = most }
    }

    /// What was refused for the same reason stands in one line, needs apart from values.
    private static func refused(_ reasons: [HardeningSummary.Reason]) -> [Section] {
        let groups = reasons.grouped { "\($0.words.need == nil) \($0.because.text)" }
        return section(
            Phrase("Refused, and why", .strong),
            groups.map { group in
                let names = Phrase.code(
                    group.map { $0.words.need ?? $0.words.name }, separator: ", ")
                let because: Phrase = " (\(group[0].because))"
                return Entry(lead: (group[0].words.need == nil ? "" : "needs ") + names + because)
            })
    }
}

extension HardeningResult {
    /// What it takes to know of the rest, which only the report has.
    fileprivate var besides: Document.Block? {
        func count(_ number: Int, _ what: String) -> String? {
            number == 0 ? nil : "\(number) \(what)"
        }
        let more = [
            count(suspicious.count, suspicious.count == 1 ? "new log line" : "new log lines"),
            count(ignored.count + (beyondManager ?? []).count, "not tried"),
            count((partlyInForce ?? []).count, "in force only in part"),
            count(notCarriedOver.count, "not copied"),
        ].compactMap(\.self)
        if more.isEmpty { return nil }
        return .paragraph("In the report: \(more.joined(separator: ", ")).", .quiet)
    }

    /// The ways out that stay open, the worst first.
    fileprivate var openWays: [Section] {
        guard let waysOut else { return [] }
        return Document.section(
            Phrase("Ways out that stay open (\(waysOut.closed) were closed)", .strong),
            waysOut.open.map { way in
                Entry(
                    lead: Phrase(way.what, way.gain == .root ? .bad : nil),
                    note: "\(way.gain.leadsTo)")
            })
    }

    /// What is contested, by what would settle it.
    fileprivate var unsettledSection: [Section] {
        Document.section(
            Phrase("Left open as it may be needed, and what would tell", .strong),
            contested.grouped { $0.settledBy ?? "" }.map { group in
                let gain = group.reduce(0) { $0 + Exposure($1.price ?? 0).tenths }
                let names = group.map { one in
                    let words = RestrictionWords(one.restriction)
                    return words.need ?? words.id
                }
                let price = gain > 0 ? " (would gain \(Exposure(tenths: gain)))" : ""
                return Entry(
                    lead: Phrase.code(names, separator: ", ")
                        + ": \(group[0].settledBy ?? "")\(price)")
            })
    }
}
