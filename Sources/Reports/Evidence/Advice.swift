import Hardening
import Trials

/// What would have to change for a refused restriction to be taken, or what stands in its place.
public struct Advice: Hashable, Codable, Sendable {
    /// One sentence for people.
    public var text: String
    /// Lines for the unit, `ReadWritePaths=/var/lib/x`; empty where no setting helps.
    public var settings: [String]
    /// The number of a trial that passed with these settings; nil where it was not tried.
    public var triedIn: Int?

    public init(_ text: String, settings: [String] = [], triedIn: Int? = nil) {
        self.text = text
        self.settings = settings
        self.triedIn = triedIn
    }

    /// Whether it was tried, in words that follow the sentence.
    public var standing: String { triedIn.map { "tried in trial \($0)" } ?? "not tried" }
}

extension Advice {
    /// - Parameters:
    ///   - evidence: why the restriction was refused, the strongest first.
    ///   - result: what was reached without it.
    ///   - passedIn: a trial that passed under the result.
    static func on(
        _ restriction: Restriction, _ evidence: [Evidence], in result: HardeningResult,
        passedIn: Int?
    ) -> [Advice] {
        let cause = evidence.first { $0.certainty != .seen }
        let requests = evidence.filter { $0.certainty != .seen }.compactMap(\.request)
        let path = requests.lazy.compactMap(\.path).first ?? cause?.path
        switch restriction.change {
        case .withdraw(let exceptions): return needing(exceptions, passedIn)
        case .drop, .denyFamily, .denyOtherFamilies, .empty:
            return open(restriction, in: result, passedIn)
        case .denyCalls, .allowOnlyCalls: return calls(restriction, requests)
        case .killOnDeniedCall:
            return [
                Advice(
                    "let a denied call fail instead of killing",
                    settings: ["SystemCallErrorNumber=EPERM"], triedIn: passedIn)
            ] + letThrough(requests, below: nil)
        case .become(let user, _, _): return becoming(user, requests)
        case .denyPorts:
            let ports = requests.compactMap(\.port).map { "SocketBindAllow=\($0)" }
            return ports.isEmpty
                ? [] : [Advice("allow the port that it binds", settings: Set(ports).sorted())]
        default: return places(restriction, path, requests)
        }
    }

    private static func needing(_ exceptions: [Exception], _ trial: Int?) -> [Advice] {
        let settings = exceptions.map(\.text)
        let advice = Advice(
            "needs \(settings.map { $0.replacing("=-", with: "=") }.joined(separator: " "))",
            settings: settings, triedIn: trial)
        let own = exceptions.filter { $0.setting == "ReadWritePaths" }
            .compactMap { declared(String($0.value.drop { $0 == "-" })) }
        return [advice]
            + own.map { Advice("or let systemd make and own the directory", settings: [$0]) }
    }

    /// `StateDirectory=x` for `/var/lib/x` (systemd.exec(5)).
    private static func declared(_ directory: String) -> String? {
        let places = [
            ("/var/lib/", "StateDirectory"), ("/var/cache/", "CacheDirectory"),
            ("/var/log/", "LogsDirectory"), ("/run/", "RuntimeDirectory"),
        ]
        return places.first { directory.hasPrefix($0.0) }.map { place, setting in
            "\(setting)=\(directory.dropFirst(place.count))"
        }
    }

    /// What the result leaves open of a list: the line of its drop-in, which was tried.
    private static func open(
        _ restriction: Restriction, in result: HardeningResult, _ trial: Int?
    ) -> [Advice] {
        let name = restriction.directive
        let line = result.dropIn.split(separator: "\n").map(String.init)
            .last { $0.hasPrefix("\(name)=") && $0.count > name.count + 1 }
        let member = restriction.id.firstIndex(of: "~").map {
            String(restriction.id[restriction.id.index(after: $0)...])
        }
        let what = member.map { "\($0) stays open" } ?? "what it grants stays"
        guard let line else {
            return [Advice("\(what); no other member could be taken either", triedIn: trial)]
        }
        return [
            Advice("\(what), beside only what else is needed", settings: [line], triedIn: trial)
        ]
    }

