/// What a line says, whenever and by whichever copy it is said.
extension LogLine {
    /// The line without what differs from run to run: numbers, times, addresses, hexadecimal
    /// digits, names of trials. Two lines with the same plain text say the same.
    ///
    /// A number that says how something ended is kept: `exit status 1`, `signal 31`.
    public var plain: String {
        var parts: [String] = []
        var word = ""
        func close() {
            if !word.isEmpty { parts.append(LogLine.plain(word, after: parts)) }
            word = ""
        }
        for character in message {
            if character.isLetter || character.isNumber {
                word.append(character)
            } else {
                close()
                parts.append(String(character))
            }
        }
        close()
        return "\(source): \(LogLine.collapsed(parts).joined())"
    }

    private static func plain(_ word: String, after parts: [String]) -> String {
        if calendar.contains(word.lowercased()) { return "#" }
        // The word before it, unless more than a mark or two lie between.
        let before = parts.suffix(3).last { $0.contains(where: \.isLetter) }?.lowercased()
        // mktemp(1) takes letters and digits by chance.
        if before == "tmp" && word.count >= 6 { return "#" }
        guard word.contains(where: \.isNumber) else {
            let digits = word.hasPrefix("temper") ? word.dropFirst(6) : Substring(word)
            return digits.count >= 12 && digits.allSatisfy(\.isHexDigit) ? "#" : word
        }
        return word.count <= 3 && telling.contains(before ?? "") ? word : "#"
    }

    /// An address or a time is one thing, however many parts it has.
    private static func collapsed(_ parts: [String]) -> [String] {
        var kept: [String] = []
        for part in parts {
            if part == "#", let last = kept.lastIndex(where: { !separators.contains($0) }),
                kept[last] == "#"
            {
                kept.removeSubrange((last + 1)...)
            } else {
                kept.append(part)
            }
        }
        return kept
    }

    private static let separators: Set<String> = [".", ":", "-", "/", ",", "+", " "]

    private static let telling: Set<String> = ["status", "signal", "code", "errno"]

    private static let calendar: Set<String> = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
        "mon", "tue", "wed", "thu", "fri", "sat", "sun", "utc", "cet", "cest", "gmt",
    ]
}

extension LogLine {
    /// Whether it warns or complains. Daemons that write to standard error have all their lines
    /// recorded as information, so the words count as much as the priority.
    public var isComplaint: Bool {
        if priority <= 4 { return true }
        let text = message.lowercased()
        return LogLine.complaints.contains(where: text.contains)
    }

    private static let complaints = [
        "fail", "denied", "not permitted", "error", "fatal", "cannot", "can't", "can not",
        "could not", "couldn't", "unable", "warn", "refused", "invalid", "no such", "not found",
        "read-only", "unavailable", "not supported", "unsupported", "not implemented",
        "bad system call", "segmentation fault", "core dumped", "aborted", "killed", "panic",
        "critical", "exited on signal", "terminated by signal", "exception", "out of memory",
    ]

    /// The signal by which it says that a process crashed, such as `worker process 7 exited on
    /// signal 31`; a shell says so of its commands in the words of strsignal(3).
    var crash: String? {
        let text = message.lowercased()
        for (words, signal) in LogLine.crashes where text.contains(words) { return signal }
        var rest = text[...]
        while let found = rest.firstRange(of: "signal ") {
            rest = rest[found.upperBound...]
            if let number = Int32(rest.prefix(while: \.isNumber)), Signal.isCrash(number) {
                return Signal.name(number)
            }
        }
        return nil
    }

    private static let crashes = [
        ("bad system call", "SIGSYS"), ("sigsys", "SIGSYS"), ("segmentation fault", "SIGSEGV"),
        ("sigsegv", "SIGSEGV"), ("sigabrt", "SIGABRT"), ("illegal instruction", "SIGILL"),
        ("bus error", "SIGBUS"), ("core dumped", "a core dump"),
    ]
}
