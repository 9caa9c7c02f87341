import CSystemd
import Glibc
import Linux

/// One line of the journal.
public struct JournalEntry: Hashable, Sendable {
    /// All fields by name, `_PID`, `MESSAGE`. Where a field occurs more than once, its first
    /// value; bytes that are not UTF-8 appear as U+FFFD.
    public var fields: [String: String]
    /// Microseconds since 1970.
    public var realtime: UInt64

    public init(fields: [String: String], realtime: UInt64) {
        self.fields = fields
        self.realtime = realtime
    }

    /// The text of the line; empty if it has none.
    public var message: String { fields["MESSAGE"] ?? "" }
    /// As of syslog: 0 emergency to 7 debug.
    public var priority: Int? { fields["PRIORITY"].flatMap { Int($0) } }
    /// 32 hex digits that say what kind of event this is (systemd's sd-messages.h).
    public var messageID: String? { fields["MESSAGE_ID"] }
    /// The tag, mostly the program's name.
    public var identifier: String? { fields["SYSLOG_IDENTIFIER"] ?? fields["_COMM"] }
    /// Whoever wrote it, in the numbering of its own pid namespace.
    public var pid: Int32? {
        (fields["_PID"] ?? fields["SYSLOG_PID"]).flatMap { Int32($0) }
    }
    /// The unit it is about, where systemd writes of one, else the unit it comes from.
    public var unit: String? { fields["UNIT"] ?? fields["_SYSTEMD_UNIT"] }
    /// The errno of a failed step of systemd's.
    public var errno: Int32? { fields["ERRNO"].flatMap { Int32($0) } }
}

/// Where journal files lie.
public enum JournalSource: Hashable, Sendable, CustomStringConvertible {
    /// This machine's own journal.
    case local
    /// `/var/log/journal` and `/run/log/journal` below this directory: that of a container is
    /// below `/proc/PID/root`.
    case root(String)
    /// A directory that holds journal files, itself or in subdirectories named by machine ID.
    case directory(String)

    public var description: String {
        switch self {
        case .local: "the journal of this machine"
        case .root(let path): "the journal below \(path)"
        case .directory(let path): "the journal in \(path)"
        }
    }
}

public enum JournalError: Error, Hashable, Sendable, CustomStringConvertible {
    /// `errno` is the operating system's reason.
    case unreadable(JournalSource, errno: Int32)
    /// An invocation ID is 32 hex digits.
    case notAnInvocation(String)

    public var description: String {
        switch self {
        case .unreadable(let source, let errno):
            "cannot read \(source): \(Errno(code: errno))"
        case .notAnInvocation(let text):
            "not an invocation ID, which has 32 hex digits: \(text.debugDescription)"
        }
    }

    public var hint: String? {
        switch self {
        case .unreadable(_, EACCES), .unreadable(_, EPERM):
            "run as root, or join the group systemd-journal"
        case .unreadable(_, ENOENT), .unreadable(_, ENOTDIR):
            "no journal is kept there; is systemd-journald running?"
        case .unreadable, .notAnInvocation: nil
        }
    }
}

/// An open journal, of the files that there were when it was opened. sd-journal is not thread-safe,
/// and neither is this: it stays with its owner.
///
/// Opened anew for each reading (0.2 ms): to notice new files takes an inotify watch, and closing
/// one waits for the kernel's other processors, 15 ms measured on Linux 6.18.
public struct JournalReader: ~Copyable {
    /// nil where there is not a single file.
    private let journal: OpaquePointer?
    private let source: JournalSource
    /// Its files, which sd-journal leaves to whoever opened them.
    private let files: [Int32]

    /// Longer values are cut off: a core dump's field may have megabytes, a message has not.
    public static let longestValue = 64 * 1024

    public init(_ source: JournalSource) throws(JournalError) {
        var journal: OpaquePointer?
        var files: [Int32] = []
        var result = source.open(&journal, &files)
        if result >= 0, journal != nil {
            // Bounds what is decompressed; what is not compressed is cut in `entry`.
            result = sd_journal_set_data_threshold(journal, Self.longestValue)
        }
        guard result >= 0 else {
            sd_journal_close(journal)
            for file in files { Glibc.close(file) }
            throw .unreadable(source, errno: -result)
        }
        self.journal = journal
        self.source = source
        self.files = files
    }

    deinit {
        sd_journal_close(journal)
        for file in files { Glibc.close(file) }
    }

