extension Sandbox {
    /// Whether a path must not be named in `NoExecPaths=`, because another directive makes it
    /// read-only or empty: then nothing that the service makes can be run from there anyway.
    ///
    /// systemd makes each path of `NoExecPaths=` a mount of its own, and so undoes what others do
    /// there (seen on 252, 257 and 262): `NoExecPaths=/var` makes /var writable under
    /// `ProtectSystem=strict`, `NoExecPaths=/home` shows the homes under `ProtectHome=tmpfs`.
    func holdsNoNewProgram(_ entry: String) -> Bool {
        let path = String(entry.drop { "-+".contains($0) })
        func isBelow(_ places: [String]) -> Bool {
            places.contains { path == $0 || path.hasPrefix($0 + "/") }
        }
        let homes = ["/home", "/root", "/run/user"]
        if isBelow(homes) { return word("ProtectHome", default: "no") != "no" }
        if isBelow(["/dev", "/proc", "/sys"]) { return false }
        if isBelow(["/tmp", "/var/tmp"]) && word("PrivateTmp", default: "no") != "no" {
            return false
        }
        return word("ProtectSystem", default: "no") == "strict"
    }
}
