import Hardening

/// Takes the secrets of a unit out of what is written down and shown: a service, or a probe, may say
/// its password aloud when something fails.
///
/// A value is replaced by where it comes from, such as `[DB_PASSWORD]`. Short values are replaced
/// only where they stand by themselves; those under 4 characters are no secrets. The passwords of
/// URLs are left out whatever they are.
public struct Redaction: Hashable, Sendable {
    private let secrets: [Secret]

    /// A value and where it comes from.
    public struct Secret: Hashable, Sendable {
        public let origin: String
        public let value: String

        public init(origin: String, value: String) {
            self.origin = origin
            self.value = value
        }
    }

    public static let none = Redaction([])

    /// - Parameter secrets: values of several lines count line by line.
    public init(_ secrets: [Secret]) {
        let lines = secrets.flatMap { secret in
            secret.value.split(whereSeparator: \.isNewline).map {
                Secret(origin: secret.origin, value: $0.trimmed)
            }
        }
        let telling = lines.filter { $0.value.count >= 4 && !Redaction.isHarmless($0.value) }
        // The longest first: one may hold another.
        self.secrets = Set(telling).sorted {
            ($0.value.count, $0.value, $0.origin) > ($1.value.count, $1.value, $1.origin)
        }
    }

    /// Words that stand in every log: replacing them would hide what went wrong, and not a secret.
    private static func isHarmless(_ value: String) -> Bool {
        let words: Set<String> = [
            "true", "false", "info", "debug", "error", "warn", "warning", "notice", "root",
            "production", "localhost", "utf8", "utf-8", "c.utf-8",
        ]
        return words.contains(value.lowercased())
            || (value.hasPrefix("/") && Places.isPlain(value) && !value.contains("="))
    }

    /// What this replaces, and besides it these secrets.
    public func with(_ more: [Secret]) -> Redaction { Redaction(secrets + more) }

    public func applied(to text: String) -> String {
        secrets.reduce(text.withoutPasswords) { text, secret in
            guard text.contains(secret.value) else { return text }
            return secret.value.count >= 8
                ? text.replacing(secret.value, with: "[\(secret.origin)]")
                : Redaction.replacing(secret, in: text)
        }
    }

    /// Where neither a letter nor a digit stands beside it.
    private static func replacing(_ secret: Secret, in text: String) -> String {
        func isWord(_ character: Character?) -> Bool {
            character.map { $0.isLetter || $0.isNumber } ?? false
        }
        var result = ""
        var rest = text[...]
        while let found = rest.firstRange(of: secret.value) {
            let before = rest[..<found.lowerBound].last ?? result.last
            result += rest[..<found.lowerBound]
            let stands = !isWord(before) && !isWord(rest[found.upperBound...].first)
            result += stands ? "[\(secret.origin)]" : secret.value
            rest = rest[found.upperBound...]
        }
        return result + rest
    }

    /// The observation as it may be written down. Names of units, settings and states are left as
    /// they are: verdicts rest on them.
    public func applied(to observation: Observation) -> Observation {
        switch observation {
        case .refusedByManager(let name, let message):
            return .refusedByManager(name: name, message: applied(to: message))
        case .probe(let stage, let name, let outcome):
            return .probe(stage, name: name, applied(to: outcome))
        case .log(let line): return .log(line.mappingMessage(applied))
        case .refused(let request): return .refused(request.mappingPath(applied))
        case .command(let command): return .command(command.redacted(by: self))
        default: return observation
        }
    }

    private func applied(to outcome: CheckOutcome) -> CheckOutcome {
        switch outcome {
        case .healthy: .healthy
        case .unhealthy(let why): .unhealthy(applied(to: why))
        case .cannotTell(let why): .cannotTell(applied(to: why))
        }
    }
}
