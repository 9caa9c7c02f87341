/// Text that somebody chose who wants to be more than text: markup, controls of terminals, text that
/// runs the other way, and what joins the characters around it.
public struct HostileWords {
    private var generator: SplitMix64

    public init(seed: UInt64) { generator = SplitMix64(seed: seed) }

    private static let parts = [
        "plain", " ", "  ", "\t", "\n", "\r", "\r\n", "\0", "\u{1b}[31m", "\u{1b}]0;x\u{7}",
        "\u{9b}2J", "\u{7f}", "\u{85}", "\u{202e}", "\u{2066}", "\u{2069}", "\u{200f}", "\u{2028}",
        "\u{feff}", "\u{200b}", "\u{e0041}", "\u{301}", "\u{20dd}", "\u{fe0f}", "\u{1f3fd}",
        "\u{903}", "\u{200d}", "é", "日本", "👩‍👩‍👧", "\\", "\\n", "\\u{", "\\u{a}", "\\u{5c}", "}",
        "\\x2d",
        "=", "#", ";", "[X-Temper]", "\nProbe=touch /x\n", "'", "\"", "`", "```", "<script>",
        "</a>",
        "&lt;", "&", "*", "_", "|", "](x)", "- ", "# ", "~~~", "$(x)", "%n", "/", "..", "-->",
        "]]>",
        "\u{fffd}", "\u{fffe}", "\u{10ffff}",
    ]

    /// Up to eight of them.
    public mutating func next() -> String {
        (0..<Int.random(in: 0...8, using: &generator)).map { _ in
            Self.parts.randomElement(using: &generator) ?? ""
        }.joined()
    }
}
