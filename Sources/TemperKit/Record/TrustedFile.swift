import Foundation
import Systemd
public import Trials

/// Files with commands that are run, and by root: only what no other user may write is read.
enum TrustedFile {
    /// - Parameters:
    ///   - option: the one that named the file.
    ///   - kind: what the file should be.
    static func text(
        of file: String, option: String, _ kind: String
    ) throws(TemperError) -> String {
        if let problem = Trust.current.problem(withPath: file) {
            throw .usage(
                "\(option) \(file) is not to be trusted: \(problem); take that right away with "
                    + "chown or chmod")
        }
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
            throw .usage("\(file) cannot be read; give \(option) \(kind)")
        }
        return text
    }
}

extension Plan {
    /// The plan in the section `[X-Temper]` of a file.
    ///
    /// - Throws: `TemperError.usage` where it cannot be read, or another user may write it.
    public init(file: String) throws(TemperError) {
        let text = try TrustedFile.text(of: file, option: "--plan", "a text file")
        do { self = try Plan(reading: text, file: file) } catch {
            throw .usage(error.description)
        }
    }
}

/// A record in a file of its own, for version control.
enum RecordFile {
    static func write(_ record: HardeningRecord, to file: String) throws(TemperError) {
        do {
            try PlaceInRoot.write(record.text, to: file)
        } catch {
            throw .experiment("the record cannot be written to \(file): \(error.description)")
        }
    }

    static func read(_ file: String) throws(TemperError) -> HardeningRecord {
        let text = try TrustedFile.text(
            of: file, option: "--record", "a file that `temper harden` wrote")
        do { return try HardeningRecord(reading: text, file: file) } catch {
            throw .usage(error.description)
        }
    }
}
