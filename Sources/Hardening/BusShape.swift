/// How the value of a directive travels on systemd's bus.
public struct BusShape: Hashable, Sendable {
    /// The D-Bus signature in which it is read.
    public let signature: String
    /// The first of the measured systemd versions (252, 257, 262) in which it can be read.
    public let since: Int
    /// The property that has its modes, where it is a boolean that grew some: `PrivateTmpEx`.
    public let modes: Modes?
    public let copying: Copying

    public struct Modes: Hashable, Sendable {
        public let signature: String
        public let since: Int
    }

    /// What a copy has to mind.
    public enum Copying: Hashable, Sendable {
        case asRead
        /// Unset reads as false, but false that is set means an explicit no.
        case onlyWhenTrue
        /// Each element is put before the others, so it reads in reverse.
        case reversed
        /// Groups are sent by name, after whatever filter stands.
        case callFilter, fileSystems
        case deviceAllow, delegation
    }

    init(
        _ signature: String, since: Int = 252, modes: Modes? = nil, copying: Copying = .asRead
    ) {
        self.signature = signature
        self.since = since
        self.modes = modes
        self.copying = copying
    }

    /// A boolean whose modes are in a property with `Ex` behind its name.
    static func grown(_ signature: String = "s", since: Int = 257) -> BusShape {
        BusShape("b", modes: Modes(signature: signature, since: since))
    }
}
