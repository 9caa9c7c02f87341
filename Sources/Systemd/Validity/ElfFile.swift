import Foundation
import Hardening

/// What an ELF file says of itself (elf(5)): of 64 bits and little-endian, as on all architectures
/// that systemd runs on today but a few.
struct ElfFile {
    /// The libraries it needs, by their names (DT_NEEDED).
    private(set) var needed: [String] = []
    /// Where it looks for them first (DT_RUNPATH, DT_RPATH).
    private(set) var runPaths: [String] = []
    /// Differs with every build that differs (NT_GNU_BUILD_ID, or what the Go linker writes).
    private(set) var buildID: String?
    private let reader: Reader

    private struct Segment {
        let type: UInt64
        let offset: Int
        let address: UInt64
        let size: Int
    }

    /// nil for what is no such file.
    init?(_ bytes: Data) {
        let reader = Reader(bytes: bytes)
        guard bytes.count > 64, bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46, 2, 1]),
            let table = reader.number(at: 32, 8), let size = reader.number(at: 54, 2),
            let count = reader.number(at: 56, 2), size >= 56, table < UInt64(bytes.count)
        else { return nil }
        let segments = (0..<count).compactMap { index -> Segment? in
            let at = Int(clamping: table + index * size)
            guard let type = reader.number(at: at, 4), let offset = reader.number(at: at + 8, 8),
                let address = reader.number(at: at + 16, 8),
                let length = reader.number(at: at + 32, 8)
            else { return nil }
            // What lies beyond the file is not there: sums of these cannot overflow.
            return Segment(
                type: type, offset: min(Int(clamping: offset), bytes.count), address: address,
                size: min(Int(clamping: length), bytes.count))
        }
        self.reader = reader
        for segment in segments {
            switch segment.type {
            case 2: readDynamic(segment, segments, reader)
            case 4: readNotes(segment, reader)
            default: break
            }
        }
    }

    private struct Section {
        let type: UInt64
        let offset: Int
        let size: Int
        let link: Int
    }

    /// The functions and objects that it takes from libraries, by the table of sections, which
    /// stripping leaves. Read when asked for: most files are asked for other things.
    var imports: Set<String> {
        guard let table = reader.number(at: 40, 8), let size = reader.number(at: 58, 2),
            let count = reader.number(at: 60, 2), size >= 64, table < UInt64(reader.bytes.count)
        else { return [] }
        let sections = (0..<count).compactMap { index -> Section? in
            let at = Int(clamping: table + index * size)
            guard let type = reader.number(at: at + 4, 4),
                let offset = reader.number(at: at + 24, 8),
                let length = reader.number(at: at + 32, 8), let link = reader.number(at: at + 40, 4)
            else { return nil }
            return Section(
                type: type, offset: min(Int(clamping: offset), reader.bytes.count),
                size: min(Int(clamping: length), reader.bytes.count), link: Int(link))
        }
        guard let symbols = sections.first(where: { $0.type == 11 }),
            sections.indices.contains(symbols.link)
        else { return [] }
        var imports: Set<String> = []
        let names = sections[symbols.link].offset
        for at in stride(from: symbols.offset, to: symbols.offset + symbols.size, by: 24) {
            guard let name = reader.number(at: at, 4), let section = reader.number(at: at + 6, 2)
            else { break }
            if section == 0, name != 0, let text = reader.text(at: names + Int(clamping: name)) {
                imports.insert(text)
            }
        }
        return imports
    }

    private mutating func readDynamic(_ dynamic: Segment, _ all: [Segment], _ reader: Reader) {
        var names: [(tag: UInt64, offset: UInt64)] = []
        var strings: UInt64?
        for at in stride(from: dynamic.offset, to: dynamic.offset + dynamic.size, by: 16) {
            guard let tag = reader.number(at: at, 8), let value = reader.number(at: at + 8, 8),
                tag != 0
            else { break }
            switch tag {
            case 1, 15, 29: names.append((tag, value))
            case 5: strings = value
            default: break
            }
        }
        // The table of strings is named by its address, which a loaded segment holds.
        guard let strings,
            let holder = all.first(where: {
                $0.type == 1 && strings >= $0.address && strings - $0.address < UInt64($0.size)
            })
        else { return }
        let table = holder.offset + Int(strings - holder.address)
        for (tag, offset) in names {
            guard let text = reader.text(at: table + min(Int(clamping: offset), reader.bytes.count))
            else { continue }
            if tag == 1 {
                needed.append(text)
            } else {
                runPaths += text.split(separator: ":").map(String.init)
            }
        }
    }

    private mutating func readNotes(_ notes: Segment, _ reader: Reader) {
        var at = notes.offset
        while at + 12 <= notes.offset + notes.size {
            guard let name = reader.number(at: at, 4), let size = reader.number(at: at + 4, 4),
                let type = reader.number(at: at + 8, 4), name < 1024, size < 65536
            else { return }
            let owner = reader.text(at: at + 12)
            let content = at + 12 + (Int(name) + 3) / 4 * 4
            if (owner == "GNU" && type == 3) || (owner == "Go" && type == 4),
                let bytes = reader.bytes(at: content, Int(size))
            {
                // A Go build's is a long text; what tells it apart is all that matters.
                buildID =
                    owner == "GNU"
                    ? bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
                    : Digest.of(bytes)
            }
            at = content + (Int(size) + 3) / 4 * 4
        }
    }

    /// Reads within the file and nowhere else.
    private struct Reader {
        let bytes: Data

        func bytes(at offset: Int, _ count: Int) -> Data? {
            guard offset >= 0, count >= 0, offset <= bytes.count - count else { return nil }
            let start = bytes.startIndex + offset
            return bytes[start..<start + count]
        }

        func number(at offset: Int, _ size: Int) -> UInt64? {
            bytes(at: offset, size)?.reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }

        func text(at offset: Int) -> String? {
            guard offset >= 0, offset < bytes.count else { return nil }
            let rest = bytes[(bytes.startIndex + offset)...]
            return String(decoding: rest.prefix(4096).prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
