import ArgumentParser
import Foundation

struct RecordOptions: ParsableArguments {
    @Option(
        name: .customLong("record"),
        help: ArgumentHelp(
            "Write the record for `temper check` to this file too, for version control.",
            valueName: "file"))
    var file: String?

    /// What is wrong with the place, or nil.
    var problem: String? { file.flatMap { WritablePlace.problem(with: $0, option: "--record") } }
}

/// A file that is to be written at the end of minutes of work.
enum WritablePlace {
    /// Why it could not be written, or nil.
    static func problem(with file: String, option: String) -> String? {
        let directory = URL(fileURLWithPath: file).deletingLastPathComponent().path
        if access(directory, W_OK) == 0 { return nil }
        return "\(option) \(file): \(directory): \(String(cString: strerror(errno)))"
    }
}
