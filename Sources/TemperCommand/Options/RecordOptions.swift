import ArgumentParser

/// Where the record goes besides the ledger.
struct RecordOptions: ParsableArguments {
    @Option(
        name: .customLong("record"),
        help: ArgumentHelp(
            "Write the record for `temper check` to this file too, for version control.",
            valueName: "file"),
        completion: .file())
    var file: String?

    /// What is wrong with the place, or nil.
    var problem: String? { file.flatMap { OutputFile.problem($0, option: "--record") } }
}
