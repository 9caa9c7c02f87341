public import SystemdBus

/// A copy of a socket unit, computed and not yet made: what opens for a copy of a service the
/// listening sockets that the original is handed.
///
/// Like the copy of the service it is the difference from a bare transient unit.
public struct SocketBlueprint: Sendable {
    /// The original.
    public let unit: String
    /// All that is to be set but `Service=`, for which the bus has no word.
    public let properties: [(String, BusValue)]
    public let notCarriedOver: [NotCarriedOver]

    /// - Parameter bare: a transient socket unit of the same manager with nothing set but an
    ///   address.
    init(of unit: UnitReading, against bare: UnitReading) {
        var properties: [(String, BusValue)] = []
        var lacking: [NotCarriedOver] = []
        for (name, value) in unit.properties.sorted(by: { $0.key < $1.key }) {
            switch SocketRule.of(name) {
            case .always:
                properties.append((name, value))
            case .commands:
                let commands = (value.elements ?? []).compactMap(\.plainCommand)
                if !commands.isEmpty {
                    properties.append((name, .array(element: "(sasb)", commands)))
                }
            case .copy:
                if let difference = value.beyond(bare[name]) {
                    properties.append((name, difference))
                }
            case .impossible:
                guard let difference = value.beyond(bare[name]) else { continue }
                lacking.append(
                    NotCarriedOver(
                        setting: DirectiveText.name(name),
                        value: DirectiveText.value(difference, of: name),
                        reason: "a transient socket unit cannot have this setting of \(unit.name)",
                        consequence: "the copy's sockets are without it"))
            case .nothing: continue
            }
        }
        self.unit = unit.name
        self.properties = properties
        notCarriedOver = lacking
    }

    /// What it listens on, as systemd tells it: `[::]:80`, `/run/x.sock`.
    var addresses: [String] {
        let entries = properties.first { $0.0 == "Listen" }?.1.elements ?? []
        return entries.compactMap { $0.fields?.last?.string }
    }
}

/// What a copy does with one readable property of a socket unit. Each was tried as a property of
/// StartTransientUnit on systemd 252, 257 and 262.
private enum SocketRule {
    case always, copy, commands, impossible, nothing

    static func of(_ name: String) -> SocketRule {
        // The name of the descriptors is that of the unit where none is set.
        if ["Listen", "FileDescriptorName"].contains(name) { return .always }
        if settings.contains(name) { return .copy }
        if name.hasPrefix("Exec"), commandKinds.contains(String(name.dropFirst(4))) {
            return .commands
        }
        if irrelevant.contains(name) { return .nothing }
        // How its commands run, and its control group, are set as those of a service are.
        switch CopyTable.row(name)?.rule {
        case .copy: return .copy
        case .notASetting, .derived, .superseded, .never, .caution(.dependencies): return .nothing
        case .transform, .caution, .impossible, nil: return .impossible
        }
    }

    private static let commandKinds: Set = ["StartPre", "StartPost", "StopPre", "StopPost"]

    private static let settings: Set = [
        "AcceptFileDescriptors", "Backlog", "BindIPv6Only", "BindNetworkInterface", "BindToDevice",
        "Broadcast", "DeferAcceptUSec", "DeferTrigger", "DeferTriggerMaxUSec", "DirectoryMode",
        "FlushPending", "FreeBind", "IPTOS", "IPTTL", "KeepAlive", "KeepAliveIntervalUSec",
        "KeepAliveProbes", "KeepAliveTimeUSec", "Mark", "MaxConnections",
        "MaxConnectionsPerSource", "MessageQueueMaxMessages", "MessageQueueMessageSize", "NoDelay",
        "PassCredentials", "PassFileDescriptorsToExec", "PassPIDFD", "PassPacketInfo",
        "PassSecurity", "PipeSize", "PollLimitBurst", "PollLimitIntervalUSec", "Priority",
        "ReceiveBuffer", "RemoveOnStop", "ReusePort", "SendBuffer", "SmackLabel",
        "SmackLabelIPOut", "SocketGroup", "SocketMode", "SocketProtocol", "SocketUser", "Symlinks",
        "TCPCongestion", "TimeoutUSec", "Timestamping", "Transparent", "TriggerLimitBurst",
        "TriggerLimitIntervalUSec", "Writable", "XAttrAccept", "XAttrEntryPoint", "XAttrListen",
    ]

    /// What has happened to it, and what belongs to its place in the order of a boot.
    private static let irrelevant: Set = [
        "Accept", "DefaultDependencies", "NAccepted", "NConnections", "NRefused", "Triggers",
    ]
}

extension BusValue {
    /// What this has and a bare unit's value has not. Setting a list appends to it, so of a list
    /// these are the elements that the bare one lacks; nil where nothing differs.
    func beyond(_ plain: BusValue?) -> BusValue? {
        guard self != plain else { return nil }
        guard case .array(let element, let values) = self, element != "y",
            let defaults = plain?.elements, !defaults.isEmpty
        else { return self }
        let added = values.filter { !defaults.contains($0) }
        return added.isEmpty ? nil : .array(element: element, added)
    }

    /// A command of a socket unit as it is set, read as `(sasbttttuii)`.
    fileprivate var plainCommand: BusValue? {
        guard let fields, fields.count >= 3 else { return nil }
        return .structure(Array(fields.prefix(3)))
    }
}
