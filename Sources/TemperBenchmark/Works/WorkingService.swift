import TemperKit
import Trials

/// A service of `works`: how it is made ready, the weakest probe that somebody would give, and what
/// it does beside that. Read from a table of Examples/Works.
struct WorkingService: Sendable {
    /// Something that the service does for those who use it.
    struct Check: Sendable {
        let name: String
        /// Run by `/bin/sh -c` as root; it holds when that ends with 0.
        let command: String
    }

    /// As on the command line and as its table is named.
    let name: String
    /// What kind of service it is, in a word or two.
    var kind = ""
    var unit = ""
    /// The account whose own manager runs it; nil for a service of the system.
    var account: String?
    /// What has to be installed, beside systemd.
    var packages: [String] = []
    /// The lowest exposure that somebody came to by hand; nil where none is known.
    var byHand: Double?
    /// The probe, as a plan; and what makes a lab ready, as its preparation.
    var plan = Plan()
    /// In this order, each with what those before it left behind.
    var checks: [Check] = []

    var manager: ManagerChoice { account.map { .user($0) } ?? .system }
}

/// A line of a table that cannot be understood.
struct TableError: Error, CustomStringConvertible {
    let description: String
}

extension WorkingService {
    /// Reads a table: a word at the beginning of a line and its value, or below it, indented by four
    /// blanks, commands of the shell.
    ///
    /// - Parameter release: of Debian; `unit@bookworm` wins over `unit` there, and so with each word.
    init(named name: String, reading text: String, for release: String) throws {
        self.init(name: name)
        var common = ""
        for entry in try Entry.all(in: text, of: name).of(release) {
            switch entry.word {
            case "kind": kind = entry.value
            case "unit": unit = entry.value
            case "user": account = entry.value
            case "packages":
                packages += entry.value.split(separator: " ").map(String.init)
            case "by-hand": byHand = Double(entry.value)
            case "probe":
                let line = "[X-Temper]\n" + entry.value
                plan = plan.overridden(by: try Plan(reading: line, file: name))
            case "setup": plan.preparations.append("set -e\n" + entry.body)
            case "common": common = entry.body
            case "check":
                checks.append(Check(name: entry.value, command: common + entry.body))
            default: throw TableError(description: "\(name): what is “\(entry.word)”?")
            }
        }
        if let problem { throw TableError(description: "\(name): \(problem)") }
    }

    private var problem: String? {
        if unit.isEmpty { return "there is no unit" }
        if kind.isEmpty { return "there is no kind" }
        if plan.probes.isEmpty { return "there is no probe" }
        let names = checks.map(\.name)
        if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
            return "“\(twice)” is there twice"
        }
        return checks.first { $0.command.isEmpty }.map { "“\($0.name)” has no command" }
    }
}

extension [Entry] {
    /// Those that hold there, without the mark of a release.
    fileprivate func of(_ release: String) -> [Entry] {
        let own = Set(map(\.word).filter { $0.hasSuffix("@\(release)") })
        return compactMap { entry in
            var entry = entry
            if own.contains(entry.word) {
                entry.word = String(entry.word.dropLast(release.count + 1))
                return entry
            }
            return entry.word.contains("@") || own.contains("\(entry.word)@\(release)")
                ? nil : entry
        }
    }
}

/// A word of a table with its value and what stands below it.
private struct Entry {
    var word: String
    let value: String
    /// Without the indentation; each line with its end.
    var body = ""

    static func all(in text: String, of table: String) throws -> [Entry] {
        var entries: [Entry] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("    ") {
                guard let last = entries.indices.last else {
                    throw TableError(description: "\(table): begins with commands for nothing")
                }
                entries[last].body += line.dropFirst(4) + "\n"
            } else if !line.isEmpty && !line.hasPrefix("#") {
                let parts = line.split(separator: " ", maxSplits: 1)
                entries.append(
                    Entry(word: String(parts[0]), value: parts.count > 1 ? String(parts[1]) : ""))
            }
        }
        return entries
    }
}
