import CBuild
import Glibc

/// The version of temper, as records, reports and drop-ins name it.
public enum TemperVersion {
    public static let current = "0.1.0"

    /// The program with the commit that it was built of: `temper 0.1.0 (commit abcdef123456)`.
    public static let program: String = {
        let commit = String(cString: build_commit())
        return "temper \(current) (commit \(commit.isEmpty ? "unknown" : commit))"
    }()

    /// The same with the machine's systemd, which costs the start of a program.
    ///
    /// It is systemctl that is asked: what it says of itself needs no bus, no right and no /proc.
    public static var programAndSystemd: String {
        var line: [CChar] = Array(repeating: 0, count: 256)
        guard let output = popen("exec systemctl --version 2>/dev/null", "re") else {
            return program
        }
        let isRead = fgets(&line, Int32(line.count), output) != nil
        pclose(output)
        let bytes = line.prefix { $0 != 0 && $0 != 10 }.map(UInt8.init(bitPattern:))
        let systemd = String(decoding: bytes, as: UTF8.self)
        guard isRead, systemd.hasPrefix("systemd ") else { return "\(program), no systemd" }
        return "\(program), \(systemd)"
    }
}
