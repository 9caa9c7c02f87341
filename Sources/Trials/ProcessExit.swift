/// How a command beside the main process ended. systemd keeps this for every command of a unit,
/// also where the command's failure is to be ignored (`-`) and leaves no other trace.
public struct HelperExit: Hashable, Codable, Sendable {
    /// The directive that names it: `ExecStopPost`.
    public let directive: String
    /// Which command of the directive, counted from 1.
    public let position: Int
    /// Its program, such as `/bin/sh`.
    public let program: String
    /// 1 exited, 2 killed, 3 dumped core, as `ExecMainCode`.
    public let code: Int32
    /// Exit status or signal number.
    public let status: Int32

    public init(directive: String, position: Int, program: String, code: Int32, status: Int32) {
        self.directive = directive
        self.position = position
        self.program = program
        self.code = code
        self.status = status
    }

    public var isSuccess: Bool { code == 1 && status == 0 }

    /// `exit status 1`, `signal SIGSYS`.
    public var ending: String { Verdict.ending(code: code, status: status) }
}

/// How any process of the service ended, other than with status 0.
public struct ProcessExit: Hashable, Codable, Sendable {
    /// The kernel's name for it, at most 15 characters; nil where it was gone too soon to be read.
    public let name: String?
    /// 1 exited, 2 killed, 3 dumped core.
    public let code: Int32
    public let status: Int32

    public init(name: String?, code: Int32, status: Int32) {
        self.name = name
        self.code = code
        self.status = status
    }

    /// Whether it ended by a signal that a process gets for what it did itself: a forbidden system
    /// call, a bad address, an abort. Others may be sent to it for many reasons.
    public var isCrash: Bool { code >= 2 && Signal.isCrash(status) }

    public var ending: String { Verdict.ending(code: code, status: status) }

    /// Whether it may be the same ending as `other`; a name that is not known may be any.
    func mayBe(_ other: ProcessExit) -> Bool {
        (code == other.code || (code >= 2 && other.code >= 2)) && status == other.status
            && (name == other.name || name == nil || other.name == nil)
    }
}

/// The processes of a service at one moment: how many there are of each name.
public struct ProcessSet: Hashable, Codable, Sendable {
    public let members: [String: Int]

    public init(_ members: [String: Int]) { self.members = members }

    /// What both of them have.
    public func meet(_ other: ProcessSet) -> ProcessSet {
        ProcessSet(
            members.reduce(into: [:]) { common, member in
                let count = min(member.value, other.members[member.key] ?? 0)
                if count > 0 { common[member.key] = count }
            })
    }

    /// The first name of which there are fewer than in `other`, in words; nil if none is missing.
    func lack(of other: ProcessSet) -> String? {
        for (name, baseline) in other.members.sorted(by: { $0.key < $1.key }) {
            let count = members[name] ?? 0
            if count < baseline {
                let missing = baseline - count
                return baseline == 1
                    ? "its process \(name) is missing"
                    : "\(missing) of its \(baseline) \(name) processes "
                        + "\(missing == 1 ? "is" : "are") missing"
            }
        }
        return nil
    }
}