    private static func calls(
        _ restriction: Restriction, _ requests: [DeniedRequest]
    ) -> [Advice] {
        letThrough(requests, below: restriction.id)
    }

    /// The smallest exception: the single calls, after the filter (systemd.exec(5): a name that is
    /// listed later takes an earlier one back).
    private static func letThrough(_ requests: [DeniedRequest], below filter: String?) -> [Advice] {
        let calls = Set(requests.compactMap(\.call)).sorted()
        guard !calls.isEmpty else { return [] }
        let names = calls.joined(separator: " ")
        return [
            Advice(
                "the smallest exception: let \(names) through",
                settings: [filter, "SystemCallFilter=\(names)"].compactMap { $0 })
        ]
    }

    private static func becoming(_ user: String, _ requests: [DeniedRequest]) -> [Advice] {
        let lacking = Set(requests.flatMap(\.capabilities)).sorted()
        let paths = Set(requests.filter { $0.capabilities.isEmpty }.compactMap(\.path)).sorted()
        var advice: [Advice] = []
        if !lacking.isEmpty {
            let names = lacking.joined(separator: " ")
            advice.append(
                Advice(
                    "grant \(user) what it lacks",
                    settings: ["User=\(user)", "AmbientCapabilities=\(names)"]))
        }
        if let path = paths.first {
            advice.append(
                Advice("\(user) must be allowed to use \(path); change its owner or mode"))
        }
        return advice
    }

    private static func places(
        _ restriction: Restriction, _ path: String?, _ requests: [DeniedRequest]
    ) -> [Advice] {
        let isWriting = requests.contains { $0.isWriting || $0.error == "EROFS" }
        switch restriction.directive {
        case "PrivateNetwork":
            return [
                Advice("limit the network by RestrictAddressFamilies= and IPAddressAllow= instead")
            ]
        case "IPAddressDeny":
            return [
                Advice(
                    "allow the addresses of its clients",
                    settings: ["IPAddressDeny=any", "IPAddressAllow=ADDRESS/PREFIX"])
            ]
        case "MemoryDenyWriteExecute":
            return [Advice("no exception can be made for one process that makes code at run time")]
        case "RestrictSUIDSGID":
            return [Advice("set the bit when the file is installed, not by the service")]
        default: break
        }
        guard let path, path.hasPrefix("/") else { return [] }
        switch restriction.directive {
        case "ProtectSystem", "ReadOnlyPaths":
            let directory = Places.directory(of: path)
            let place = Places.isShared(directory) ? path : directory
            return [
                Advice(
                    "leave \(place) writable",
                    settings: [restriction.id, "ReadWritePaths=\(place)"]
                )
            ]
                + [declared(place)].compactMap { $0 }.map {
                    Advice("or let systemd make and own the directory", settings: [$0])
                }
        case "ProtectHome":
            let setting =
                restriction.id == "ProtectHome=read-only"
                ? "ReadWritePaths" : isWriting ? "BindPaths" : "BindReadOnlyPaths"
            let base = restriction.id == "ProtectHome=yes" ? "ProtectHome=tmpfs" : restriction.id
            return [Advice("open only what it uses", settings: [base, "\(setting)=\(path)"])]
        case "PrivateDevices", "DevicePolicy":
            return [
                Advice(
                    "allow this device node only",
                    settings: [restriction.id, "DeviceAllow=\(path) rw", "BindPaths=\(path)"])
            ]
        case "NoExecPaths":
            return [
                Advice("let this program run", settings: [restriction.id, "ExecPaths=\(path)"])
            ]
        case "PrivateTmp":
            return [
                Advice(
                    "hand files over in a directory of its own instead of \(path)",
                    settings: ["RuntimeDirectory=NAME"])
            ]
        case "ProtectKernelTunables" where path.hasPrefix("/proc/sys/"):
            return [
                Advice(
                    "set it at boot by sysctl.d(5): "
                        + path.dropFirst("/proc/sys/".count).replacing("/", with: "."))
            ]
        default: return []
        }
    }
}
