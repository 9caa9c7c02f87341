import Foundation
import Systemd
package import Trials

package enum RecordFile {
    static func write(_ record: HardeningRecord, to file: String) throws(TemperError) {
        do {
            try PlaceInRoot.write(record.text, to: file)
        } catch {
            throw .experiment("the record cannot be written to \(file): \(error.description)")
        }
    }

    package static func read(_ file: String) throws(TemperError) -> HardeningRecord {
        // Its probes and preparations are run, and by root.
        if let problem = Trust.current.problem(withPath: file) {
            throw .usage(
                "--record \(file) is not to be trusted: \(problem); take that right away with "
                    + "chown or chmod")
        }
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
            throw .usage("\(file) cannot be read; give --record a file that `temper harden` wrote")
        }
        do { return try HardeningRecord(reading: text, file: file) } catch {
            throw .usage(error.description)
        }
    }
}
