import Glibc
import Linux

extension Machine {
    /// The text of a regular file of this machine, at most a mebibyte of it; nil where it cannot be
    /// read. No link leads out of the machine, and no device or pipe is opened to wait on.
    ///
    /// - Parameter path: absolute, as the machine sees it.
    func text(ofFile path: String) -> String? { tree.text(of: path) }

    /// The paths that a pattern of glob(7) stands for; a plain path stands for itself.
    func paths(matching pattern: String) -> [String] {
        guard pattern.contains(where: Machine.isWildcard) else { return [pattern] }
        return pattern.split(separator: "/").reduce(into: [""]) { paths, step in
            let step = String(step)
            paths = paths.flatMap { path in
                if !step.contains(where: Machine.isWildcard) { return ["\(path)/\(step)"] }
                return tree.names(in: path.isEmpty ? "/" : path)
                    .filter { fnmatch(step, $0, FNM_PERIOD) == 0 }.map { "\(path)/\($0)" }
            }
        }.filter { tree.status(of: $0) != nil }
    }

    private static func isWildcard(_ character: Character) -> Bool { "*?[".contains(character) }
}
