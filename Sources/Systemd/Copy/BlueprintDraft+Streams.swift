import SystemdBus

/// Standard input, output and error. The bus tells that they are a file, not which one.
extension BlueprintDraft {
    mutating func carryStream(_ row: CopyRow, _ value: BusValue) {
        guard difference(row, value) != nil, let target = value.string else { return }
        switch target {
        case "file": sendFile(row.name, as: "File", prefix: "file:")
        case "append": sendFile(row.name, as: "FileToAppend", prefix: "append:")
        case "truncate": sendFile(row.name, as: "FileToTruncate", prefix: "truncate:")
        case "socket" where !original.sockets.isEmpty: send(row.name, value)
        case "fd" where !original.sockets.isEmpty:
            let property = row.name + "FileDescriptorName"
            if let name = original[property] { send(property, name) }
        case "fd", "socket":
            name(
                row.name, target,
                Withheld(
                    because: "the descriptor comes from a socket unit, and none is active",
                    so: "the stream is the manager's default"))
        default: send(row.name, value)
        }
    }

    /// The path stands in the unit files only, with its specifiers.
    private mutating func sendFile(_ stream: String, as suffix: String, prefix: String) {
        let written = original.files.values(of: stream).last ?? ""
        let path = written.hasPrefix(prefix) ? String(written.dropFirst(prefix.count)) : ""
        guard !path.isEmpty, let expanded = Specifiers(unit: original.name).expand(path) else {
            name(
                stream, written.isEmpty ? prefix + "…" : written,
                Withheld(
                    because: "systemd does not tell the path, nor can it be derived from the "
                        + "unit files",
                    so: "the stream is the manager's default"))
            return
        }
        send(stream + suffix, .string(expanded))
    }
}
