/// Why something is not obeyed like the machine's own: its commands run in labs only, and in such
/// that contain them.
public struct Distrust: Hashable, Sendable {
    /// Such as `the plan x.temper`.
    public let what: String
    /// Such as `/home/mona belongs to user 1000`.
    public let because: String

    public init(of what: String, because: String) {
        self.what = what
        self.because = because
    }

    /// By the caller's own word.
    static func asSaid(_ isUntrusted: Bool, of what: String) -> Distrust? {
        isUntrusted ? Distrust(of: what, because: "--untrusted says so") : nil
    }

    /// For people, in one line.
    var text: String { "\(what) is not trusted: \(because)" }

    /// What is wrong with commands that would reach the machine itself.
    var refusal: TemperError {
        .experiment(
            "\(text); what it asks for is done in a lab only, so leave out --live and --apply, or "
                + "make it, and the directories that lead to it, root's alone (chown, chmod)")
    }
}
