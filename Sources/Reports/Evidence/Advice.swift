import Hardening
import Trials

/// What would have to change for a refused restriction to be taken, or what stands in its place.
public struct Advice: Hashable, Codable, Sendable {
    /// One sentence for people.
    public var text: String
    /// Lines for the unit, `ReadWritePaths=/var/lib/x`; empty where no setting helps.
    public var settings: [String] = []
    /// The number of a trial that passed with these settings; nil where it was not tried.
    public var triedIn: Int?

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
        if cause?.source == .label, let change = cause.flatMap({ LabelChange(in: $0.text) }) {
            return change.cure.map { [Advice(text: $0)] } ?? []
        }
        let path = requests.lazy.compactMap(\.path).first ?? cause?.path
        switch restriction.change {
        case .withdraw(let exceptions): return needing(exceptions, passedIn)
        case .dropCapabilities, .denyNamespace, .denyFamily, .denyOtherFamilies, .empty:
            return open(restriction, in: result, passedIn)
        case .denyCalls, .allowOnlyCalls: return letThrough(requests, below: restriction.id)
        case .killOnDeniedCall:
            return remedies(restriction, nil, requests, passedIn) + letThrough(requests, below: nil)
        case .denyFileSystems where evidence.contains(where: \.isOfRightsForPrograms):
            return [
                Advice(
                    text: "systemd applies it as the service's user: that takes root, or a system "
                        + "call filter that leaves @privileged open")
            ]
        case .become(let user, _, _): return becoming(user, restriction, requests)
        case .denyPorts:
            let ports = requests.compactMap(\.port).map { Exception.port($0).text }
            return ports.isEmpty
                ? [] : [Advice(text: "allow the port that it binds", settings: Set(ports).sorted())]
        default: return remedies(restriction, path, requests, nil)
        }
    }

    private static func needing(_ exceptions: [Exception], _ trial: Int?) -> [Advice] {
        let settings = exceptions.map(\.text)
        let advice = Advice(
            text: "needs \(settings.map { $0.replacing("=-", with: "=") }.joined(separator: " "))",
            settings: settings, triedIn: trial)
        let own = exceptions.filter(\.opensForWriting)
            .compactMap { declared(String($0.value.drop { $0 == "-" })) }
        return [advice]
            + own.map { Advice(text: "or let systemd make and own the directory", settings: [$0]) }
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
            return [Advice(text: "\(what); no other member could be taken either", triedIn: trial)]
        }
        return [
            Advice(
                text: "\(what), beside only what else is needed", settings: [line], triedIn: trial)
        ]
    }

    /// The smallest exception: the single calls, after the filter (systemd.exec(5): a name that is
    /// listed later takes an earlier one back).
    private static func letThrough(_ requests: [DeniedRequest], below filter: String?) -> [Advice] {
        let calls = Set(requests.compactMap(\.call)).sorted()
        guard !calls.isEmpty else { return [] }
        let names = calls.joined(separator: " ")
        return [
            Advice(
                text: "the smallest exception: let \(names) through",
                settings: [filter, Restriction.letting(through: calls)].compactMap { $0 })
        ]
    }

    private static func becoming(
        _ user: String, _ restriction: Restriction, _ requests: [DeniedRequest]
    ) -> [Advice] {
        let lacking = Set(requests.flatMap(\.capabilities)).sorted()
        let paths = Set(requests.filter { $0.capabilities.isEmpty }.compactMap(\.path)).sorted()
        var advice: [Advice] = []
        if !lacking.isEmpty {
            advice.append(
                Advice(
                    text: "grant \(user) what it lacks",
                    settings: [restriction.id, Capability.granting(lacking)]))
        }
        if let path = paths.first {
            advice.append(
                Advice(text: "\(user) must be allowed to use \(path); change its owner or mode"))
        }
        return advice
    }

    private static func remedies(
        _ restriction: Restriction, _ path: String?, _ requests: [DeniedRequest], _ trial: Int?
    ) -> [Advice] {
        if case .always(let text, let settings) = restriction.remedy {
            return [Advice(text: text, settings: settings, triedIn: trial)]
        }
        if case .forCall(let call, let text, let other) = restriction.remedy {
            return [Advice(text: requests.contains { $0.call == call } ? text : other)]
        }
        guard let path, path.hasPrefix("/") else { return [] }
        switch restriction.remedy {
        case .forPath(let text, let settings, let reading, let isBeside):
            let isWriting = requests.contains { $0.isWriting || $0.error == "EROFS" }
            let lines =
                (isBeside ? [restriction.id] : []) + (isWriting ? settings : reading ?? settings)
            return [
                Advice(
                    text: text.replacing("PATH", with: path),
                    settings: lines.map { $0.replacing("PATH", with: path) })
            ]
        case .forTunable(let text, let place):
            guard path.hasPrefix(place) else { return [] }
            let name = path.dropFirst(place.count).replacing("/", with: ".")
            return [Advice(text: "\(text): \(name)")]
        case .leaveWritable:
            let directory = Places.directory(of: path)
            let place =
                Places.temporary(of: path) ?? (Places.isShared(directory) ? path : directory)
            return [
                Advice(
                    text: "leave \(place) writable",
                    settings: [restriction.id, Exception.writable(place).text])
            ]
                + [declared(place)].compactMap { $0 }.map {
                    Advice(text: "or let systemd make and own the directory", settings: [$0])
                }
        case .always, .forCall, nil: return []
        }
    }
}

extension Evidence {
    /// Whether systemd could not load a program for want of rights.
    fileprivate var isOfRightsForPrograms: Bool {
        text.contains(ExecStep.bpf.ending)
    }
}
