import SystemdBus

/// Properties that are set in another form than they are read in.
extension BlueprintDraft {
    mutating func transform(_ row: CopyRow, _ value: BusValue, _ how: Transform) {
        switch how {
        case .commands:
            sendCommands(row.name, value.elements ?? [])
        case .hardLimit:
            sendLimit(row, value, beside: row.name + "Soft")
        case .softLimit(let hard):
            sendLimit(row, value, beside: hard)
        case .workingDirectory:
            guard difference(row, value) != nil, let path = value.string else { return }
            send(row.name, .string(path.hasPrefix("!") ? "-" + path.dropFirst() : path))
        case .seLinuxContext:
            sendSELinuxContext(row, value)
        case .refreshOnReload:
            guard let words = difference(row, value)?.elements else { return }
            send(row.name, .array(element: "(bs)", words.map { .structure([.bool(false), $0]) }))
        case .widened:
            guard difference(row, value) != nil, let number = value.uint16 else { return }
            send(row.name, .uint32(UInt32(number)))
        case .reversed:
            guard case .array(let element, let values) = difference(row, value) else { return }
            send(row.name, .array(element: element, values.reversed()))
        case .directorySymlinks:
            sendDirectorySymlinks(row, value)
        }
    }

    /// A service may have no command of a kind, so these are compared with nothing at all.
    private mutating func sendCommands(_ property: String, _ commands: [BusValue]) {
        guard !commands.isEmpty else { return }
        send(
            property, .array(element: "(sasas)", commands.compactMap(\.command).map(\.asSet)))
        // 262 takes the flag and drops it.
        for command in commands.compactMap(\.command)
        where command.flags.contains("ambient") && version >= 262 {
            name(
                DirectiveText.name(property), "!!" + command.arguments.joined(separator: " "),
                Withheld(
                    because: "systemd \(version) drops the prefix !! of a transient unit",
                    so: "the command runs as if it had none"))
        }
    }

    private mutating func sendLimit(_ row: CopyRow, _ value: BusValue, beside other: String) {
        guard value != bare[row.name] || original[other] != bare[other] else { return }
        send(row.name, value)
    }

    private mutating func sendSELinuxContext(_ row: CopyRow, _ value: BusValue) {
        guard difference(row, value) != nil, let fields = value.fields, fields.count == 2,
            let context = fields[1].string, !context.isEmpty
        else { return }
        send(row.name, .string(context))
        if fields[0].bool == true {
            name(
                row.name, "-" + context,
                Withheld(
                    because: "a transient unit cannot say that a failure is to be ignored",
                    so: "the copy fails where the context cannot be set"))
        }
    }

    private mutating func sendDirectorySymlinks(_ row: CopyRow, _ value: BusValue) {
        let telling = (difference(row, value)?.elements ?? []).filter { entry in
            guard let fields = entry.fields, fields.count == 3 else { return false }
            return fields[1].string != "" || fields[2].uint64 != 0
        }
        if !telling.isEmpty { send(row.name, .array(element: "(sst)", telling)) }
    }
}

/// The part of a command that is a setting.
struct Command: Hashable {
    let path: String
    let arguments: [String]
    /// `ignore-failure`, `privileged` (`+`), `no-setuid` (`!`), `no-env-expand` (`:`), `ambient`
    /// (`!!`), `via-shell` (`|`, since 262).
    let flags: [String]

    var asSet: BusValue { .structure([.string(path), .strings(arguments), .strings(flags)]) }
}

extension BusValue {
    /// One element of an `Exec…Ex` property; nil for anything else.
    var command: Command? {
        guard let fields, fields.count >= 3, let path = fields[0].string,
            let arguments = fields[1].strings, let flags = fields[2].strings
        else { return nil }
        return Command(path: path, arguments: arguments, flags: flags)
    }
}
