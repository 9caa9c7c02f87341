/// The words that temper's screens and reports use as if everybody knew them.
public enum Glossary {
    /// Each word with what it means, in the order of the alphabet.
    public static let entries: [(word: String, meaning: String)] = [
        (
            "baseline",
            "The service as it is, without any new restriction: what it does then is what a trial is "
                + "compared with."
        ),
        (
            "bite",
            "The kernel refuses something that the service is granted as it is, though its probe still "
                + "holds. A restriction that bites is refused, unless --tolerate or --strictest takes it."
        ),
        (
            "caged",
            "Of a lab: its root is nobody on this machine. What is not trusted runs in such labs only."
        ),
        (
            "campaign",
            "All the trials of one `temper harden` on one unit, on record with a number "
                + "(`temper history`). One that was interrupted is resumed; --fresh starts anew."
        ),
        (
            "contested",
            "Of a restriction: it passed, or would pass, but something of the service says that it "
                + "needs what is denied. It is left open; the report names the probe that settles it."
        ),
        (
            "copy",
            "A transient unit with the settings of the real one, on which a trial is made in its place."
        ),
        (
            "directive",
            "A setting of systemd in a unit's file. `temper explain` lists those that temper tries."
        ),
        (
            "drop-in",
            "A file in UNIT.d/ that adds settings to a unit without changing the unit's own file."
        ),
        (
            "exception",
            "What a restriction leaves open for this service, such as a directory that it writes to."
        ),
        (
            "exposure",
            "How much of the system a service could reach, from 0.0 to 10.0, as `systemd-analyze "
                + "security` counts it. Lower is better, and no number alone makes a cage."
        ),
        (
            "footprint",
            "What others see of a service that runs: its sockets, their modes and its label."
        ),
        (
            "lab",
            "A disposable systemd on a copy of this machine or of a tree: what happens there is gone "
                + "with it. `temper lab up look` boots one for you."
        ),
        (
            "plan",
            "A file with a section [X-Temper]: probes, and what is to be kept or tried."
        ),
        (
            "probe",
            "How temper asks whether the service works: a URL, a port, a socket, a name on the bus or a "
                + "command. A result is as good as its probe."
        ),
        (
            "proving",
            "The end of a campaign: the drop-in on the real unit in fresh labs, through a first start, "
                + "log rotation, timers, restart and boot."
        ),
        (
            "record",
            "What a campaign found, kept for `temper report` and for `temper check` after upgrades."
        ),
        (
            "restriction",
            "One value of a directive, of which a stricter one contains the weaker: what is taken or "
                + "refused."
        ),
        (
            "trial",
            "One start of a copy of the service under some restrictions, with all that was seen of it. "
                + "`temper explain NUMBER --unit UNIT` shows one."
        ),
        (
            "unresolved",
            "Of a trial: something disturbed it or its probe could not tell, so it says nothing."
        ),
        (
            "way to root",
            "A way by which an intruder in the service's sandbox could become root on the machine. "
                + "`temper escape UNIT` tries them."
        ),
    ]

    /// What a word means, however it is written; nil of one that is not ours.
    public static func meaning(of word: String) -> String? {
        let word = word.lowercased()
        return entries.first { $0.word == word || $0.word + "s" == word }?.meaning
    }

    /// In at most 100 columns.
    public static func text(on word: String) -> String? {
        guard let meaning = meaning(of: word) else { return nil }
        let document = Document(
            opening: [.paragraph("\(word.lowercased())"), .list([.init(lead: "\(meaning)")])],
            sections: [])
        return DocumentText(document, isColoured: false).text
    }
}
