import CSystemd
import Glibc

/// What the journal is told about a unit, with an explanation in `temper.catalog`
/// (`journalctl --catalog`).
public struct JournalMessage: Hashable, Sendable {
    /// What it is about. The raw value is the MESSAGE_ID, which never changes (sd_journal_send(3)).
    public enum Kind: String, CaseIterable, Sendable {
        case regressed = "06816066d9e945bf8d7bf3e471d0f732"
        case broken = "4f02006312a44a39bbbf7eaaeda0bfb3"
        case untested = "f00eeeffe4bb442cb773ea4635c81aad"
        case installed = "3bff0ceeed94406dba52ee748b963864"
        case notInstalled = "a1616b874d27457e85f8104b3300b6fa"
        case reverted = "3061060c8b3541849d024e1091c1f027"

        /// As of syslog(3).
        var priority: Int32 {
            switch self {
            case .broken: LOG_ERR
            case .regressed, .untested, .notInstalled: LOG_WARNING
            case .installed, .reverted: LOG_NOTICE
            }
        }
    }

    public var kind: Kind
    public var unit: String
    /// One line.
    public var text: String

    public init(_ kind: Kind, unit: String, _ text: String) {
        self.kind = kind
        self.unit = unit
        self.text = text
    }

    /// `journalctl -u UNIT` shows what root says of a unit under this name (systemd's logs-show.c).
    var fields: [String] {
        [
            "MESSAGE=\(text)", "MESSAGE_ID=\(kind.rawValue)", "PRIORITY=\(kind.priority)",
            "SYSLOG_IDENTIFIER=temper", "OBJECT_SYSTEMD_UNIT=\(unit)",
        ]
    }

    /// Tells the journal, where that is what systemd has given the program as standard error: at a
    /// terminal the report says it. What does not arrive is lost, and stands in the report, too.
    public func send() {
        guard JournalMessage.isRead else { return }
        let texts = fields.map { strdup($0) }
        defer { for text in texts { free(text) } }
        let parts = texts.map { iovec(iov_base: $0, iov_len: $0.map { strlen($0) } ?? 0) }
        sd_journal_sendv(parts, Int32(parts.count))
    }

    /// systemd says in the environment which stream it has given to the journal (systemd.exec(5));
    /// whoever redirected it since has another one.
    private static var isRead: Bool {
        guard let stream = getenv("JOURNAL_STREAM") else { return false }
        var about = stat()
        return fstat(STDERR_FILENO, &about) == 0
            && String(cString: stream) == "\(about.st_dev):\(about.st_ino)"
    }
}
