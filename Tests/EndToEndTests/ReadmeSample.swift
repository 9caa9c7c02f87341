import Foundation

/// What the README shows of a campaign on nginx.
struct ReadmeSample {
    /// Its lines from the result on, without those that stand for others.
    let lines: [String]
    /// Of its drop-in.
    let dropIn: String

    init() throws {
        let top = URL(filePath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: top.appending(path: "README.md"), encoding: .utf8)
        lines = text.split(separator: "\n").map(String.init)
            .drop { !$0.hasPrefix("nginx.service  exposure") }.prefix { $0 != "```" }
            .filter { $0 != " ..." }
        let second = text.components(separatedBy: "\n```\n").first { $0.hasPrefix("# The service") }
        dropIn = (second ?? "no drop-in") + "\n"
    }

    /// The lines that `text` lacks in this order, but for what differs from run to run: times,
    /// the numbers of trials and the package's version.
    func linesMissing(in text: String) -> [String] {
        var rest = text.split(separator: "\n").map { Self.lasting(String($0)) }[...]
        return lines.filter { line in
            guard let place = rest.firstIndex(of: Self.lasting(line)) else { return true }
            rest = rest[(place + 1)...]
            return false
        }
    }

    private static func lasting(_ line: String) -> String {
        line.replacing(/trial +[0-9]+/, with: "trial").replacing(/[0-9]+ trials/, with: "trials")
            .replacing(/[0-9.]+ s$/, with: "s").replacing(/systemd [0-9]\S+/, with: "systemd")
            .replacing(/\s+/, with: " ")
    }
}
