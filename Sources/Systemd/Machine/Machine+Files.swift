import CSystemd
import Glibc

extension Machine {
    /// The text of a regular file of this machine, at most a mebibyte of it; nil where it cannot be
    /// read. No link leads out of the machine, and no device or pipe is opened to wait on.
    ///
    /// - Parameter path: absolute, as the machine sees it.
    func text(ofFile path: String) -> String? {
        let file = csystemd_open_in_root(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY)
        return file < 0 ? nil : OpenText.reading(file)
    }

    /// The paths that a pattern of glob(7) stands for; a plain path stands for itself.
    func paths(matching pattern: String) -> [String] {
        guard pattern.contains(where: { "*?[".contains($0) }) else { return [pattern] }
        var found = glob_t()
        defer { globfree(&found) }
        guard glob(root + pattern, GLOB_NOSORT, nil, &found) == 0 else { return [] }
        return (0..<Int(found.gl_pathc)).compactMap { index in
            found.gl_pathv[index].map { String(String(cString: $0).dropFirst(root.count)) }
        }
    }
}
