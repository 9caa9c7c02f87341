/// That processes run under another security label than those of the service as it is: then what the
/// machine's policy says of the service does not hold, or what it says of others does.
public struct LabelChange: Hashable, Codable, Sendable {
    /// As `/proc/PID/attr/current` has it: `system_u:system_r:httpd_t:s0`, `/usr/sbin/x (enforce)`.
    public let before: String
    public let now: String

    public init(from before: String, to now: String) {
        self.before = before
        self.now = now
    }

    private static let words = (opening: "its security label is ", between: " instead of ")

    /// As the reason of a failure.
    var reason: String { Self.words.opening + now + Self.words.between + before }

    /// Out of the reason of a failure; nil where it is another one.
    public init?(in reason: String) {
        guard let opening = reason.firstRange(of: Self.words.opening),
            let between = reason[opening.upperBound...].firstRange(of: Self.words.between)
        else { return nil }
        now = String(reason[opening.upperBound..<between.lowerBound])
        before = String(reason[between.upperBound...])
    }
}

// MARK: - What the security module would want

extension LabelChange {
    /// The line of SELinux's policy, in its intermediate language, with which a process that can gain
    /// no privileges gets its domain all the same (`nnp_transition`, since Linux 4.14); nil where
    /// the labels are not two domains of SELinux.
    public var policy: String? {
        guard let from = Self.domain(of: now), let to = Self.domain(of: before), from != to else {
            return nil
        }
        return "(allow \(from) \(to) (process2 (nnp_transition)))"
    }

    /// What the module does with a process that can gain no privileges, and what would allow it; nil
    /// where that is not known.
    public var cure: String? {
        if let policy {
            return
                "SELinux leaves a process that can gain no privileges in the domain where it is, "
                + "unless its policy has \(policy)"
        }
        // apparmor_bprm_creds_for_exec; seen on Linux 6.12, but for the stacking.
        return Self.isAppArmors(before) && Self.isAppArmors(now)
            ? "AppArmor refuses a confined process that can gain no privileges each program that has "
                + "another profile, unless that is stacked on its own"
            : nil
    }

    /// The type of a context of SELinux, `user:role:type` with or without a level.
    private static func domain(of label: String) -> String? {
        let parts = label.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count >= 3, !label.contains(" "), !parts[2].isEmpty,
            parts[2].allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "_.-".contains($0)) }
            )
        else { return nil }
        return String(parts[2])
    }

    /// A profile with its mode in parentheses, or none.
    private static func isAppArmors(_ label: String) -> Bool {
        label == "unconfined"
            || ["enforce", "complain", "kill", "prompt", "unconfined", "mixed", "user"].contains {
                label.hasSuffix(" (\($0))")
            }
    }
}
