import ArgumentParser
import Hardening
import TemperKit
import TrialLedger
import Trials

/// What a shell offers for a word. Commands of a shell are the same in the syntax of bash, zsh and
/// fish; for the others temper is asked, with the words of the line.
extension CompletionKind {
    /// The services that are loaded, instances of templates among them.
    static let service = shellCommand(
        "systemctl list-units --type=service --all --plain --no-legend --no-pager "
            + #"| sed "s/ .*//""#)

    /// Those that are up.
    static let lab = shellCommand(#"temper lab list | sed "s/ .*//""#)

    /// Directives, and the trials of the campaign that the line names.
    static let subject = custom { words, _, _ in
        Catalogue.withExamples.directives.map(\.name) + RecordOnLine(words).trials
    }

    /// Units on record.
    static let recordedUnit = custom { words, _, _ in RecordOnLine(words).units }

    /// The campaigns of the unit that the line names.
    static let campaign = custom { words, _, _ in RecordOnLine(words).campaigns }
}

/// What the words of an unfinished command line say of the record. Where nothing is on record, or
/// it cannot be read, there is nothing to offer.
private struct RecordOnLine {
    private let words: [String]
    private let archive: Archive?

    init(_ words: [String]) {
        self.words = words
        let name = "--state-dir"
        let chosen = RecordOnLine.value(of: name, in: words).map { [name, $0] } ?? []
        let state = try? StateOptions.parse(chosen)
        archive = state.flatMap { try? Archive(directory: $0.directory) }
    }

    private static func value(of option: String, in words: [String]) -> String? {
        guard let place = words.firstIndex(of: option), place + 1 < words.count else { return nil }
        return words[place + 1]
    }

    var units: [String] { (try? archive?.units()) ?? [] }

    /// The one that a word names, else the only one that there is.
    private var unit: String? {
        let named = words.lazy.map(UnitName.complete).first(where: units.contains)
        return named ?? (units.count == 1 ? units.first : nil)
    }

    var campaigns: [String] {
        guard let unit, let campaigns = try? archive?.campaigns(of: unit) else { return [] }
        return campaigns.map { "\($0.id)" }
    }

    var trials: [String] {
        let campaign = RecordOnLine.value(of: "--campaign", in: words).flatMap { Int64($0) }
        guard let unit, let found = try? archive?.trials(of: unit, campaign: campaign) else {
            return []
        }
        return Set(found.trials.map(\.number)).sorted().map { "\($0)" }
    }
}
