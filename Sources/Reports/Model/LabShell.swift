import Trials

/// The commands that reach a lab from a shell, to see by hand what a trial saw in its own.
package struct LabShell {
    private let user: String?
    private let userID: UInt32

    /// - Parameter user: whose manager runs the service; nil for the system's.
    package init(user: String?, id: UInt32?) {
        self.user = user
        userID = id ?? 0
    }

    private static let name = "look"
    private static let lab = "temper lab exec \(name)"

    /// Boots it, and makes it ready for the service.
    ///
    /// - Parameter network: nil for what a lab has by itself.
    package func up(root: String, network: String?, preparations: [String]) -> [String] {
        let manager = user == nil ? [] : ["\(Self.lab) systemctl start user@\(userID).service"]
        let boot =
            "temper lab up \(Self.name)" + (root == "/" ? "" : " --root \(root.shellQuoted)")
            + (network.map { " --network \($0)" } ?? "")
        return [boot]
            + preparations.map { "\(Self.lab) sh -c \($0.shellQuoted)" } + manager
    }

    package var down: String { "temper lab down \(Self.name)" }

    /// Of the manager that runs the service.
    package func systemctl(_ words: [String]) -> String { inside(["systemctl"] + option + words) }

    var systemdRun: String { inside(["systemd-run"] + option) }

    package func journal(of unit: String) -> String {
        "\(Self.lab) journalctl "
            + (user == nil ? "-u \(unit)" : "_SYSTEMD_USER_UNIT=\(unit) + USER_UNIT=\(unit)")
    }

    /// Runs a shell command where the service runs.
    package func ask(_ command: String) -> String { inside(["sh", "-c", command]) }

    private var option: [String] { user == nil ? [] : ["--user"] }

    func inside(_ words: [String]) -> String {
        let environment = "XDG_RUNTIME_DIR=/run/user/\(userID)"
        let who = user.map { ["runuser", "-u", $0, "--", "env", environment] } ?? []
        return Self.lab + " " + (who + words).map(\.shellQuoted).joined(separator: " ")
    }
}
