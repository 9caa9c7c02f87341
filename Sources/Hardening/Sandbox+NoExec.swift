extension Sandbox {
    /// Whether a path must not be named in `NoExecPaths=`, because `ProtectSystem=strict` makes it
    /// read-only: then nothing that the service makes can be run from there anyway.
    ///
    /// systemd makes each path of `NoExecPaths=` a mount of its own, and the read-only pass over
    /// the tree leaves out what has an entry of its own: under strict, such a path could be
    /// written to (seen on 252, 257 and 262, where `NoExecPaths=/var` undoes strict for /var).
    func strictCovers(_ entry: String) -> Bool {
        guard word("ProtectSystem", default: "no") == "strict" else { return false }
        let path = String(entry.drop { "-+".contains($0) })
        // What strict leaves to other directives, and what they mount.
        var open = ["/dev", "/proc", "/sys", "/home", "/root", "/run/user"]
        if word("PrivateTmp", default: "no") != "no" { open += ["/tmp", "/var/tmp"] }
        return !open.contains { path == $0 || path.hasPrefix($0 + "/") }
    }
}
