/// How a program words that something was refused: the errors that restrictions give (measured on
/// systemd 252, 257 and 262), in the words of strerror(3), with the call that programs name beside
/// them. The more particular come first. A suspicion that saves trials, never a proof: programs word
/// their errors freely.
enum LogSignature: CaseIterable, Sendable {
    case bus, noFamily, lowPort, port, owner, group, user, setpcap, chroot, memory, limits,
        personality
    case readOnly, code, protection, device, missingDevice, home, process, temporary, access

    /// Of one of these lists all words occur in the line, in lower case.
    private var words: [[String]] {
        let denied = "not permitted"
        return switch self {
        // As sd-bus, libdbus and the clients of engines say it.
        case .bus: [[" bus", "refused"], ["_bus_", "refused"], [".sock", "connection refused"]]
        case .noFamily: [["address family not supported"]]
        case .lowPort: [["bind", "permission denied"]]
        case .port: [["bind", denied]]
        case .owner: [["chown", denied], ["chown", "denied"]]
        case .group:
            [
                ["setgroups", denied], ["initgroups", denied], ["setgid", denied],
                ["setresgid", denied],
            ]
        case .user: [["setuid", denied], ["setresuid", denied]]
        case .setpcap: [["setpcap", denied]]
        case .chroot: [["chroot", denied]]
        case .memory: [["mlock", denied], ["mlock", "cannot allocate"]]
        case .limits: [["rlimit", denied], ["setpriority"]]
        case .personality: [["personality", denied]]
        case .readOnly: [["read-only file system"]]
        case .code: [["mmap", "denied"]]
        case .protection: [["mprotect"]]
        case .device: [["/dev/", denied]]
        case .missingDevice: [["/dev/", "no such file"]]
        case .home: [["/home"], ["/root"]]
        case .process: [["/proc/", "no such file"]]
        case .temporary: [["/tmp", "no such file"]]
        case .access: [["permission denied"]]
        }
    }

    /// The first that fits a line.
    init?(inLine line: String) {
        let line = line.lowercased()
        guard
            let signature = Self.allCases.first(where: { signature in
                signature.words.contains { $0.allSatisfy(line.contains) }
            })
        else { return nil }
        self = signature
    }
}

extension Suspects {
    /// What a line of a failing service's log points at; empty where it points at nothing.
    public static func named(inLine line: String) -> Set<String> {
        guard let signature = LogSignature(inLine: line) else { return [] }
        // Of a path it is known who makes it read-only; the last in a line is the object.
        if signature == .readOnly, let path = paths(in: line).last {
            return KernelRefusal.suspects(protecting: String(path))
        }
        return bySignature[signature] ?? []
    }

    private static func paths(in line: String) -> [Substring] {
        line.split { " \"'`‘’“”,;()".contains($0) }.filter { $0.hasPrefix("/") }
    }

    private static let bySignature = Dictionary(
        uniqueKeysWithValues: LogSignature.allCases.map { signature in
            (
                signature,
                Catalogue.standard.names { $0.logSignatures.contains(signature) }
                    .union(Catalogue.standard.ids { $0.logSignatures.contains(signature) })
            )
        })
}
