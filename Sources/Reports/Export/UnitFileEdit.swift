import Hardening
import Trials

/// A unit file that gets settings of its own instead of a drop-in: at the end of its last section
/// `[Service]`. What they make void is taken out.
struct UnitFileEdit {
    /// A line of the old file, of the new one, or of both.
    enum Line: Hashable {
        case kept(String)
        case removed(String)
        case added(String)
    }

    let lines: [Line]

    /// - Parameters:
    ///   - text: the unit file, whose lines end with a line feed.
    ///   - sections: what it gets, an empty line between them. Of commands before the start only
    ///     those that the settings need are put before the file's own.
    /// - Returns: nil for a file without a section `[Service]`.
    init?(of text: String, adding sections: [[DropInSetting]]) {
        let settings = sections.map { $0.filter { !$0.isStartCommands } }.filter { !$0.isEmpty }
        let replaced = Set(settings.joined().filter(\.replacesEarlier).map(\.name))
        var new = Array(
            settings.map { $0.flatMap(\.withoutReset.lines) }.joined(separator: [""]))
        var old = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if old.last == "" { old.removeLast() }
        var isService = false
        var last: Int?
        var removed: Set<Int> = []
        var firstCommand: Int?
        var commands = sections.joined().flatMap(\.preparations)
        for line in UnitFileLine.all(in: text) {
            if line.isHeader { isService = line.text == "[Service]" }
            guard isService else { continue }
            // The last continuation line of a file that ends in a backslash is past its end.
            last = min(line.lastNumber, old.count)
            guard let (name, value) = line.assignment else { continue }
            if replaced.contains(name) { removed.formUnion(line.number...line.lastNumber) }
            if name == DropInSetting.startCommandsName {
                firstCommand = firstCommand ?? line.number
                commands.removeAll { $0 == value }
            }
        }
        guard let last else { return nil }
        let added = commands.map { "\(DropInSetting.startCommandsName)=\($0)" }
        if firstCommand == nil && !added.isEmpty { new += [""] + added }
        lines = zip(1..., old).flatMap { number, line -> [Line] in
            // Comments between the lines of a setting are none of it.
            let isComment = ["#", ";"].contains(line.trimmed.first)
            let own: Line = removed.contains(number) && !isComment ? .removed(line) : .kept(line)
            return (number == firstCommand ? added.map(Line.added) : []) + [own]
                + (number == last && !new.isEmpty ? [.added("")] + new.map(Line.added) : [])
        }
    }

    /// One hunk of a unified diff that has every change, with three lines around it.
    ///
    /// - Parameter isClosed: whether the old file ended with a line feed; the new one does, where
    ///   its last line is another.
    func hunk(isClosed: Bool) -> [String] {
        let changed = lines.indices.filter { index in
            if case .kept = lines[index] { false } else { true }
        }
        guard let first = changed.first, let last = changed.last else { return [] }
        let range = max(0, first - 3)...min(lines.count - 1, last + 3)
        let (before, within) = (lines[..<range.lowerBound], lines[range])
        let lastOld = lines.lastIndex { if case .added = $0 { false } else { true } }
        let open = "\\ No newline at end of file"
        let body = range.flatMap { index -> [String] in
            let isOpen = !isClosed && index == lastOld
            switch lines[index] {
            case .added(let line): return ["+\(line)"]
            case .removed(let line): return ["-\(line)"] + (isOpen ? [open] : [])
            case .kept(let line):
                if !isOpen { return [" \(line)"] }
                return index == lines.count - 1
                    ? [" \(line)", open] : ["-\(line)", open, "+\(line)"]
            }
        }
        let old = (start: before.count(old: true) + 1, count: within.count(old: true))
        let new = (start: before.count(old: false) + 1, count: within.count(old: false))
        return ["@@ -\(old.start),\(old.count) +\(new.start),\(new.count) @@"] + body
    }
}

extension ArraySlice<UnitFileEdit.Line> {
    /// How many of them the old file has, or the new one.
    fileprivate func count(old: Bool) -> Int {
        count { line in
            switch line {
            case .kept: true
            case .removed: old
            case .added: !old
            }
        }
    }
}
