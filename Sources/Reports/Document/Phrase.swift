/// Words of a report, in runs that each form shows in its own way.
///
/// No run is markup: whatever a service, a path or a unit can say is put in as it is, and a form
/// escapes it for where it stands. Written as a literal, `"needs \(code: name)"`.
struct Phrase: Hashable, Sendable, ExpressibleByStringInterpolation {
    enum Run: Hashable, Sendable {
        case plain(String)
        case toned(String, Tone)
        /// A setting or a command.
        case code(String)
        /// What a service, systemd or the kernel said.
        case said(String)
        /// The trial of this number, which a form with links leads to.
        case trial(Int)
        /// The unit at this position of the report, from 1.
        case unit(String, position: Int)
    }

    enum Tone: Hashable, Sendable { case strong, quiet, good, bad, doubt }

    private(set) var runs: [Run]

    init(_ runs: [Run] = []) { self.runs = runs }
    init(stringLiteral text: String) { runs = [.plain(text)] }
    init(stringInterpolation parts: Interpolation) { runs = parts.runs }
    init(_ text: String, _ tone: Tone? = nil) {
        runs = [tone.map { .toned(text, $0) } ?? .plain(text)]
    }

    /// The words alone.
    var text: String {
        runs.map { run in
            switch run {
            case .plain(let text), .toned(let text, _), .code(let text), .said(let text): text
            case .trial(let number): "trial \(number)"
            case .unit(let name, _): name
            }
        }.joined()
    }

    var isEmpty: Bool { text.isEmpty }

    static func + (one: Phrase, other: Phrase) -> Phrase { Phrase(one.runs + other.runs) }

    /// Settings in a row.
    static func code(_ settings: [String], separator: String = " ") -> Phrase {
        Phrase(
            Array(settings.map { [Run.code($0)] }.joined(separator: [.plain(separator)])))
    }

    struct Interpolation: StringInterpolationProtocol {
        fileprivate var runs: [Run] = []

        init(literalCapacity: Int, interpolationCount: Int) {}

        mutating func appendLiteral(_ text: String) {
            if !text.isEmpty { runs.append(.plain(text)) }
        }

        mutating func appendInterpolation(_ value: some CustomStringConvertible) {
            runs.append(.plain(value.description))
        }
        mutating func appendInterpolation(_ phrase: Phrase) { runs += phrase.runs }
        mutating func appendInterpolation(code text: String) { runs.append(.code(text)) }
        mutating func appendInterpolation(said text: String) { runs.append(.said(text)) }
        mutating func appendInterpolation(trial number: Int) { runs.append(.trial(number)) }
        mutating func appendInterpolation(_ text: String, _ tone: Tone) {
            runs.append(.toned(text, tone))
        }
    }
}
