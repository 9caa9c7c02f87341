/// A directory of drop-ins, and what may be left of it when the power fails: of what was not brought
/// to the disk, each change is there or not, and each file is empty, as it was or as it is.
struct UnsyncedDirectory {
    typealias Text = [UInt8]
    /// What systemd would read: drop-ins with their texts.
    typealias Configuration = [String: Text]

    struct UnknownCall: Error { let name: String }

    /// Paths are those of the machine; the watched process may see them below another one.
    private let path: String
    private var files: [(kept: Text, latest: Text)] = []
    /// The names as processes see them, with their files, and those that are sure to stay.
    private var latest: [String: Int] = [:]
    private var kept: [String: Int] = [:]
    /// What was done to names since: each is there as a whole or not at all.
    private var pending: [[String: Int?]] = []
    /// Whether the directory itself is sure to stay.
    private var isKept: Bool

    /// - Parameter contents: what is in it; nil where there is no such directory.
    init(_ path: String, holding contents: [String: String]?) {
        self.path = path
        isKept = contents != nil
        for (name, text) in contents ?? [:] {
            kept[name] = files.count
            files.append((Text(text.utf8), Text(text.utf8)))
        }
        latest = kept
    }

    private func name(_ path: String) -> String? {
        guard let slash = path.lastIndex(of: "/"), path[..<slash].hasSuffix(self.path) else {
            return nil
        }
        return String(path[path.index(after: slash)...])
    }

    private var parent: Substring { path[..<(path.lastIndex(of: "/") ?? path.endIndex)] }

    private mutating func change(_ names: [String: Int?]) {
        pending.append(names)
        for (name, file) in names { latest[name] = file }
    }

    /// Takes one call into account; those of other directories are none of ours.
    ///
    /// - Returns: whether it changed what may be left.
    mutating func apply(_ call: RecordedCall) throws -> Bool {
        if call.name.hasPrefix("open") && !call.flags.contains("O_CREAT") { return false }
        let isAt = call.name.hasSuffix("at") || call.name.hasSuffix("at2")
        let place = call.name.hasPrefix("open") ? call.texts.count - 1 : 0
        let target = call.path(place, isAt: isAt && !call.name.hasPrefix("open"))
        if call.name == "fsync" && target.hasSuffix(path) {
            (kept, pending) = (latest, [])
        } else if call.name == "fsync" && target.hasSuffix(parent) {
            isKept = true
        } else if let name = name(target) {
            try apply(call, to: name, isAt: isAt)
        } else {
            return false
        }
        return true
    }

    private mutating func apply(_ call: RecordedCall, to name: String, isAt: Bool) throws {
        let file = latest[name]
        switch call.name {
        case "openat" where file == nil:
            change([name: files.count])
            files.append(([], []))
        case "unlinkat": change([name: nil])
        case "linkat", "renameat":
            let new = self.name(call.path(isAt ? 2 : 1, isAt: isAt)) ?? ""
            var names: [String: Int?] = [new: file]
            if call.name == "renameat" { names[name] = .some(nil) }
            change(names)
        case "write": files[file ?? 0].latest += call.texts[1]
        case "fsync": files[file ?? 0].kept = files[file ?? 0].latest
        // Whoever writes in another way has to be looked at anew.
        default: throw UnknownCall(name: call.name)
        }
    }

    /// What may be there when the power fails now.
    var leftovers: Set<Configuration> {
        var found: Set<Configuration> = isKept ? [] : [[:]]
        for choice in 0..<(1 << pending.count) {
            var names = kept
            for (index, change) in pending.enumerated() where choice >> index & 1 == 1 {
                for (name, file) in change { names[name] = file }
            }
            var possible: Set<Configuration> = [[:]]
            for (name, file) in names where name.hasSuffix(".conf") {
                let (kept, latest) = files[file]
                let texts: Set<Text> = kept == latest ? [kept] : [kept, latest, []]
                possible = Set(
                    possible.flatMap { other in texts.map { other.merging([name: $0]) { $1 } } })
            }
            found.formUnion(possible)
        }
        return found
    }
}
