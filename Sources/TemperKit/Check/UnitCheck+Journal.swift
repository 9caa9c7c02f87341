package import Reports
package import Systemd

extension UnitCheck {
    /// What the journal is told of a check; nothing where all is as it was. What is installed is
    /// told when that is done.
    package var journalMessages: [JournalMessage] {
        func message(_ kind: JournalMessage.Kind, _ what: String) -> JournalMessage {
            let why = (kind == .notInstalled ? notApplied : because).map { ": \($0)" } ?? ""
            return JournalMessage(kind, unit: unit, "\(unit) \(what)\(why)")
        }
        let tried: JournalMessage? =
            switch standing {
            case .regressed: message(.regressed, "fails under the hardening on record")
            case .broken: message(.broken, "fails without any restriction")
            case .untested: message(.untested, "could not be checked")
            case .passed, .unchanged: nil
            }
        let isRefused = notApplied != nil
        let installing = isRefused ? message(.notInstalled, "runs without what passes now") : nil
        return [tried, installing].compactMap { $0 }
    }
}
