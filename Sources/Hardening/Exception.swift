/// A hole in a restriction: one entry of a list that grants something in spite of it, such as
/// `ReadWritePaths=-/var/lib/x` beside `ProtectSystem=strict`.
public struct Exception: Hashable, Codable, Sendable {
    /// The setting that grants it.
    public let setting: String
    /// One entry of its list, as a unit file takes it.
    public let value: String

    public init(_ setting: String, _ value: String) {
        self.setting = setting
        self.value = value
    }

    /// `ReadWritePaths=-/var/lib/x`
    public var text: String { "\(setting)=\(value)" }

    /// The settings that open places, in the order of a drop-in.
    static let places: [(setting: String, effect: String)] = [
        ("ReadWritePaths", "Places that stay writable all the same."),
        ("BindPaths", "Places that stay visible all the same."),
        ("BindReadOnlyPaths", "Places that stay readable all the same."),
    ]
}

extension Sandbox {
    mutating func grant(_ exception: Exception) {
        if exception.setting == "SocketBindAllow" {
            guard let port = PortRange(text: exception.value) else { return }
            if !allowedPorts.contains(port) {
                settings["SocketBindAllow"] = .ports(allowedPorts + [port])
            }
            return
        }
        let entries = list(exception.setting)
        if !entries.contains(exception.value) {
            settings[exception.setting] = .list(entries + [exception.value])
        }
    }

    /// The sandbox without these exceptions, for what they cost.
    public func without(_ exceptions: [Exception]) -> Sandbox {
        var result = self
        for exception in exceptions {
            if exception.setting == "SocketBindAllow" {
                result.settings["SocketBindAllow"] = .ports(
                    result.allowedPorts.filter { $0.text != exception.value })
            } else {
                result.settings[exception.setting] = .list(
                    result.list(exception.setting).filter { $0 != exception.value })
            }
        }
        return result
    }

    /// Whether an exception stands.
    public func grants(_ exception: Exception) -> Bool {
        exception.setting == "SocketBindAllow"
            ? allowedPorts.contains { $0.text == exception.value }
            : list(exception.setting).contains(exception.value)
    }

    private var allowedPorts: [PortRange] {
        if case .ports(let ports) = settings["SocketBindAllow"] { ports } else { [] }
    }
}

extension PortRange {
    /// From `tcp:80` or `udp:53`; nil for anything else.
    public init?(text: String) {
        let parts = text.split(separator: ":")
        guard parts.count == 2, let port = UInt16(parts[1]), port > 0,
            let transport = ["tcp": Int32(6), "udp": 17][String(parts[0])]
        else { return nil }
        self.init(family: 0, transport: transport, count: 1, lowest: port)
    }

    /// As a unit file takes it.
    public var text: String {
        if self == .any { return "any" }
        let protocolName = transport == 6 ? "tcp:" : transport == 17 ? "udp:" : ""
        let last = Int(lowest) + Int(count) - 1
        return protocolName + (count > 1 ? "\(lowest)-\(last)" : "\(lowest)")
    }
}
