import Glibc
import Linux

extension LabPlan {
    /// Whether a lab can be made of it, as far as that is seen without making one.
    public func check() throws(LabError) { _ = try systemdInside() }

    /// Holds the plan against the host, and finds systemd in the tree.
    /// - Returns: systemd's path inside the lab.
    func systemdInside() throws(LabError) -> String {
        guard Self.isName(name) else { throw .badName(name) }
        guard geteuid() == 0 else { throw .notRoot }
        guard root.hasPrefix("/"), let tree = try? RootedDirectory(root) else {
            throw .noSuchRoot(root)
        }
        // /usr first: where /lib is a link into it, this is the same file.
        let places = ["/usr/lib/systemd", "/lib/systemd"]
        guard let place = places.first(where: { tree.has($0 + "/systemd") }) else {
            throw .noSystemd(root: root)
        }
        guard places.contains(where: { tree.has($0 + "/system/dbus.socket") }) else {
            throw .noSystemBus(root: root)
        }
        if isCaged {
            if let path = binds.first { throw .notInCage("no directory such as \(path)") }
            if network == .host { throw .notInCage("no network") }
            if writableSys { throw .notInCage("no writable /sys") }
        }
        for path in binds where !Self.isBindable(path) { throw .noSuchBind(path) }
        return "\(place)/systemd"
    }

    private static func isDirectory(_ path: String) -> Bool {
        var about = stat()
        return path.hasPrefix("/") && stat(path, &about) == 0 && about.st_mode & S_IFMT == S_IFDIR
    }

    /// Absolute, without links or `..`: after the change of root a link would lead elsewhere.
    private static func isBindable(_ path: String) -> Bool {
        guard path != "/", isDirectory(path), let real = realpath(path, nil) else { return false }
        defer { free(real) }
        return String(cString: real) == path
    }
}
