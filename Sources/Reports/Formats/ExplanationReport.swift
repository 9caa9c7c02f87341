public import Hardening
public import Trials

/// What `temper explain SUBJECT --json` prints.
public struct ExplanationReport: Hashable, Codable, Sendable {
    /// `temper.explain/1`
    public var schema = "temper.explain/1"
    /// The directive, the word, or the number of the trial.
    public var subject: String
    /// As people read it.
    public var text: String
    /// The ids of its restrictions; of a directive only.
    public var restrictions: [String]?
    /// Of a trial only.
    public var trial: TrialEntry?

    /// Of a word.
    public init(_ word: String, text: String) { (subject, self.text) = (word, text) }

    /// Of a directive.
    public init(_ row: Directive, in catalogue: Catalogue) {
        self.init(row.name, text: DirectiveExplanation(row, in: catalogue).text)
        restrictions = row.restrictions.map(\.id)
    }

    /// Of a trial, which began with its campaign as far as it tells.
    public init(_ trial: Trial, of unit: String, campaign: Int64, provenance: Provenance?) {
        let text = TrialText(
            trial, of: unit, campaign: campaign, provenance: provenance, isColoured: false
        ).text
        self.init("\(trial.number)", text: text)
        self.trial = TrialEntry(trial, since: trial.began, provenance?.catalogue ?? .standard)
    }
}
