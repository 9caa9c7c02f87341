/// A system call that succeeded, as `strace -f -y -xx` records it.
struct RecordedCall {
    /// What changes files, or brings them to the disk.
    static let names = [
        "openat", "creat", "write", "pwrite64", "writev", "ftruncate", "fsync", "fdatasync",
        "rename", "renameat", "renameat2", "unlink", "unlinkat", "link", "linkat", "symlink",
        "symlinkat",
    ]

    let name: String
    /// Its strings, and the paths of its descriptors, in their order; a result's is the last.
    let texts: [[UInt8]]
    let flags: String

    init?(_ line: Substring) {
        guard let opening = line.firstIndex(of: "("), !line.contains(" = -1 ") else { return nil }
        name = String(line[..<opening].split(separator: " ").last ?? "")
        flags = String(line[opening...])
        texts = flags.matches(of: /["<]((?:\\x[0-9a-f]{2})*)[">]/).map { match in
            match.1.split(separator: #"\x"#).compactMap { UInt8($0, radix: 16) }
        }
    }

    /// Those of all threads: what was interrupted by another one's is on two lines.
    static func all(in record: String) -> [RecordedCall] {
        var begun: [Substring: Substring] = [:]
        return record.split(separator: "\n").compactMap { line in
            let thread = line.prefix { $0 != " " }
            if let cut = line.firstRange(of: " <unfinished ...>") {
                begun[thread] = line[..<cut.lowerBound]
                return nil
            }
            guard let resumed = line.firstRange(of: " resumed>") else { return RecordedCall(line) }
            return RecordedCall((begun[thread] ?? "") + line[resumed.upperBound...])
        }
    }

    /// The path that a string or descriptor stands for; with `isAt`, of a name in a directory.
    func path(_ index: Int, isAt: Bool) -> String {
        let parts = texts[index..<(index + (isAt ? 2 : 1))].map {
            String(decoding: $0, as: UTF8.self)
        }
        return parts.last?.hasPrefix("/") == true
            ? parts[parts.count - 1]
            : parts.joined(separator: "/")
    }
}
