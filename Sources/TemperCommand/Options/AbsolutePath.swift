import Glibc

/// A directory as it was given, seen from the root: a lab is made from it and a record names it long
/// after the shell that stood there is gone. What is not there stays as it was written, for the error.
func absolutePath(_ path: String) -> String {
    guard !path.hasPrefix("/") else { return path }
    if let whole = realpath(path, nil) {
        defer { free(whole) }
        return String(cString: whole)
    }
    guard !path.isEmpty, let here = getcwd(nil, 0) else { return path }
    defer { free(here) }
    return "\(String(cString: here))/\(path)"
}
