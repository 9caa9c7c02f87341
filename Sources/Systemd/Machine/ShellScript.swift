/// A script that stands in a command, as in `sh -c 'cd / && run-parts /etc/cron.daily'`.
enum ShellScript {
    static let shells: Set = ["sh", "bash", "dash", "ksh", "zsh"]
    /// What begins a command (sh(1)), and what stands before one.
    private static let separators: Set<Character> = [";", "&", "|", "(", "{", "\n"]
    private static let prefixes: Set = ["exec", "then", "do", "else", "!", "if", "while"]

    /// The programs that it names; nothing for a command that is none of a shell's. As far as words
    /// tell: quoting is not understood.
    static func programs(of arguments: [String]) -> [String] {
        guard let shell = arguments.first?.split(separator: "/").last,
            shells.contains(String(shell)),
            let option = arguments.firstIndex(where: { $0.hasPrefix("-") && $0.hasSuffix("c") }),
            option + 1 < arguments.count
        else { return [] }
        return arguments[option + 1].split(whereSeparator: separators.contains).compactMap { part in
            part.split(whereSeparator: \.isWhitespace).map(String.init)
                .first { !prefixes.contains($0) && !$0.contains("=") }
        }
    }
}
