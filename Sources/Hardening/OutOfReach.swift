/// What the place of the trials gives to nobody, because it would reach the machine around it: there,
/// no trial tells whether a service does without.
public struct OutOfReach: Hashable, Sendable {
    public var capabilities: Set<String>
    /// System calls that a filter refuses to everybody.
    public var calls: Set<String>
    /// Whether only some device nodes can be opened.
    public var devices: Bool

    public init(capabilities: Set<String> = [], calls: Set<String> = [], devices: Bool = false) {
        self.capabilities = capabilities
        self.calls = calls
        self.devices = devices
    }

    /// As on a machine itself.
    public static let nothing = OutOfReach()

    /// Whether it is why a request was refused; what that is, for people.
    func refuses(_ request: KernelRequest) -> String? {
        if let lacking = request.lacking.first(where: capabilities.contains) { return lacking }
        switch request.subject {
        case .capability(let name) where request.isRefused && capabilities.contains(name):
            return name
        case .call(let name) where request.reason == .eperm:
            if calls.contains(name) { return "\(name)()" }
            guard devices, let path = request.path, path.hasPrefix("/dev/"),
                name.hasPrefix("open") || name.hasPrefix("mknod")
            else { return nil }
            return path
        default: return nil
        }
    }

    /// What cannot be judged of a service that asked for it, by the ids of restrictions.
    public func contested(
        by requests: some Sequence<KernelRequest>, in dialect: Dialect
    ) -> [String: ContestedRestriction] {
        requests.reduce(into: [:]) { contested, request in
            guard let what = refuses(request), let suspects = request.suspects(in: dialect) else {
                return
            }
            let because = ContestedRestriction(
                because: "\(request.command) asked for \(what), which a lab gives to nobody",
                contest: Contest(.lab, settledBy: "--live"))
            for restriction in Catalogue.standard.restrictions
            where !suspects.names.isDisjoint(with: [restriction.id, restriction.directive]) {
                contested[restriction.id] = because
            }
        }
    }
}
