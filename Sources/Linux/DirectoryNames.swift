import Glibc

/// The names of what is in a directory, but for `.` and `..`, in the kernel's order.
///
/// - Parameter descriptor: of the directory, open for reading; it is closed. Nothing for another.
package func directoryNames(closing descriptor: Int32) -> [String] {
    guard let listing = fdopendir(descriptor) else {
        close(descriptor)
        return []
    }
    defer { closedir(listing) }
    // Where a copy of the descriptor was read before.
    rewinddir(listing)
    var names: [String] = []
    while let entry = readdir(listing) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != "." && name != ".." { names.append(name) }
    }
    return names
}
