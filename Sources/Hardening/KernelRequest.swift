/// Something that a process asked of the kernel, and how it was answered.
public struct KernelRequest: Hashable, Codable, Sendable {
    public enum Subject: Hashable, Codable, Sendable {
        /// A system call, by its name.
        case call(String)
        /// A check of a capability that no failing call followed.
        case capability(String)
        /// A system call filter killed the process for this call.
        case killed(call: String)
    }

    public let subject: Subject
    /// The name of the process, at most 15 bytes. Before a program is run, systemd's own
    /// preparations stand under the program's name in parentheses.
    public let command: String
    /// 0 when it was granted, else as in errno(3).
    public let error: Int32
    /// The file that the call names: as the process wrote it, but for steps that lead nowhere.
    public let path: String?
    /// Whether it would change the file; of `chdir`, whether the process then changed some by names
    /// that begin there.
    public let isWriting: Bool
    /// The address family of a socket, such as `AF_INET`.
    public let family: String?
    /// The capabilities that were asked for and denied in the course of the call.
    public let lacking: [String]
    /// The port that `bind`, `connect` or `sendto` is about.
    public let port: UInt16?
    /// The address that `connect` or `sendto` is about, as `IPAddressAllow=` takes it: `192.0.2.1/32`.
    public let peer: String?
    /// The types of namespaces that the call would make or enter, as `RestrictNamespaces=` names
    /// them.
    public let namespaces: [String]?

    public init(
        _ subject: Subject, by command: String, error: Int32 = 0, path: String? = nil,
        isWriting: Bool = false, family: String? = nil, lacking: [String] = [],
        port: UInt16? = nil, peer: String? = nil, namespaces: [String]? = nil
    ) {
        self.port = port
        self.peer = peer
        self.namespaces = namespaces
        self.subject = subject
        self.command = command
        self.error = error
        self.path = path.map(KernelRequest.plain)
        self.isWriting = isWriting
        self.family = family
        self.lacking = lacking
    }

    public var isRefused: Bool {
        if case .killed = subject { true } else { error != 0 }
    }

    /// Whether the service's own program asked, not systemd on the way to it.
    public var isOfService: Bool { !command.hasPrefix("(") }

    /// The kernel asks for this capability whenever memory is reserved (__vm_enough_memory in
    /// mm/util.c), and at each exec.
    public var isStray: Bool { subject == .capability("CAP_SYS_ADMIN") }

    /// Whether a restriction can be the reason: a missing file of which none hides the place is
    /// only missing, and at a socket that none closes only nobody listens.
    public var isTelling: Bool {
        if isStray { return false }
        if reason == .econnrefused { return path.flatMap(Catalogue.closedSocket) != nil }
        guard case .call(let name) = subject, [.enoent, .enxio, .enodev].contains(reason) else {
            return true
        }
        if KernelRequest.objects.contains(name) { return true }
        return path.flatMap(KernelRefusal.hiding) != nil
    }

    /// Whether it asks /proc for a process that is not there, and `profile` hides none: it has
    /// ended. The first process does not, and what is reached through another's root may be hidden.
    public func missesEndedProcess(under profile: Profile) -> Bool {
        guard reason == .enoent, let path, KernelRefusal.isOfProcess(path) else { return false }
        let steps = path.split(separator: "/").dropFirst()
        if steps.first == "1" || steps.contains("root") || steps.contains("cwd") { return false }
        let hiding = KernelRefusal.hiddenProcess.suspects
        return !profile.restrictions.contains { id in
            hiding.contains(id) || hiding.contains(Catalogue.standard[id]?.directive ?? "")
        }
    }

    /// The error, where it is one of those that restrictions answer with.
    var reason: ErrorNumber? { ErrorNumber(rawValue: error) }

    /// The same request but for what differs from one start to the next: numbers in paths.
    public var pattern: KernelRequest { mappingPath(KernelRequest.pattern(of:)) }

    /// The same request for another file.
    public func mappingPath(_ change: (String) -> String) -> KernelRequest {
        KernelRequest(
            subject, by: command, error: error, path: path.map(change), isWriting: isWriting,
            family: family, lacking: lacking, port: port, peer: peer, namespaces: namespaces)
    }

    /// A path without the steps that lead nowhere (path_resolution(7)): `/run/x` for `//run/./x/`.
    public static func plain(_ path: String) -> String {
        guard path.hasPrefix("/"), path.contains("//") || path.contains("/.") || path.hasSuffix("/")
        else { return path }
        return "/" + path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
    }

    /// A path without its numbers.
    public static func pattern(of path: String) -> String {
        var result = ""
        for character in path {
            if !character.isNumber {
                result.append(character)
            } else if result.last != "#" {
                result.append("#")
            }
        }
        return result
    }

    /// `setgid failed with EPERM for lack of CAP_SETGID`, for people.
    public var text: String {
        let names = namespaces.map { "a namespace of type \($0.joined(separator: ", "))" }
        let place = family.map { name in name + (port.map { " port \($0)" } ?? "") }
        let object = (path ?? place ?? names).map { " \($0)" } ?? ""
        switch subject {
        case .killed(let call): return "\(command) was killed for \(call)\(object)"
        case .capability(let name):
            return "\(command) \(error == 0 ? "used" : "was denied") \(name)"
        case .call(let name):
            guard error != 0 else { return "\(command) called \(name)\(object)" }
            let lack = lacking.isEmpty ? "" : " for lack of \(lacking.joined(separator: ", "))"
            return "\(command): \(name)\(object) failed with \(ErrorNumber.name(error))\(lack)"
        }
    }
}
