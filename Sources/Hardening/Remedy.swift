/// What can be done where a restriction is refused.
public enum Remedy: Hashable, Sendable {
    /// A sentence, and lines for the unit that help; for any refusal.
    case always(String, settings: [String] = [])
    /// A sentence for a call that was refused with an error of its own; for any other, another one.
    case forCall(String, String, else: String)
    /// For the path that was refused, which stands in the texts for `PATH`.
    ///
    /// - reading: the settings where it was only read, where that makes a difference.
    /// - besides: the settings come beside the restriction, not instead of it.
    case forPath(String, settings: [String], reading: [String]? = nil, besides: Bool = true)
    /// For a path below this one: the rest of it, as the name of a kernel setting, follows the text.
    case forTunable(String, below: String)
    /// The directory has to stay writable, or be one that systemd makes.
    case leaveWritable
}
