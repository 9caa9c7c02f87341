import Hardening
import Trials

/// A check as people read it: what is wrong first, at most 100 columns.
public struct CheckText: Sendable {
    public let text: String

    /// - Parameter isWhole: whether of many changes all are named, at full length.
    public init(_ report: CheckReport, isColoured: Bool, isWhole: Bool = false) {
        text = report.units.map {
            DocumentText(Document($0, isWhole: isWhole), isColoured: isColoured, isTight: true).text
        }.joined(separator: "\n")
    }
}

extension Document {
    fileprivate init(_ check: UnitCheck, isWhole: Bool) {
        opening = check.headline
        sections =
            check.installedSection + check.changeSection(isWhole: isWhole) + check.culpritSection
            + Document.section(
                Phrase("To be known", .doubt), check.notes.map { Entry(lead: "\($0.text)") },
                .bullets)
            + Document.section(
                Phrase("Could be tightened: passes now", .strong),
                check.tightenings.map { tightening in
                    let words = RestrictionWords(tightening.restriction)
                    let before = tightening.refusedBefore.map { "refused then: \($0)" } ?? "new"
                    return Entry(
                        lead: "\(code: words.name)",
                        note: "\(said: before.cut(to: max(10, 94 - words.name.count)))")
                })
            + check.offerSections
    }
}

extension UnitCheck {
    fileprivate var headline: [Document.Block] {
        switch standing {
        case .passed:
            let more = furtherTrials > 0 ? ", \(furtherTrials) more to look around" : ""
            return [
                said(
                    "passes", .good,
                    " under its profile of \((taken ?? profile).counted("restriction")): "
                        + "\(trials.counted("trial"))\(more), "
                        + Words.duration(seconds))
            ]
        case .unchanged:
            return [said("unchanged", nil, " since its record was made; nothing was tried")]
        case .regressed:
            return [
                said(
                    "REGRESSED", .bad,
                    ": it works as it is and not under its profile of "
                        + (taken ?? profile).counted("restriction")
                )
            ] + explained + [
                .list([
                    Document.Entry(
                        lead: "\(bisecting.counted("trial")) of bisecting, "
                            + "\(trials + furtherTrials) in all, "
                            + "\(Words.duration(seconds))")
                ])
            ]
        case .broken:
            return [
                said("BROKEN", .bad, ": the service itself is broken, hardening is not to blame")
            ] + explained
        case .untested: return [said("not checked", .bad, "")] + explained
        }
    }

    private func said(_ word: String, _ tone: Phrase.Tone?, _ rest: String) -> Document.Block {
        .paragraph("\(unit, .strong)  \(Phrase(word, tone))\(rest)")
    }

    private var explained: [Document.Block] {
        (because ?? "").split(separator: "\n").map { .list([Document.Entry(lead: "\($0)")]) }
    }

    fileprivate var installedSection: [Document.Section] {
        if let notApplied {
            return Document.section(
                Phrase("Not installed", .bad), [Document.Entry(lead: "\(notApplied)")])
        }
        guard let applied else { return [] }
        let how = ": tried for \(Words.duration(applied.seconds)); `temper revert` takes it away"
        return Document.section(
            Phrase("What passes now is installed", .good) + "\(how)",
            [Document.Entry(lead: "\(code: applied.path)")])
    }

    fileprivate func changeSection(isWhole: Bool) -> [Document.Section] {
        if standing == .unchanged { return [] }
        let most = isWhole ? changes.count : 12
        var entries = changes.prefix(most).map { change in
            Document.Entry(lead: "\(isWhole ? change.text : change.text.cut(to: 190))")
        }
        if changes.count > most {
            let rest = "and \(changes.count - most) more, all of them with --verbose"
            entries.append(Document.Entry(lead: Phrase(rest, .quiet)))
        }
        return Document.section(Phrase("Changed since the record was made", .strong), entries)
    }

    fileprivate var culpritSection: [Document.Section] {
        Document.section(
            Phrase("What breaks it now", .strong),
            culprits.map { culprit in
                let others = culprit.evidence.filter { !culprit.because.contains($0) }
                return Document.Entry(
                    lead: Phrase(culprit.names, .bad), note: "\(trial: culprit.trial)",
                    details: ([culprit.because] + others).map { .init(.none, "\(said: $0)") })
            })
    }

    fileprivate var offerSections: [Document.Section] {
        guard let offer else { return [] }
        let how = offer.verified ? "it passed on the real unit" : "copies passed under it"
        let title = "Drop-in that passes now: exposure \(offer.exposure.after), \(how)"
        let commands = offer.preparations.joined(separator: "\n")
        let first: [Document.Block] = [
            .paragraph("Before it is installed, run once", .doubt),
            .code(commands, language: "sh"), .paragraph("and then install", .doubt),
        ]
        let dropIn = Document.Block.code(offer.dropIn, language: "ini")
        return [
            Document.Section(
                Phrase(title, .strong), (commands.isEmpty ? [] : first) + [dropIn])
        ]
    }
}

extension UnitCheck.Culprit {
    /// What fails together, as people read it.
    public var names: String {
        restrictions.map { RestrictionWords($0).name }.joined(separator: " with ")
    }
}
