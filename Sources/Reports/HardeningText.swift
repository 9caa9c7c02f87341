import Hardening
import Trials

/// The whole result as people read it on a terminal: from the most important down.
public struct HardeningText: Sendable {
    public let text: String

    /// - Parameters:
    ///   - isColoured: whether the reader's terminal shows colours.
    ///   - width: its columns.
    public init(_ result: HardeningResult, isColoured: Bool, width: Int = 100) {
        text = DocumentText(Document(result), isColoured: isColoured, width: width).text
    }
}

extension Document {
    init(_ result: HardeningResult) {
        opening = result.headline
        sections =
            result.warningSection + result.waysOutSection + result.busSection
            + result.exceptionSection + result.onceSection + result.suspicionSection
            + result.refusalSection + result.contestSection + result.inheritanceSection
            + result.asides + result.dropInSection
    }
}

/// What a result says of itself, a section each.
extension HardeningResult {
    typealias Entry = Document.Entry
    typealias Section = Document.Section

    var headline: [Document.Block] {
        verdict(in: trialWords) + [knownWords.map { .paragraph("\($0)") }].compactMap(\.self)
            + provingLines
    }

    /// How exposed it was and is, and what that took.
    ///
    /// - Parameter trials: how many there were, in words.
    func verdict(in trials: String) -> [Document.Block] {
        let counts =
            "\(accepted.count.counted("restriction")) taken, \(refused.count) refused, "
            + "in \(trials), \(Words.duration(seconds))"
        return [.headline(unit, exposure, waysOut), .paragraph("\(counts)")]
    }

    /// What the result is worth.
    var provingLines: [Document.Block] {
        var lines: [Document.Block] = []
        if !dropIn.isEmpty {
            lines.append(
                verified
                    ? .paragraph(
                        "The drop-in was put on the real unit and passed\(provingWords).")
                    : .paragraph(
                        unproved == nil
                            ? "The drop-in was not tried on the real unit."
                            : "The drop-in does not pass on the real unit where that never ran before.",
                        .doubt))
        }
        if let downtime {
            lines.append(
                .paragraph(
                    "The service was down for \(Words.duration(downtime.seconds)) and runs again."))
        }
        return lines + doubts.map { .paragraph($0, .doubt) }
    }

    private var provingWords: String {
        livedThrough.map { " \($0.joined(separator: ", "))" } ?? ""
    }

    /// How many trials were of copies.
    public var copyTrials: Int { trials - (realUnitTrials ?? 0) }

    /// As the header of the drop-in has it, which was written before it was tried.
    public var trialWords: String {
        guard let realUnitTrials else { return trials.counted("trial") }
        let copies = "\(copyTrials.counted("trial")) of copies"
        return realUnitTrials == 0 ? copies : "\(copies) and \(realUnitTrials) of the real unit"
    }

    /// Why it may not be what it seems, or not all that can be had.
    private var doubts: [Phrase] {
        let wrong = wrongAnswers.map {
            "about \(Int(($0 * 100).rounded())) % of the answers"
        }
        if ending == .tooFlaky {
            let figure = wrong.map { ": \($0) seem wrong" } ?? ""
            return ["The probe is too unreliable to decide\(figure). This is not proved."]
        }
        var lines: [Phrase] = []
        if let wrong {
            lines.append(
                "Service or probe is unreliable: \(wrong) seem wrong, so all were weighed.")
        }
        if ending != .complete {
            lines.append(
                "Ended early (\(ending.rawValue)): passed, but down to \(exposure.lowest) is still possible."
            )
        }
        return lines
    }

    var warningSection: [Section] {
        Document.section(Phrase("Warnings", .doubt), warnings.map { Entry(lead: "\($0)") })
    }

    /// What others' work loses, whatever was tried of the service.
    var inheritanceSection: [Section] {
        guard let inherited else { return [] }
        return Document.section(
            Phrase("Denied to the \(inherited.work) that it runs, as far as known", .doubt),
            inherited.denied.map { denied in
                let names = denied.restrictions.map { RestrictionWords($0) }
                    .map { $0.need ?? $0.id }
                return Entry(lead: "\(denied.what)", note: .code(names, separator: ", "))
            })
    }

    var exceptionSection: [Section] {
        let entries = accommodations.map { entry in
            Entry(
                lead: "\(code: RestrictionWords(entry.restriction).name)",
                note: entry.cost > 0 ? "costs \(entry.cost) of exposure" : nil,
                details: [.init(.none, .code(entry.settings))])
        }
        return Document.section(Phrase("Exceptions that the service needs", .strong), entries)
    }

    var onceSection: [Section] {
        if preparations.isEmpty { return [] }
        let commands = preparations.joined(separator: "\n")
        return [
            Section(
                Phrase("Before the drop-in is installed, run once", .doubt),
                [.code(commands, language: "sh")])
        ]
    }

    var suspicionSection: [Section] {
        Document.section(
            Phrase("Suspicious: passed, but new (--strict-logs refuses what brings it)", .doubt),
            suspicious.map { line in
                let names = line.restrictions.map { RestrictionWords($0).name }
                let source: Phrase =
                    names.isEmpty
                    ? "not traced to a restriction" : "with \(Phrase.code(names, separator: ", "))"
                return Entry(
                    lead: "\(said: line.line.cut(to: 94))",
                    details: [.init(.none, source + ", \(trial: line.trial)", .quiet)])
            })
    }

