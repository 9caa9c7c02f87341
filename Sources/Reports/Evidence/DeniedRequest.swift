import Hardening
import Trials

/// What the kernel refused a process, in parts.
public struct DeniedRequest: Hashable, Codable, Sendable {
    /// The name of the process, at most 15 bytes.
    public var caller: String
    /// The system call; nil for a check of a capability that no failing call followed.
    public var call: String?
    /// `EROFS`; nil where the process was killed.
    public var error: String?
    /// Whether a system call filter killed it for the call.
    public var wasKilled: Bool
    /// The file that the call names.
    public var path: String?
    /// Whether it would change the file.
    public var isWriting: Bool
    /// The capabilities that it lacked.
    public var capabilities: [String]
    /// The address family of a socket.
    public var family: String?
    /// The port that it would bind or connect to.
    public var port: UInt16?
    /// The types of namespaces that it would make or enter.
    public var namespaces: [String]?

    init(_ request: KernelRequest) {
        caller = request.command
        capabilities = request.lacking
        wasKilled = false
        switch request.subject {
        case .call(let name): call = name
        case .killed(let name):
            call = name
            wasKilled = true
        case .capability(let name): capabilities = [name]
        }
        error = request.error == 0 || wasKilled ? nil : ErrorNumber.name(request.error)
        path = request.path
        isWriting = request.isWriting
        family = request.family
        port = request.port
        namespaces = request.namespaces
    }
}
