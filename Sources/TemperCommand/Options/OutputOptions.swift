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
        help: ArgumentHelp(
            "Write the drop-in to this file; - is standard output, and the report then goes to "
                + "standard error.", valueName: "file"),
        completion: .file())
    var output: String?

    @Flag(name: .shortAndLong, help: "Show no progress.")
    var quiet = false

    @Flag(
        name: .shortAndLong,
        help: "Print the whole result at the end, the drop-in too, as `temper report` does.")
    var verbose = false

    /// What is wrong with a value, or nil. Asked before the work of minutes is done.
    var problem: String? {
        if json, output == OutputFile.standardOutput {
            return
                "--json and --output - both want standard output; the drop-in is part of the JSON"
        }
        return OutputFile.problem(output)
    }
}

/// `--json` of commands that have other forms as well.
enum JSONFlag {
    /// What is wrong with it beside `--format`, or nil.
    static func problem(_ json: Bool, beside format: String) -> String? {
        json && !["text", "json"].contains(format)
            ? "--json and --format \(format) are two forms; leave one out" : nil
    }
}

/// A file that is written at the end of minutes of work.
enum OutputFile {
    /// As most programs have it.
    static let standardOutput = "-"

    /// What is wrong with the file of `--output`, or nil.
    static func problem(_ output: String?) -> String? {
        guard let output, output != standardOutput else { return nil }
        var about = stat()
        if lstat(output, &about) == 0, about.st_mode & S_IFMT != S_IFREG {
            return "--output \(output): that is a link or no file; name a file"
        }
        return problem(output, option: "--output")
    }

    /// Why it could not be written, or nil.
    static func problem(_ file: String, option: String) -> String? {
        if file.isEmpty { return "\(option) needs a file's name" }
        let directory = URL(fileURLWithPath: file).deletingLastPathComponent().path
        if access(directory, W_OK) == 0 { return nil }
        return "\(option) \(file): \(directory): \(Errno.current)"
    }

    /// Whole or not at all.
    ///
    /// - Parameter what: what it is, for the error.
    static func write(_ text: String, to file: String, _ what: String) throws(TemperError) {
        if file == standardOutput { return Terminal.print(text) }
        do { try RootedDirectory.write(text, to: file) } catch {
            throw .experiment("\(what) cannot be written to \(file): \(error)")
        }
    }
}
