/// A drop-in as temper leaves it on a machine: what wrote it, when, for which systemd, and a digest
/// by which a change by hand is seen.
public struct InstalledDropIn: Hashable, Sendable {
    /// Its name in `UNIT.d`. What the administrator calls 60-… or local.conf comes after it and wins.
    public static let fileName = "50-temper.conf"

    public let text: String
    /// Whether it still is what temper wrote.
    public let isUntouched: Bool

    /// - Parameters:
    ///   - settings: the drop-in.
    ///   - date: when, for people: `2026-11-24 18:20 UTC`.
    ///   - revert: the command that takes it away again.
    public init(
        _ settings: String, by writer: String, on date: String, systemd: String, revert: String
    ) {
        let notice = [
            "Installed by \(writer) on \(date) for systemd \(systemd).",
            "`\(revert)` takes it away again. A change by hand is seen by the digest,",
            "and then temper neither overwrites nor removes this file without --force.",
        ].map(UnitFileWord.comment)
        let body = notice.joined(separator: "\n") + "\n" + settings
        text = InstalledDropIn.mark + Digest.of(body.utf8) + "\n" + body
        isUntouched = true
    }

    /// What was found; any text that is not temper's own counts as changed by hand.
    public init(found text: String) {
        self.text = text
        guard let end = text.firstIndex(of: "\n"), text.hasPrefix(InstalledDropIn.mark) else {
            isUntouched = false
            return
        }
        let digest = text[..<end].dropFirst(InstalledDropIn.mark.count)
        let body = text[text.index(after: end)...]
        isUntouched = digest == Digest.of(body.utf8)
    }

    private static let mark = "# Digest of what follows: "
}

/// What keeps a unit with a name on the bus from being started under that name while its copies are
/// tried: what asks for the name gets an error at once (systemd's `OnlyByDependency`).
public enum HeldBackUnit {
    public static let fileName = "zz-temper-held-back.conf"
    public static let dropIn = """
        # While temper tries copies of the unit: the bus does not start it.
        [Unit]
        RefuseManualStart=yes

        """
}

/// What keeps a failing try of the real unit from having consequences, as a drop-in beside the one
/// that is tried: no reboot, no other unit, no limit of starts.
public enum HarmlessFailure {
    public static let fileName = "zz-temper-trial.conf"

    /// A list of units such as `OnFailure=` cannot be emptied by a drop-in. A start job of the mode
    /// `triggering`, which is for stops only, is never queued (systemd 249 to 262).
    public static let dropIn = """
        # While temper tries the unit: a failure has no consequences.
        [Unit]
        FailureAction=none
        SuccessAction=none
        StartLimitAction=none
        StartLimitIntervalSec=0
        JobTimeoutAction=none
        OnFailureJobMode=triggering
        OnSuccessJobMode=triggering
        [Service]
        Restart=no

        """
}
