/// A report as every form of it shows it: built once from the result, rendered by `DocumentText`,
/// `DocumentMarkdown` and `DocumentHTML`.
struct Document: Sendable {
    /// What stands before the first heading.
    var opening: [Block]
    var sections: [Section]

    struct Section: Sendable {
        var title: Phrase
        var blocks: [Block]
        /// The lines that it may take in text below its title, where that is bounded; the first
        /// entry of a list is always whole.
        var most: Int?

        init(_ title: Phrase, _ blocks: [Block]) {
            self.title = title
            self.blocks = blocks
        }
    }

    enum Block: Sendable {
        /// The unit, how exposed it was and is, and how many ways led and lead to root.
        case headline(String, HardeningResult.ExposureChange, WaysOutChange?)
        case paragraph(Phrase, Phrase.Tone? = nil)
        case list([Entry], Style = .plain)
        case table(Table)
        /// As it stands in a file or is typed, comments and all.
        case code(String, language: String)
        /// Every step of every directive.
        case ladders([Ladder])
        /// The trials along the time that they took.
        case timeline([TrialEntry])
        /// The trials, each with all that was seen.
        case trials([TrialEntry])
    }

    enum Style: Hashable, Sendable {
        /// A note follows what it is on.
        case plain
        /// The leads are as wide as the widest, and the notes stand at the edge.
        case columns
        /// Each with much under it.
        case cards
        /// With a mark before each.
        case bullets
    }

    struct Entry: Sendable {
        var lead: Phrase
        /// What it comes to: beside the lead where there is room, else under it.
        var body: Phrase?
        /// A few words: a price, a trial.
        var note: Phrase?
        var details: [Detail] = []
        /// What the lead means; only where a form has room for it.
        var explanation: Phrase?
    }

    struct Detail: Sendable {
        var mark = Mark.none
        var text: Phrase
        var tone: Phrase.Tone?

        init(_ mark: Mark = .none, _ text: Phrase, _ tone: Phrase.Tone? = nil) {
            self.mark = mark
            self.text = text
            self.tone = tone
        }
    }

    /// What a detail is to what it stands under.
    enum Mark: String, Sendable {
        case none = ""
        case because, perhaps, saw
        case advice = "→"
    }

    /// The last column holds sentences; the others a word each.
    struct Table: Sendable {
        var head: [Phrase] = []
        /// Columns of numbers.
        var rightAligned: Set<Int> = []
        /// Columns that are at least so wide.
        var minimum: [Int: Int] = [:]
        var rows: [[Phrase]]
    }

    /// A section, and nothing where nothing is in it.
    static func section(
        _ title: Phrase, _ entries: [Entry], _ style: Style = .plain
    ) -> [Section] {
        entries.isEmpty ? [] : [Section(title, [.list(entries, style)])]
    }
}
