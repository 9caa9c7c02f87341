/// What systemd says when it cannot prepare a process.
enum SetupWords {
    /// Where systemd builds the new root of a mount namespace (src/core/namespace.c): what people
    /// know as the path begins after it.
    private static let roots = ["/run/systemd/mount-rootfs", "/run/systemd/unit-root"]

    /// The message as it would read outside of a mount namespace.
    static func plain(_ message: String) -> String {
        roots.reduce(message) { $0.replacing($1, with: "") }
    }

    /// The first path in it that is no program's: `Failed to set up mount namespacing: /x: ...`.
    static func path(_ message: String) -> String? {
        let words = plain(message).split { " ,".contains($0) }
        let paths = words.map { word in
            String(word.drop { "'\"(".contains($0) }.prefix { !":'\")".contains($0) })
        }
        return paths.first { $0.hasPrefix("/") && $0.count > 1 }
    }
}
