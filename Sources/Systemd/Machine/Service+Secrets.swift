import SystemdBus
public import Trials

extension Service {
    /// What must not appear in a record or a report: the values of the unit's environment, the
    /// contents of its environment files and of its credentials.
    ///
    /// Encrypted credentials are not among them: only systemd can read those.
    public var redaction: Redaction {
        Redaction(environment + environmentFiles + credentials)
    }

    private var environment: [Redaction.Secret] {
        reading.strings("Environment").compactMap(EnvironmentText.secret)
    }

    private var environmentFiles: [Redaction.Secret] {
        environmentFilePaths.flatMap { path in
            EnvironmentText.secrets(in: machine.text(ofFile: path) ?? "")
        }
    }

    /// Those that its patterns name.
    var environmentFilePaths: [String] {
        (reading["EnvironmentFiles"]?.elements ?? []).compactMap { $0.fields?.first?.string }
            .flatMap(machine.paths)
    }

    private var credentials: [Redaction.Secret] {
        let set = (reading["SetCredential"]?.elements ?? []).compactMap { entry in
            entry.fields.map { fields in
                secret(fields[0].string, String(decoding: fields[1].bytes ?? [], as: UTF8.self))
            }
        }
        let loaded = (reading["LoadCredential"]?.elements ?? []).compactMap { entry in
            entry.fields.flatMap { fields in
                text(ofCredential: fields[1].string ?? "").map { secret(fields[0].string, $0) }
            }
        }
        return set + loaded
    }

    private func secret(_ name: String?, _ value: String) -> Redaction.Secret {
        Redaction.Secret(origin: name ?? "credential", value: value)
    }

    /// From a file, or from the stores that systemd.exec(5) names.
    private func text(ofCredential source: String) -> String? {
        if source.hasPrefix("/") { return machine.text(ofFile: source) }
        return ["/etc", "/run", "/usr/local/lib", "/usr/lib"].lazy
            .compactMap { machine.text(ofFile: "\($0)/credstore/\(source)") }.first
    }
}

/// `NAME=value`, as `Environment=` and environment files have it.
enum EnvironmentText {
    static func secret(_ assignment: String) -> Redaction.Secret? {
        guard let split = assignment.firstIndex(of: "=") else { return nil }
        return Redaction.Secret(
            origin: String(assignment[..<split]),
            value: String(assignment[assignment.index(after: split)...]))
    }

    /// The values of an environment file. Quotes and continuation lines are not resolved: each
    /// line is looked for as it stands, and without the quotes around it.
    static func secrets(in text: String) -> [Redaction.Secret] {
        var origin = "EnvironmentFile"
        return text.split(whereSeparator: \.isNewline).flatMap { line -> [Redaction.Secret] in
            let line = line.trimmed
            if line.isEmpty || line.hasPrefix("#") || line.hasPrefix(";") { return [] }
            var value = line
            if let named = secret(line), named.origin.allSatisfy(isNamePart) {
                origin = named.origin
                value = named.value
            }
            let bare = value.drop { "\"'".contains($0) }
            let end = bare.lastIndex { !"\"'\\".contains($0) }
            let inner = end.map { String(bare[...$0]) } ?? ""
            return [value, inner].map { Redaction.Secret(origin: origin, value: $0) }
        }
    }

    private static func isNamePart(_ character: Character) -> Bool {
        character == "_" || character.isASCII && (character.isLetter || character.isNumber)
    }
}
