import Linux

/// The modules that a program's file below /etc/pam.d names, and those of the files that this one
/// includes (pam.conf(5)).
struct PAMStack {
    /// Lines as they are written, each with its file.
    private var lines: [(file: String, text: String)] = []

    init(of service: String, in tree: RootedDirectory) {
        var (files, next) = ([service], 0)
        while next < files.count, next < 20 {
            let path = "/etc/pam.d/\(files[next])"
            next += 1
            // The file was named by another one: it is a name, and leads nowhere else.
            guard !path.dropFirst("/etc/pam.d/".count).contains("/"),
                let text = tree.text(of: path)
            else { continue }
            for line in text.split(separator: "\n") where !line.hasPrefix("#") {
                lines.append((path, String(line)))
                let words = line.split(whereSeparator: \.isWhitespace)
                let isInclusion =
                    words.first == "@include"
                    || words.count > 2 && ["include", "substack"].contains(words[1])
                if isInclusion, let file = words.last.map(String.init), !files.contains(file) {
                    files.append(file)
                }
            }
        }
    }

    /// Modules that ask somebody on the system bus: for a session, a home, a finger.
    private static let talking: Set<Substring> = [
        "pam_systemd.so", "pam_systemd_home.so", "pam_fprintd.so", "pam_oddjob_mkhomedir.so",
    ]

    /// That one of its modules talks on the bus; nil where none does.
    var talksOnBus: String? {
        lines.lazy.compactMap { file, text in
            text.split(whereSeparator: \.isWhitespace)
                .first { Self.talking.contains($0.split(separator: "/").last ?? $0) }
                .map { "\(file) names \($0)" }
        }.first
    }
}