    fileprivate var refusalSection: [Section] {
        Document.section(
            Phrase("Refused", .strong),
            refused.map { refusal in
                Entry(
                    lead: Words.refused(refusal.words), body: "\(said: refusal.because)",
                    note: "\(trial: refusal.trial)",
                    details: refusal.details)
            }, .columns)
    }

    /// What is taken, and how each is known.
    private var knownWords: String? {
        guard let known, !accepted.isEmpty else { return nil }
        let taken = known.filter { accepted.contains($0.restriction) }
        func count(_ kind: Known) -> Int { taken.filter { $0.known == kind }.count }
        let bites = count(.bites)
        return "Taken: \(count(.exercised)) that the service was seen to do without, "
            + "\(count(.unused)) of which nothing is known that would use what they deny"
            + (bites == 0 ? "." : ", \(bites) that bite.")
    }

    /// What is left open on suspicion, the dearest first.
    var contested: [Knowledge] {
        (known ?? []).filter { $0.known == .contested }
            .sorted { ($0.price ?? 0) > ($1.price ?? 0) }
    }

    /// One entry for each reason, with all that it contests.
    var contestSection: [Section] {
        let reasons = contested.grouped { [$0.because, $0.settledBy] }
        return Document.section(
            Phrase("Contested: left open, with what each would gain of exposure", .strong),
            reasons.map(Self.entry))
    }

    private static func entry(_ contested: [Knowledge]) -> Entry {
        let names = contested.map { one in
            let gain = (one.price ?? 0) > 0 ? " (would gain \(one.price ?? 0))" : ""
            return RestrictionWords(one.restriction).name + gain
        }
        return Entry(
            lead: "\(contested[0].because ?? "")",
            details: [
                .init(.none, .code(names, separator: ", ")),
                .init(.none, "settled by \(contested[0].settledBy ?? "")", .quiet),
            ])
    }

    var asides: [Section] {
        listed(
            "Not tried: this machine would not enforce them",
            ignored.filter { $0.because != MachineFacts.uncaged })
            + listed("Not judged", ignored.filter { $0.because == MachineFacts.uncaged })
            + listed("Not tried: a user's own manager cannot apply them", beyondManager ?? [])
            + listed("Tried, and enforced only in part on this machine", partlyInForce ?? [])
            + Document.section(
                Phrase("Not part of the trials", .strong),
                skipped.map { Entry(lead: "\($0.what): \($0.because)") })
            + Document.section(
                Phrase("Settings that the copy lacked", .strong),
                notCarriedOver.map { entry in
                    Entry(
                        lead: "\(code: entry.setting.cut(to: 94))",
                        details: [.init(.none, "\(entry.because)", .quiet)])
                })
    }

    /// By what stands in the way: each directive once, or its steps where others were taken.
    private func listed(_ title: String, _ entries: [Ignored]) -> [Section] {
        func directive(_ id: String) -> String { String(id.prefix { $0 != "=" }) }
        let taken = Set(accepted.map(directive))
        let groups = Dictionary(grouping: entries, by: \.because).sorted { $0.key < $1.key }
        return Document.section(
            Phrase(title, .strong),
            groups.map { because, group in
                let names = Set(
                    group.map { entry in
                        let name = directive(entry.restriction)
                        return taken.contains(name)
                            ? RestrictionWords(entry.restriction).name : name
                    })
                return Entry(
                    lead: .code(names.sorted(), separator: ", "), note: "\(because)")
            })
    }

    var dropInSection: [Section] {
        dropIn.isEmpty
            ? [] : [Section(Phrase("Drop-in", .strong), [.code(dropIn, language: "ini")])]
    }
}

/// Words that several documents have in common.
enum Words {
    static func refused(_ words: RestrictionWords) -> Phrase {
        words.need.map { "needs \(code: $0)" } ?? "\(code: words.name)"
    }

    /// The others of a conflict; nil for what fails alone.
    static func together(_ restriction: String, _ conflict: [String]) -> Phrase? {
        let others = conflict.filter { $0 != restriction }.map { RestrictionWords($0).name }
        return others.isEmpty
            ? nil : "only together with \(Phrase.code(others, separator: ", "))"
    }

    /// Settings as one line.
    static func lines(_ settings: [String]) -> String { settings.joined(separator: " + ") }

    static func duration(_ seconds: Double) -> String {
        seconds < 100
            ? "\((seconds * 10).rounded() / 10) s"
            : "\(Int(seconds) / 60) min \(Int(seconds) % 60) s"
    }
}

extension Sequence {
    /// Those of the same key together, in the order of the first of each.
    func grouped<Key: Hashable>(by key: (Element) -> Key) -> [[Element]] {
        var places: [Key: Int] = [:]
        return reduce(into: []) { groups, element in
            let place = places[key(element), default: groups.count]
            if place == groups.count {
                places[key(element)] = place
                groups.append([])
            }
            groups[place].append(element)
        }
    }
}

extension Exposure {
    /// From the number that people read, such as 9.6.
    init(_ number: Double) { self.init(tenths: Int((number * 10).rounded())) }

    /// 0.0 to 10.0, as people read it.
    var points: Double { Double(tenths) / 10 }
}
