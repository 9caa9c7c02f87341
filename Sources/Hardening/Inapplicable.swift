/// What a manager fails with whatever the service, as was seen of a program that does nothing: the
/// ids of restrictions, each with how it failed.
public struct Inapplicable: Hashable, Sendable {
    public var toAnybody: [String: String]
    /// Beside those: to a service that is not root's.
    public var exceptToRoot: [String: String]

    public init(toAnybody: [String: String] = [:], exceptToRoot: [String: String] = [:]) {
        self.toAnybody = toAnybody
        self.exceptToRoot = exceptToRoot
    }

    /// Nothing, as far as is known.
    public static let nothing = Inapplicable()
}
