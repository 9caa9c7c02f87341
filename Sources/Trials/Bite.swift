public import Hardening

/// Which bites of the kernel are taken all the same. A bite is something that the service was
/// granted without restriction and is refused in a trial, whether or not a probe notices.
public struct Tolerance: Hashable, Sendable {
    private let names: Set<String>

    public static let none = Tolerance(of: [])
    public static let everything = Tolerance(of: ["all"])

    /// - Parameter names: of system calls, address families (`AF_INET6`) and paths; `all` for
    ///   every bite.
    public init(of names: some Sequence<String>) {
        self.names = names.contains("all") ? ["all"] : Set(names)
    }

    /// What makes trials under it comparable.
    public var words: [String] { names.sorted() }

    func covers(_ request: KernelRequest) -> Bool {
        if self == .everything { return true }
        let subject: String? =
            switch request.subject {
            case .call(let name), .killed(let name), .capability(let name): name
            }
        return [subject, request.family, request.path].contains { $0.map(names.contains) ?? false }
    }
}

/// What the service was granted without restriction, as far as a close look showed it. Numbers in
/// paths differ from start to start and are left out.
struct Grants: Hashable, Sendable {
    private var accesses: Set<ObservedAccess> = []
    /// Directories in which it could write: what is made there has many names.
    private var writablePlaces: Set<String> = []
    private var writtenFiles: Set<String> = []
    /// What else is known to be granted, without how it would be refused.
    private var questions: Set<KernelRequest> = []

    mutating func learn(_ request: KernelRequest) { questions.insert(request.question) }

    mutating func learn(_ access: ObservedAccess) {
        switch access {
        case .writes(let path):
            writablePlaces.insert(Self.directory(of: path))
            writtenFiles.insert(KernelRequest.pattern(of: path))
        case .reads(let path): accesses.insert(.reads(KernelRequest.pattern(of: path)))
        case .runs(let path): accesses.insert(.runs(KernelRequest.pattern(of: path)))
        default: accesses.insert(access)
        }
    }

    /// Whether a file could be written to, made or removed that this asks to change.
    func changesFile(of request: KernelRequest) -> Bool {
        request.isWriting
            && request.path.map(KernelRequest.pattern).map(writtenFiles.contains) == true
    }

    /// Whether the same was granted, for all that is known.
    func include(_ request: KernelRequest) -> Bool {
        if questions.contains(request.question) { return true }
        let name: String
        switch request.subject {
        case .capability: return false
        case .killed(let call): return accesses.contains(.calls(call))
        case .call(let call): name = call
        }
        if name == "socket", let family = request.family {
            return accesses.contains(.opensSocket(family: family))
        }
        guard let path = request.path else { return accesses.contains(.calls(name)) }
        let pattern = KernelRequest.pattern(of: path)
        // Of a program that was run, its path went with the memory of the one that ran it.
        if name.hasPrefix("exec") {
            return accesses.contains(.runs(pattern))
                || (request.error != ErrorNumber.enoent.rawValue && accesses.contains(.calls(name)))
        }
        if request.isWriting {
            return path.hasPrefix("/")
                ? writablePlaces.contains(Self.directory(of: path))
                : accesses.contains(.writesRelatively)
        }
        if accesses.contains(.reads(pattern)) { return true }
        if Catalogue.socketsOfRoot.contains(path) { return false }
        // Of a place that no sandbox hides, opening is not written down one by one.
        return request.error != ErrorNumber.enoent.rawValue && accesses.contains(.calls(name))
    }

    private static func directory(of path: String) -> String {
        let path = KernelRequest.pattern(of: path)
        return String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    }
}

extension Baseline {
    /// Whether the kernel refuses here what it grants the service as it is, and that is a fault.
    func isBite(_ request: KernelRequest) -> Bool {
        mayBite(request) && grants.include(request)
    }

    /// The same where it is not known what is granted.
    private func mayBite(_ request: KernelRequest) -> Bool {
        request.isRefused && request.isOfService && request.isTelling && !request.isHarmless
            && !refusesInAnyWay(request) && !removesPIDFile(request)
            && !tolerance.covers(request)
    }

    /// What the kernel refused in one trial and in none of the others that passed, so that nobody
    /// knows whether it is granted to the service as it is: of one that failed it was not asked.
    public func unheardOf(in trial: Trial, beside others: [Trial]) -> [KernelRequest] {
        let heard = Set(others.filter(\.verdict.isPass).flatMap(\.refusals).map(\.question))
        return trial.refusals.filter { mayBite($0) && !heard.contains($0.question) }
    }

    /// Takes it that this is granted.
    public mutating func grant(_ requests: [KernelRequest]) {
        for request in requests where mayBite(request) { grants.learn(request) }
    }

    /// systemd removes the file itself once the service has stopped (systemd.service(5)).
    private func removesPIDFile(_ request: KernelRequest) -> Bool {
        guard let pidFile, let path = request.path,
            [.call("unlink"), .call("unlinkat")].contains(request.subject)
        else { return false }
        return Places.resolved(path) == Places.resolved(pidFile)
    }
}
