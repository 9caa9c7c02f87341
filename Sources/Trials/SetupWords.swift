package import Hardening

/// What systemd says when it cannot prepare a process: in its child, under the program's name in
/// parentheses, and as the manager, "Failed at step NAMESPACE spawning ...".
package struct SetupWords {
    /// Whether systemd says that it was its step, and not the program that ended with its status.
    package let isSystemds: Bool
    /// The line that tells most.
    package let text: String?
    /// The path that it names.
    package let path: String?
    /// Directives that were in force where it was said, by the process of systemd's that says it.
    package let inForce: Set<String>

    package init(_ log: [LogLine], _ step: ExecStep) {
        let lines = log.filter { $0.source == "systemd" || $0.source.hasPrefix("(") }
            .map { SetupWords.plain(SetupWords.withoutUnit($0.message)) }
        let named = lines.first { $0.contains("at step \(step.name)") }
        let other = lines.first { line in
            ["failed", "Failed", "Unable"].contains(where: line.contains)
                && !["at step", "Failed with result", "Failed to start", "Control process"]
                    .contains(where: line.contains)
        }
        isSystemds = named != nil
        inForce = log.reduce(into: []) { $0.formUnion(ExecStep.directives(preparedBy: $1.source)) }
        text = other ?? named
        // The program is to blame only where it is what could not be run.
        let isProgram = step == .exec
        path = (isProgram ? named ?? other : other).flatMap(SetupWords.path)
    }

    /// Where systemd builds the new root of a mount namespace (src/core/namespace.c): what people
    /// know as the path begins after it.
    private static let roots = ["/run/systemd/mount-rootfs", "/run/systemd/unit-root"]

    /// The message as it would read outside of a mount namespace.
    package static func plain(_ message: String) -> String {
        roots.reduce(message) { $0.replacing($1, with: "") }
    }

    /// The message without the name of the copy that it begins with.
    static func withoutUnit(_ message: String) -> String {
        guard message.hasPrefix("temper"), let colon = message.firstRange(of: ".service: ") else {
            return message
        }
        return String(message[colon.upperBound...])
    }

    /// The first path in it: `Failed to set up mount namespacing: /x: No such file`.
    private static func path(_ message: String) -> String? {
        let words = message.split { " ,".contains($0) }
        let paths = words.map { word in
            String(word.drop { "'\"(".contains($0) }.prefix { !":'\")".contains($0) })
        }
        return paths.first { $0.hasPrefix("/") && $0.count > 1 }
    }
}