    /// What one invocation of a unit left behind: what systemd says of it (`INVOCATION_ID`) and
    /// what its processes say (`_SYSTEMD_INVOCATION_ID`), oldest first.
    ///
    /// journald writes a moment later than it is told: after JobRemoved and one more round trip
    /// all lines of a failed start were there in 144 of 144 trials on an idle machine. On a busy
    /// one it comes to the output of a process that is already gone, and then knows the unit
    /// (`_SYSTEMD_UNIT`) but no longer the invocation. So name the unit as well where it has only
    /// this one invocation, as a transient unit has.
    ///
    /// - Parameters:
    ///   - invocation: 32 hex digits, the unit's property `InvocationID`.
    ///   - unit: also find what any invocation of this unit left behind.
    ///   - isOfUser: whether the unit is one of a user's own manager, whose fields have other
    ///     names (systemd.journal-fields(7)).
    ///   - limit: how many entries at most; older ones are left out.
    public func entries(
        ofInvocation invocation: String, unit: String? = nil, isOfUser: Bool = false,
        limit: Int = 1000
    ) throws(JournalError) -> [JournalEntry] {
        let digits = invocation.lowercased()
        guard digits.isID128 else {
            throw .notAnInvocation(invocation)
        }
        guard journal != nil else { return [] }
        sd_journal_flush_matches(journal)
        defer { sd_journal_flush_matches(journal) }
        var wanted = ["INVOCATION_ID=\(digits)", "_SYSTEMD_INVOCATION_ID=\(digits)"]
        if let unit { wanted += ["UNIT=\(unit)", "_SYSTEMD_UNIT=\(unit)"] }
        if isOfUser {
            wanted.append("USER_INVOCATION_ID=\(digits)")
            if let unit { wanted += ["USER_UNIT=\(unit)", "_SYSTEMD_USER_UNIT=\(unit)"] }
        }
        for assignment in wanted {
            try check(sd_journal_add_disjunction(journal))
            // A size of zero means a text that ends with a NUL.
            try check(sd_journal_add_match(journal, assignment, 0))
        }
        return try newest(limit)
    }

    // MARK: Inside

    /// How many entries are passed over at most to find the newest; that takes a quarter of a
    /// second.
    private static let most = 200_000

    /// Counted from the front: stepping back from the tail is not reliable with several files
    /// that are being written, and stepping costs little as long as no fields are read.
    private func newest(_ limit: Int) throws(JournalError) -> [JournalEntry] {
        guard limit > 0 else { return [] }
        var count = 0
        try check(sd_journal_seek_head(journal))
        // Of a flood some lines are enough, be they the newest or not.
        while count < Self.most, try check(sd_journal_next(journal)) > 0 { count += 1 }
        try check(sd_journal_seek_head(journal))
        for _ in 0..<max(0, count - limit) {
            try check(sd_journal_next(journal))
        }
        var entries: [JournalEntry] = []
        while entries.count < limit, try check(sd_journal_next(journal)) > 0 {
            entries.append(try entry())
        }
        return entries
    }

    private func entry() throws(JournalError) -> JournalEntry {
        var realtime: UInt64 = 0
        try check(sd_journal_get_realtime_usec(journal, &realtime))
        var fields: [String: String] = [:]
        var start: UnsafeRawPointer?
        var count = 0
        sd_journal_restart_data(journal)
        // Unlike sd_journal_enumerate_data it passes over what cannot be read here.
        while try check(sd_journal_enumerate_available_data(journal, &start, &count)) > 0 {
            let data = UnsafeRawBufferPointer(start: start, count: count)
            guard let equals = data.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let name = String(decoding: data[..<equals], as: UTF8.self)
            guard fields[name] == nil else { continue }
            let value = data[(equals + 1)...].prefix(Self.longestValue)
            fields[name] = String(decoding: value, as: UTF8.self)
        }
        return JournalEntry(fields: fields, realtime: realtime)
    }

    @discardableResult
    private func check(_ result: Int32) throws(JournalError) -> Int32 {
        guard result >= 0 else { throw .unreadable(source, errno: -result) }
        return result
    }
}

extension JournalSource {
    fileprivate func open(_ journal: inout OpaquePointer?, _ files: inout [Int32]) -> Int32 {
        switch self {
        case .local: return sd_journal_open(&journal, CInt(SD_JOURNAL_LOCAL_ONLY))
        case .root(let path):
            do throws(Errno) { files = try RootedDirectory(path).journalFiles } catch {
                return -error.code
            }
            return JournalSource.open(&journal, &files)
        // Finds the subdirectories named by machine ID itself.
        case .directory(let path): return sd_journal_open_directory(&journal, path, 0)
        }
    }

    /// sd-journal would follow the links of a foreign tree, so it is given the files themselves.
    private static func open(_ journal: inout OpaquePointer?, _ files: inout [Int32]) -> Int32 {
        if files.isEmpty { return 0 }
        let result = sd_journal_open_files_fd(&journal, &files, UInt32(files.count), 0)
        guard result < 0 else { return result }
        // One that is just being made, or is damaged, spoils all of them.
        var sound: [Int32] = []
        for var file in files {
            var alone: OpaquePointer?
            if sd_journal_open_files_fd(&alone, &file, 1, 0) >= 0 {
                sound.append(file)
            } else {
                Glibc.close(file)
            }
            sd_journal_close(alone)
        }
        files = sound
        return files.isEmpty
            ? 0 : sd_journal_open_files_fd(&journal, &files, UInt32(files.count), 0)
    }
}

extension RootedDirectory {
    /// The files of its journal, open for reading: those of /run/log/journal and /var/log/journal,
    /// and of their subdirectories that are named by a machine ID.
    var journalFiles: [Int32] {
        ["/run/log/journal", "/var/log/journal"].compactMap(directory).flatMap { place in
            [place] + place.names.filter(\.isID128).compactMap(place.subdirectory)
        }.flatMap { place in
            place.names.filter { $0.hasSuffix(".journal") || $0.hasSuffix(".journal~") }
                .compactMap { try? place.openFile($0, followingLink: false) }
        }
    }
}

extension String {
    /// 32 hex digits: a machine's or an invocation's (sd-id128(3)).
    fileprivate var isID128: Bool { utf8.count == 32 && utf8.allSatisfy(\.isHexDigit) }
}

extension UInt8 {
    fileprivate var isHexDigit: Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self)
            || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self)
    }
}
