import ArgumentParser
import Foundation
import Glibc
import Linux
import Systemd
import TemperKit

/// How the result is given out.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print the result as JSON (schema temper.harden/1).")
    var json = false

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Write the drop-in to this file.", valueName: "file"),
        completion: .file())
    var output: String?

    @Flag(name: .shortAndLong, help: "Show no progress.")
    var quiet = false

    /// What is wrong with a value, or nil. Asked before the work of minutes is done.
    var problem: String? { OutputFile.problem(output) }
}

/// A file that is written at the end of minutes of work.
enum OutputFile {
    /// What is wrong with the file of `--output`, or nil.
    static func problem(_ output: String?) -> String? {
        guard let output else { return nil }
        var about = stat()
        if lstat(output, &about) == 0, about.st_mode & S_IFMT != S_IFREG {
            return "--output \(output): that is a link or no file; name a file"
        }
        return problem(output, option: "--output")
    }

    /// Why it could not be written, or nil.
    static func problem(_ file: String, option: String) -> String? {
        let directory = URL(fileURLWithPath: file).deletingLastPathComponent().path
        if access(directory, W_OK) == 0 { return nil }
        return "\(option) \(file): \(directory): \(Errno.current)"
    }

    /// Whole or not at all.
    ///
    /// - Parameter what: what it is, for the error.
    static func write(_ text: String, to file: String, _ what: String) throws(TemperError) {
        do { try RootedDirectory.write(text, to: file) } catch {
            throw .experiment("\(what) cannot be written to \(file): \(error)")
        }
    }
}
