import ArgumentParser
import Foundation
import Glibc
import Linux

/// How the result is given out.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print the result as JSON (schema temper.harden/1).")
    var json = false

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Write the drop-in to this file.", valueName: "file"))
    var output: String?

    @Flag(name: .shortAndLong, help: "Show no progress.")
    var quiet = false

    /// What is wrong with a value, or nil. Asked before the work of minutes is done.
    var problem: String? { OutputOptions.problem(output) }

    /// What is wrong with a file to be written, or nil.
    static func problem(_ output: String?) -> String? {
        guard let output else { return nil }
        let directory = URL(fileURLWithPath: output).deletingLastPathComponent().path
        var about = stat()
        if lstat(output, &about) == 0, about.st_mode & S_IFMT != S_IFREG {
            return "--output \(output): that is a link or no file; name a file"
        }
        if access(directory, W_OK) == 0 { return nil }
        return "--output \(output): \(directory): \(Errno.current)"
    }
}

/// A file that is to be written at the end of minutes of work.
enum WritablePlace {
    /// Why it could not be written, or nil.
    static func problem(with file: String, option: String) -> String? {
        let directory = URL(fileURLWithPath: file).deletingLastPathComponent().path
        if access(directory, W_OK) == 0 { return nil }
        return "\(option) \(file): \(directory): \(Errno.current)"
    }
}
