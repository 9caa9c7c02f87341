import CLab
import Glibc
import Linux

/// A device node, with the numbers of the kernel's devices.txt.
public struct LabDevice: Hashable, Codable, Sendable {
    public enum Kind: String, Codable, Sendable {
        case character = "c"
        case block = "b"
    }

    /// Absolute, in /dev.
    public let path: String
    public let kind: Kind
    public let major: UInt32
    public let minor: UInt32

    public init(_ path: String, _ kind: Kind, _ major: UInt32, _ minor: UInt32) {
        self.path = path
        self.kind = kind
        self.major = major
        self.minor = minor
    }

    /// As it is written in a plan, such as `/dev/net/tun c 10 200`: the words that mknod(1) takes.
    ///
    /// - Returns: nil for another text: a path outside /dev, or numbers beyond 12 and 20 bits.
    public init?(_ text: String) {
        let words = text.split(separator: " ").map(String.init)
        guard words.count == 4, let kind = Kind(rawValue: words[1]),
            let major = UInt32(words[2]), major < 1 << 12,
            let minor = UInt32(words[3]), minor < 1 << 20,
            words[0].hasPrefix("/dev/"), !words[0].hasSuffix("/"),
            !words[0].split(separator: "/").contains(where: { $0 == "." || $0 == ".." })
        else { return nil }
        self.init(words[0], kind, major, minor)
    }

    public var text: String { "\(path) \(kind.rawValue) \(major) \(minor)" }

    var inC: lab_device {
        lab_device(is_block: kind == .block ? 1 : 0, major: major, minor: minor)
    }
}

extension LabDevice {
    /// Those of every lab; none of them reaches hardware.
    static let standard = [
        LabDevice("/dev/null", .character, 1, 3), LabDevice("/dev/zero", .character, 1, 5),
        LabDevice("/dev/full", .character, 1, 7),
        LabDevice("/dev/random", .character, 1, 8), LabDevice("/dev/urandom", .character, 1, 9),
        LabDevice("/dev/tty", .character, 5, 0),
    ]

    /// Besides them, what has no node in a lab at its boot: pseudoterminals, whose numbers are
    /// 136 to 143, and the nodes without meaning that systemd mounts over what is inaccessible.
    static let unnamed: [lab_device] =
        [lab_device(is_block: 0, major: 5, minor: 2)]
        + (136...143).map { lab_device(is_block: 0, major: $0, minor: .max) }
        + [0, 1].map { lab_device(is_block: $0, major: 0, minor: 0) }

    /// The nodes in a directory of the machine that a lab shares.
    static func shared(in directory: String) -> [LabDevice] {
        guard directory == "/dev" || directory.hasPrefix("/dev/") else { return [] }
        var found: [LabDevice] = []
        for name in names(in: directory) {
            let path = "\(directory)/\(name)"
            var about = stat()
            guard lstat(path, &about) == 0 else { continue }
            switch about.st_mode & S_IFMT {
            case S_IFDIR: found += shared(in: path)
            case S_IFCHR, S_IFBLK:
                found.append(
                    LabDevice(
                        path, about.st_mode & S_IFMT == S_IFBLK ? .block : .character,
                        lab_major(about.st_rdev), lab_minor(about.st_rdev)))
            default: break
            }
        }
        return found
    }

    private static func names(in directory: String) -> [String] {
        guard let listing = opendir(directory) else { return [] }
        defer { closedir(listing) }
        var names: [String] = []
        while let entry = readdir(listing) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }
}

/// The seccomp program that everything in a lab runs under.
enum LabFilter {
    /// Its instructions, or the error number of why there are none.
    static let code: Result<[UInt8], Errno> = {
        // The kernel takes 4096 instructions of 8 bytes at most.
        var code = [UInt8](repeating: 0, count: 4096 * 8 + 1)
        let length = code.withUnsafeMutableBytes { lab_make_filter($0.baseAddress, $0.count) }
        guard length > 0 else { return .failure(Errno(code: Int32(-length))) }
        return .success(Array(code.prefix(length)))
    }()

    /// Where C reads it; it stays there.
    static func inC(_ strings: CStrings) throws(Errno) -> lab_filter {
        let code = try code.get()
        return lab_filter(code: strings.bytes(code), size: code.count)
    }
}
