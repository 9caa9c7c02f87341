import Hardening
import Trials

/// What a report says of one unit, in every form.
extension Document {
    init(_ report: UnitReport) {
        let result = report.result
        opening = report.headline
        sections =
            result.warningSection + result.waysOutSection + result.busSection
            + report.refusalSection + result.exceptionSection + result.onceSection
            + result.suspicionSection + report.missingSection + result.inheritanceSection
            + result.contestSection + report.ladderSections + result.asides + result.dropInSection
    }

    /// The same as a page, which is not read from its end: first what to do and with what, then all
    /// that was tried at a glance, then why.
    init(page report: UnitReport) {
        let result = report.result
        opening = report.headline
        sections =
            result.warningSection + result.onceSection + result.dropInSection
            + report.ladderPicture + result.waysOutTable + report.refusalSection
            + result.exceptionSection + result.contestSection + result.suspicionSection
            + result.inheritanceSection + result.busSection + report.missingSection + result.asides
            + report.trialSections
    }

    /// All units, a line each.
    init(overview report: Report) {
        let rows = report.units.enumerated().map { number, unit -> [Phrase] in
            let result = unit.result
            let dearest = unit.refusals.max { ($0.price ?? 0) < ($1.price ?? 0) }
            return [
                Phrase([.unit(unit.unit, position: number + 1)]), "\(result.exposure.before)",
                "\(result.exposure.after)", "\(result.accepted.count)", "\(result.refused.count)",
                dearest.map { Words.refused($0.words) } ?? "-",
            ]
        }
        opening = [
            .table(
                Table(
                    head: ["unit", "before", "after", "taken", "refused", "dearest refusal"],
                    rightAligned: [1, 2, 3, 4], rows: rows))
        ]
        sections = []
    }
}

extension Document.Entry {
    /// A refused restriction, why, and what would help.
    ///
    /// - Parameter given: what was given up with it.
    fileprivate init(_ refusal: RefusedRestriction, beside given: Phrase?) {
        lead = Words.refused(refusal.words)
        if let deed = refusal.cause?.request?.deed, refusal.words.need != nil {
            lead = lead + " (\(deed))"
        }
        let price = refusal.price.map { $0 > 0 ? "costs \($0) of exposure, " : "costs nothing, " }
        note = "\(price ?? "")\(trial: refusal.trial)"
        explanation = "\(refusal.effect)"
        if let together = Words.together(refusal.restriction, refusal.conflict) {
            details.append(.init(.none, together))
            details += refusal.instead.map {
                .init(
                    .none,
                    "or take it \(RestrictionWords($0.without).givenUp): exposure \($0.exposure)")
            }
        }
        // How it ended and what the probe said stand under what explains them.
        details += refusal.evidence.prefix(8).map { evidence in
            let elsewhere: Phrase =
                evidence.trial == refusal.trial ? "" : " (\(trial: evidence.trial))"
            return .init(
                evidence.certainty.mark,
                "\(said: evidence.text)\(evidence.groupWords)" + elsewhere)
        }
        if let given { details.append(.init(.none, given, .quiet)) }
        if refusal.evidence.isEmpty { details.append(.init(.saw, "\(said: refusal.because)")) }
        details += refusal.advice.map { advice in
            let settings: Phrase =
                advice.settings.isEmpty
                ? "" : ": \(Phrase.code(advice.settings, separator: " + "))"
            let tried: Phrase = advice.triedIn.map { "tried in \(trial: $0)" } ?? "not tried"
            return .init(.advice, "\(advice.text)" + settings + " (" + tried + ")")
        }
    }
}

extension UnitReport {
    fileprivate var headline: [Document.Block] {
        result.headline + [
            .paragraph("campaign \(campaign), \(began), systemd \(result.systemd)", .quiet)
        ]
    }

    fileprivate var refusalSection: [Document.Section] {
        Document.section(
            Phrase("Refused, the dearest first", .strong),
            refusals.map { refusal in
                let told = result.refused.first { $0.restriction == refusal.restriction }
                return Document.Entry(refusal, beside: told?.given)
            }, .cards)
    }

    fileprivate var missingSection: [Document.Section] {
        Document.section(
            Phrase("Evidence that this machine does not give", .doubt),
            missing.map { source in
                Document.Entry(
                    lead: "\(source.source)",
                    details: [.init(.none, "\(source.because); \(source.cure)", .quiet)])
            })
    }

    /// Where each directive stands.
    fileprivate var ladderPicture: [Document.Section] {
        [Document.Section("Where each directive stands", [.ladders(ladders)])]
    }

    /// The same in words: only what was not taken as far as it goes.
    fileprivate var ladderSections: [Document.Section] {
        let partly = ladders.filter { ladder in
            ladder.steps.contains { $0.standing == .taken }
                && ladder.steps.contains { $0.standing == .refused }
        }
        let entries = partly.map { ladder in
            let refused = ladder.steps.filter { $0.standing == .refused }
                .map { RestrictionWords($0.restriction, because: $0.because) }
            let reasons = [
                ("needs", refused.compactMap(\.need)),
                ("not", refused.filter { $0.need == nil }.map(\.value)),
            ].filter { !$0.1.isEmpty }.map { "\($0.0) \($0.1.joined(separator: ", "))" }
            let taken = ladder.steps.count { $0.standing == .taken }
            return Document.Entry(
                lead: "\(ladder.directive): \(taken) of \(ladder.steps.count) steps, "
                    + "\(reasons.joined(separator: "; "))")
        }
        return Document.section(Phrase("Taken in part", .strong), entries)
    }

    fileprivate var trialSections: [Document.Section] {
        if trials.isEmpty { return [] }
        let command = "temper explain TRIAL --unit \(unit) --campaign \(campaign)"
        return [
            Document.Section("Timeline", [.timeline(trials)]),
            Document.Section(
                "Trials",
                [
                    .trials(trials),
                    .paragraph(
                        "\(code: command) prints the commands that repeat one.", .quiet),
                ]),
        ]
    }
}

extension Evidence {
    /// The groups that hold a denied call.
    fileprivate var groupWords: String {
        guard let groups, !groups.isEmpty else { return "" }
        return " (the call is in \(groups.prefix(3).joined(separator: ", ")))"
    }
}

extension Evidence.Certainty {
    fileprivate var mark: Document.Mark {
        switch self {
        case .certain: .because
        case .likely: .perhaps
        case .seen: .saw
        }
    }
}
