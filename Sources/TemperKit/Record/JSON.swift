import Foundation
import Trials

/// The two ways in which temper writes JSON.
package enum JSON {
    /// For records: one line.
    static func line(_ value: some Encodable) throws -> String {
        try text(value, [.sortedKeys])
    }

    /// For people and programs.
    package static func page(_ value: some Encodable) throws -> String {
        try text(value, [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]) + "\n"
    }

    /// With nothing that would command a terminal on which it is shown: a reader gets the same.
    private static func text(
        _ value: some Encodable, _ form: JSONEncoder.OutputFormatting
    ) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = form
        let text = String(decoding: try encoder.encode(value), as: UTF8.self)
        func isEscaped(_ scalar: Unicode.Scalar) -> Bool { scalar.isCommand && scalar != "\n" }
        guard text.unicodeScalars.contains(where: isEscaped) else { return text }
        return text.unicodeScalars.reduce(into: "") { result, scalar in
            if isEscaped(scalar) {
                result += String(scalar).utf16.map { unit in
                    let digits = String(unit, radix: 16)
                    return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }.joined()
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
    }
}
