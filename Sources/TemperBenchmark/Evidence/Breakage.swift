import Hardening

/// A small service that needs one thing, the restriction that takes it away, and what a report must
/// name as the cause.
struct Breakage: Sendable {
    let name: String
    /// What is asked about; those behind the first one must be in force besides.
    let conflict: [String]
    let truth: Truth
    /// Perl: what the service does at its start. What dies ends it.
    var acts = "1;"
    /// Lines of its `[Service]` section; `ExecStart=` runs the Perl unless it stands there.
    var settings: [String] = []
    /// A shell command that asks whether it works.
    var probe: String?
    /// What it was seen to use, for restrictions that only the catalogue for one service has.
    var usage = Usage()

    var restriction: String { conflict[0] }

    var unit: String {
        let start = settings.contains { $0.hasPrefix("ExecStart=") }
        let type = settings.contains { $0.hasPrefix("Type=") }
        return
            (["[Service]"] + (type ? [] : ["Type=oneshot", "RemainAfterExit=yes"])
            + (start ? [] : ["ExecStart=/usr/bin/perl /srv/break.pl \(name)"]) + settings)
            .joined(separator: "\n") + "\n"
    }
}

/// The true cause of a breakage, as far as there is something to name.
enum Truth: Sendable {
    /// A system call that was refused, or one of several that do the same.
    case call([String], Details = Details())
    /// A step of systemd's preparations.
    case step(String, path: String? = nil)
    /// What a client sees, because nothing is refused to the service itself.
    case reach
    /// What systemd or the service itself says.
    case said(String)

    struct Details: Sendable {
        var path: String?
        var capability: String?
        var family: String?
        var port: UInt16?
        var namespace: String?
        var caller: String?
        var isKill = false
    }

    /// The kind of thing that has to be named, for the table.
    var kind: String {
        switch self {
        case .call(_, let details):
            if details.isKill { return "killed call" }
            if details.capability != nil { return "capability" }
            if details.port != nil { return "port" }
            if details.family != nil { return "address family" }
            if details.namespace != nil { return "namespace" }
            if let path = details.path { return path.hasPrefix("/dev/") ? "device" : "path" }
            return "system call"
        case .step: return "set-up step"
        case .reach: return "network"
        case .said: return "words only"
        }
    }
}

extension Usage {
    static func with<Value>(_ part: WritableKeyPath<Usage, Value>, _ value: Value) -> Usage {
        var usage = Usage()
        usage[keyPath: part] = value
        return usage
    }
}

extension Truth {
    static func path(_ path: String, by calls: String...) -> Truth {
        .call(calls.isEmpty ? ["openat", "open"] : calls, Details(path: path))
    }

    static func capability(_ name: String, by calls: String...) -> Truth {
        .call(calls, Details(capability: name))
    }

    static func kill(_ calls: String...) -> Truth { .call(calls, Details(isKill: true)) }
}
