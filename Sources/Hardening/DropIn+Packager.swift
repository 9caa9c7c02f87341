extension DropIn {
    /// The same as a maintainer of the unit would write it: without comments, in the order of
    /// systemd's manual, an empty line between its sections, and no assignment that empties a list
    /// in which nothing is.
    ///
    /// - Parameters:
    ///   - text: a drop-in for one section, `[Service]`.
    ///   - assigned: the settings that the unit's own files make; nil where that is not known, and
    ///     then every list is emptied first as before.
    public static func forPackager(_ text: String, over assigned: Set<String>?) -> String {
        let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
        var settings: [(name: String, lines: [Substring])] = []
        for line in lines {
            guard let end = line.firstIndex(of: "=") else { continue }
            let name = String(line[..<end])
            if let place = settings.firstIndex(where: { $0.name == name }) {
                settings[place].lines.append(line)
            } else {
                settings.append((name, [line]))
            }
        }
        let sorted = settings.enumerated().map { number, setting in
            (ManualOrder.place(of: setting.name), number, setting)
        }.sorted { ($0.0.section, $0.0.place, $0.1) < ($1.0.section, $1.0.place, $1.1) }
        var result = lines.filter { $0.hasPrefix("[") }
        var section: Int?
        for (place, _, setting) in sorted {
            if let section, section != place.section { result.append("") }
            section = place.section
            let isEmptied = setting.lines.count > 1 && setting.lines[0].hasSuffix("=")
            let isVain = isEmptied && assigned?.contains(setting.name) == false
            result += isVain ? setting.lines.dropFirst() : setting.lines[...]
        }
        return result.joined(separator: "\n") + "\n"
    }
}
