import TemperTesting
import Testing

@testable import Hardening

/// What a service or a package chose must not become a setting of its own in root's file.
@Suite("Hostile text in a drop-in") struct UnitFileWordTests {
    /// Marks that mean something to systemd, to a shell or to a reader of lines.
    private static let marks = Array(
        "ab/ \t\n\r\u{0}\u{1b}\u{7f}\"'\\%$;#~-+:=[]@!|{}*?&<>ä€\u{2028}\u{85}\u{fffd}i%n%%$$")

    private static func hostile(using random: inout SplitMix64) -> String {
        let fragments = [
            "\n[Service]\nUser=root", "\\\nExecStart=+/bin/sh", "%i", "%H", "$PATH", "${A}",
            "\" \"", "' '", "\\", "; /bin/sh", " -/etc", "\u{0}", "\r\nAmbientCapabilities=~",
        ]
        var text = ""
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            text +=
                Bool.random(using: &random)
                ? fragments.randomElement(using: &random)!
                : String((0..<3).map { _ in marks.randomElement(using: &random)! })
        }
        return text
    }

    /// Reads the words of a value as systemd.syntax(7), systemd.service(5) and systemd.unit(5) have
    /// it: a model of its own, written from the manual pages.
    private static func words(_ value: String, isCommand: Bool) -> [String]? {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var rest = Array(value)[...]
        while let character = rest.popFirst() {
            if let open = quote {
                if character == "\\" {
                    guard let next = rest.popFirst() else { return nil }
                    word?.append(next)
                } else if character == open {
                    quote = nil
                } else {
                    word?.append(character)
                }
            } else if character == "\"" || character == "'" {
                quote = character
                word = word ?? ""
            } else if character == "\\" {
                guard let next = rest.popFirst() else { return nil }
                word = (word ?? "") + String(next)
            } else if " \t\n\r".contains(character) {
                if let whole = word { words.append(whole) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        if quote != nil { return nil }
        if let whole = word { words.append(whole) }
        return words.map { word in
            let plain = word.replacing("%%", with: "\u{1}")
            if plain.contains("%") { return "a specifier" }
            let text = plain.replacing("\u{1}", with: "%")
            guard isCommand else { return text }
            let literal = text.replacing("$$", with: "\u{1}")
            return literal.contains("$") ? "a variable" : literal.replacing("\u{1}", with: "$")
        }
    }

    @Test("a word is read back as what it was, or not written at all")
    func roundTrip() {
        var random = SplitMix64(seed: 20)
        for _ in 0..<20_000 {
            let text = Self.hostile(using: &random)
            for isArgument in [false, true] {
                guard let word = UnitFileWord.quoted(text, isArgument: isArgument) else {
                    #expect(text.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7f })
                    continue
                }
                #expect(Self.words(word, isCommand: isArgument) == [text], "\(word)")
            }
            if let bare = UnitFileWord.bare(text) {
                #expect(bare == text && !text.contains("%") && !text.contains("\\"))
            }
        }
    }

    @Test("whatever it is told, a drop-in holds one section and the settings that it was to hold")
    func wholeDropIns() {
        var random = SplitMix64(seed: 21)
        for _ in 0..<2_000 {
            var usage = Usage()
            usage.written = [Self.hostile(using: &random), "/var/lib/x"]
            usage.homes = [Self.hostile(using: &random): Bool.random(using: &random)]
            usage.devices = [Self.hostile(using: &random), "/dev/ttyS0"]
            usage.files = ["/run/" + Self.hostile(using: &random)]
            usage.user = Self.hostile(using: &random)
            let catalogue = Catalogue.standard.accommodating(usage)
            let before = Sandbox([
                "ReadWritePaths": .list([Self.hostile(using: &random)]),
                "RestrictNetworkInterfaces": .filter(
                    allow: true, [Self.hostile(using: &random), "lo"]),
                "DeviceAllow": .list([Self.hostile(using: &random) + " rw"]),
            ])
            let ids = [
                "ProtectSystem=strict", "ProtectHome=tmpfs", "DevicePolicy=closed",
                "PrivateDevices=yes", "User=\(usage.user!)", "SystemCallFilter=@system-service",
            ]
            let text = HardeningSubject(before, in: catalogue, dialect: .withSmallGroups).dropIn(
                for: Profile(ids, in: catalogue), header: [Self.hostile(using: &random)],
                reasons: ["ProtectSystem": Self.hostile(using: &random)]
            ).text
            let known = Set(
                catalogue.directives.map(\.name) + Exception.places.map(\.setting.rawValue)
                    + ["AmbientCapabilities", "ExecStartPre", "SystemCallErrorNumber"])
            let lines = text.unicodeScalars.split { $0 == "\n" || $0 == "\r" || $0 == "\0" }
                .map(String.init)
            #expect(lines.filter { $0.hasPrefix("[") } == ["[Service]"], "\(text)")
            for line in lines where !line.hasPrefix("#") && !line.hasPrefix("[") {
                let name = String(line.prefix { $0 != "=" })
                #expect(known.contains(name), "\(line)")
                #expect(!line.hasSuffix("\\"), "\(line)")
                #expect(Self.words(line, isCommand: name == "ExecStartPre") != nil, "\(line)")
            }
        }
    }

    @Test("device nodes stand on lines of their own")
    func devices() {
        var usage = Usage()
        usage.devices = ["/dev/ttyS0", "/dev/ttyUSB0"]
        let catalogue = Catalogue.standard.accommodating(usage)
        let text = HardeningSubject(Sandbox(), in: catalogue, dialect: .withSmallGroups).dropIn(
            for: Profile(["DevicePolicy=closed"], in: catalogue)
        ).text
        #expect(
            text.contains("DeviceAllow=\nDeviceAllow=/dev/ttyS0 rw\nDeviceAllow=/dev/ttyUSB0 rw"))
    }
}
