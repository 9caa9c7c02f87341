/// A setting of a drop-in with every value that it is given, in their order; an empty first one
/// empties a list.
public struct DropInSetting: Hashable, Sendable {
    public let name: String
    public private(set) var values: [String]

    /// Those of a drop-in for one section, each at the place where it stands first.
    public static func all(in text: String) -> [DropInSetting] {
        var settings: [DropInSetting] = []
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            guard let end = line.firstIndex(of: "=") else { continue }
            let name = String(line[..<end])
            let value = String(line[line.index(after: end)...])
            if let place = settings.firstIndex(where: { $0.name == name }) {
                settings[place].values.append(value)
            } else {
                settings.append(DropInSetting(name: name, values: [value]))
            }
        }
        return settings
    }

    /// Whether it empties a list before it fills it.
    public var isEmptiedFirst: Bool { values.count > 1 && values[0].isEmpty }

    /// Whether what was assigned before it is void: it has one value, or is emptied first.
    public var replacesEarlier: Bool {
        let signature = Catalogue.withExamples.directive(name)?.bus.signature
        return values.first == "" || values == ["yes"]
            || ["b", "s", "u", "i"].contains(signature)
    }

    public static let startCommandsName = "ExecStartPre"

    /// Whether it is commands that are run before the service.
    public var isStartCommands: Bool { name == DropInSetting.startCommandsName }

    /// Of such commands those that stand there for the drop-in's sake; the others are the unit's.
    public var preparations: [String] {
        values.filter { isStartCommands && $0.hasPrefix("+\(StartPreparation.program) ") }
    }

    /// The same without that emptying.
    public var withoutReset: DropInSetting {
        DropInSetting(name: name, values: isEmptiedFirst ? Array(values.dropFirst()) : values)
    }

    public var lines: [String] { values.map { "\(name)=\($0)" } }
}

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
        let headers = text.split(separator: "\n").filter { $0.hasPrefix("[") }
        let sections = sections(of: text, over: assigned).map {
            $0.flatMap(\.lines).joined(separator: "\n")
        }
        return (headers.map(String.init) + [sections.joined(separator: "\n\n")])
            .filter { !$0.isEmpty }.joined(separator: "\n") + "\n"
    }

    /// Its settings in the order of systemd's manual, by the sections of that.
    ///
    /// - Parameter assigned: as with ``forPackager(_:over:)``.
    public static func sections(
        of text: String, over assigned: Set<String>?
    ) -> [[DropInSetting]] {
        let sorted = DropInSetting.all(in: text).enumerated().map { number, setting in
            (ManualOrder.place(of: setting.name), number, setting)
        }.sorted { ($0.0.section, $0.0.place, $0.1) < ($1.0.section, $1.0.place, $1.1) }
        var sections: [(number: Int, settings: [DropInSetting])] = []
        for (place, _, setting) in sorted {
            let isVain = assigned?.contains(setting.name) == false
            let setting = isVain ? setting.withoutReset : setting
            if sections.last?.number == place.section {
                sections[sections.count - 1].settings.append(setting)
            } else {
                sections.append((place.section, [setting]))
            }
        }
        return sections.map(\.settings)
    }
}
