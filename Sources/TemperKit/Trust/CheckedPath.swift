import Glibc
import Linux

/// What a path leads to, opened, and whether anybody who has no say could have written it or put it
/// there. Each step is looked at through the descriptor that the next one starts from, so what was
/// checked is what is opened.
struct CheckedPath: ~Copyable {
    /// Of O_PATH; negative where nothing is there.
    private(set) var descriptor: Int32
    /// What is wrong with it, or with a directory or link that leads to it, as far as there are
    /// any; nil where nothing is.
    private(set) var problem: String?

    /// O_PATH of open(2), which the C library shows to GNU programs only.
    private static let pathOnly: Int32 = 0o10_000_000
    /// As the kernel counts (path_resolution(7)).
    private static let mostLinks = 40

    /// - Parameter mode: of a directory that is made where nothing is there, and nobody could exchange
    ///   it; nil to make none. Those that lead to it are made as they are elsewhere, with 0755.
    init(_ path: String, by trust: Trust, making mode: mode_t? = nil) {
        descriptor = open("/", CheckedPath.pathOnly | O_DIRECTORY | O_CLOEXEC)
        var left = CheckedPath.steps(path.hasPrefix("/") ? path : "\(workingDirectory)/\(path)")
        var taken: [String] = []
        var links = 0
        while descriptor >= 0, let name = left.popLast() {
            var next = openat(descriptor, name, CheckedPath.pathOnly | O_NOFOLLOW | O_CLOEXEC)
            if next < 0, errno == ENOENT, problem == nil, let mode {
                let mode = left.isEmpty ? mode : 0o755
                // Whoever else makes it meanwhile has to stand the same test.
                if mkdirat(descriptor, name, mode) == 0 || errno == EEXIST {
                    next = openat(descriptor, name, CheckedPath.pathOnly | O_NOFOLLOW | O_CLOEXEC)
                }
            }
            var about = stat()
            guard next >= 0, fstat(next, &about) == 0 else {
                if next >= 0 { close(next) }
                move(to: -1)
                break
            }
            let place = "/" + (taken + [name]).joined(separator: "/")
            problem =
                problem
                ?? trust.problem(
                    owner: about.st_uid, group: about.st_gid, mode: about.st_mode,
                    isOnTheWay: !left.isEmpty
                ).map { "\(place) \($0)" }
            if about.st_mode & S_IFMT == S_IFLNK {
                let target = CheckedPath.target(ofLink: next)
                close(next)
                links += 1
                guard let target, links <= CheckedPath.mostLinks else {
                    move(to: -1)
                    break
                }
                left += CheckedPath.steps(target)
                guard target.hasPrefix("/") else { continue }
                taken = []
                move(to: open("/", CheckedPath.pathOnly | O_DIRECTORY | O_CLOEXEC))
            } else {
                if name == ".." { _ = taken.popLast() } else { taken.append(name) }
                move(to: next)
            }
        }
    }

    private init(descriptor: Int32) {
        self.descriptor = descriptor
        problem = nil
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// The last first.
    private static func steps(_ path: String) -> [String] {
        path.split(separator: "/").map(String.init).filter { $0 != "." }.reversed()
    }

    private static func target(ofLink link: Int32) -> String? {
        var target = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = target.withUnsafeMutableBytes { bytes in
            bytes.baseAddress.map { readlinkat(link, "", $0, bytes.count) } ?? -1
        }
        return count > 0 ? String(decoding: target[..<count], as: UTF8.self) : nil
    }

    private mutating func move(to next: Int32) {
        if descriptor >= 0 { close(descriptor) }
        descriptor = next
    }

    /// What stands in it under this name, links not followed.
    func entry(_ name: String) -> CheckedPath {
        CheckedPath(
            descriptor: descriptor < 0
                ? -1
                : openat(descriptor, name, CheckedPath.pathOnly | O_NOFOLLOW | O_CLOEXEC))
    }

    /// nil where nothing is there.
    var status: stat? {
        var about = stat()
        return descriptor >= 0 && fstat(descriptor, &about) == 0 ? about : nil
    }

    var isDirectory: Bool { status.map { $0.st_mode & S_IFMT == S_IFDIR } ?? false }

    /// Closes it to others where it is ours: the modes of another's files are the other's business.
    func shut() {
        guard let status, status.st_uid == geteuid(), status.st_mode & 0o077 != 0 else { return }
        chmod("/proc/self/fd/\(descriptor)", status.st_mode & 0o700)
    }

    /// Opens a file of this name in it, or makes it, mode 0600; negative where it cannot.
    func file(making name: String) -> Int32 {
        openat(descriptor, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
    }

    /// The text of a regular file of at most 16 MiB; nil of anything else.
    var text: String? {
        guard let about = status, about.st_mode & S_IFMT == S_IFREG, about.st_size <= 1 << 24
        else { return nil }
        // The file itself, wherever its name may lead by now.
        let bytes = KernelFile.bytes("/proc/self/fd/\(descriptor)")
        return bytes.isEmpty && about.st_size > 0 ? nil : String(validating: bytes, as: UTF8.self)
    }

    /// Its owner, group and mode in one of these directories below it, where that is one.
    func problem(below names: [String], by trust: Trust) -> String? {
        for name in names {
            guard let about = entry(name).status, about.st_mode & S_IFMT == S_IFDIR else {
                continue
            }
            if let problem = trust.problem(
                owner: about.st_uid, group: about.st_gid, mode: about.st_mode)
            {
                return "its \(name) \(problem)"
            }
        }
        return nil
    }
}

private var workingDirectory: String {
    guard let path = getcwd(nil, 0) else { return "" }
    defer { free(path) }
    return String(cString: path)
}
