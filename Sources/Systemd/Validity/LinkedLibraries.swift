import Foundation
import Linux

/// The libraries that a program is linked with and theirs, as ld.so(8) would find them at rest:
/// what a program opens itself while it runs is not among them.
struct LinkedLibraries {
    private let tree: RootedDirectory
    private(set) var files: [String: TreeFile] = [:]

    init(of tree: RootedDirectory) { self.tree = tree }

    private static let places = ["/lib64", "/usr/lib64", "/lib", "/usr/lib"]
    private static let triples = [
        "x86_64-linux-gnu", "aarch64-linux-gnu", "riscv64-linux-gnu", "powerpc64le-linux-gnu",
        "loongarch64-linux-gnu",
    ]

    /// Whether a directory is for everybody's libraries.
    static func isShared(_ directory: String) -> Bool {
        places.contains(directory)
            || ["/lib", "/usr/lib"].contains { lib in
                triples.contains { "\(lib)/\($0)" == directory }
            }
    }

    mutating func add(linkedWith file: TreeFile) {
        guard let elf = ElfFile(file.bytes) else { return }
        let origin = String(file.path[..<(file.path.lastIndex(of: "/") ?? file.path.startIndex)])
        let own = elf.runPaths.map {
            $0.replacing("${ORIGIN}", with: origin).replacing("$ORIGIN", with: origin)
        }
        let places =
            own + ["/lib", "/usr/lib"].flatMap { lib in Self.triples.map { "\(lib)/\($0)" } }
            + Self.places + ["/usr/local/lib"]
        let tree = tree
        for name in elf.needed where !name.contains("/") {
            guard
                let library = places.lazy.compactMap({ TreeFile("\($0)/\(name)", in: tree) }).first,
                files[library.path] == nil
            else { continue }
            files[library.path] = library
            add(linkedWith: library)
        }
    }
}
