import Foundation
import Linux
import Synchronization

/// Which package a file is from, read from dpkg's own files (dpkg-query(1)): the tree's dpkg may
/// not run here. Other package managers' databases are not read: there the answer is "unknown".
///
/// The files are read when the first question is asked, and once: they are some ten megabytes.
final class PackageDatabase: Sendable {
    private let tree: RootedDirectory
    private let read = Mutex<DpkgFiles?>(nil)

    init(of tree: RootedDirectory) { self.tree = tree }

    private var files: DpkgFiles {
        read.withLock { read in
            if let read { return read }
            let files = DpkgFiles(of: tree)
            read = files
            return files
        }
    }

    /// The package of a file and its version; nil where no package has it.
    func owner(of path: String) -> (package: String, version: String?)? {
        files.owner(of: path)
    }

    /// The paths of a package, directories among them.
    func files(of package: String) -> [String] { files.files(of: package) }

    /// The files of a package that are its administrator's to change (deb-conffiles(5)).
    func conffiles(of package: String) -> [String] {
        (tree.text(of: "\(DpkgFiles.lists)/\(package).conffiles") ?? "")
            .split(separator: "\n").map(String.init)
    }

    /// All packages that have a path: of a directory there are often many.
    func owners(of path: String) -> Set<String> { files.owners(of: path) }
}

/// dpkg's files of one tree.
private struct DpkgFiles {
    static let lists = "/var/lib/dpkg/info"
    /// Of one file and of all, in bytes: a large installation has about 50 MB in all.
    private static let (longest, most) = (1 << 26, 1 << 28)

    private let lists: [(package: String, files: Data)]
    private let status: Data

    init(of tree: RootedDirectory) {
        var left = Self.most
        func data(_ path: String) -> Data? {
            let data = TreeFile(path, in: tree, atMost: min(left, Self.longest))?.bytes
            left -= data?.count ?? 0
            return data
        }
        lists = tree.names(in: Self.lists).filter { $0.hasSuffix(".list") }.sorted().compactMap {
            name in
            // Of several architectures: `libssl3:amd64.list`.
            let package = name.dropLast(5).prefix { $0 != ":" }
            return data("\(Self.lists)/\(name)").map { (String(package), $0) }
        }
        status = data("/var/lib/dpkg/status") ?? Data()
    }

    func owner(of path: String) -> (package: String, version: String?)? {
        // Where /bin is a link to /usr/bin, dpkg may know a file by either name.
        let names =
            path.hasPrefix("/usr/") ? [path, String(path.dropFirst(4))] : [path, "/usr" + path]
        for name in names {
            let line = Data("\n\(name)\n".utf8)
            if let list = lists.first(where: { $0.files.range(of: line) != nil }) {
                return (list.package, version(of: list.package))
            }
        }
        return nil
    }

    func files(of package: String) -> [String] {
        lists.filter { $0.package == package }.flatMap { list in
            String(decoding: list.files, as: UTF8.self).split(separator: "\n").map(String.init)
        }
    }

    func owners(of path: String) -> Set<String> {
        let line = Data("\n\(path)\n".utf8)
        return Set(lists.filter { $0.files.range(of: line) != nil }.map(\.package))
    }

    private func version(of package: String) -> String? {
        guard let start = status.range(of: Data("Package: \(package)\n".utf8)) else { return nil }
        let paragraph = status[start.upperBound...].prefix(upTo: end(after: start.upperBound))
        guard let field = paragraph.range(of: Data("\nVersion: ".utf8)) else { return nil }
        let line = paragraph[field.upperBound...].prefix { $0 != 0x0a }
        return String(decoding: line, as: UTF8.self)
    }

    private func end(after start: Data.Index) -> Data.Index {
        status[start...].range(of: Data("\n\n".utf8))?.lowerBound ?? status.endIndex
    }
}
