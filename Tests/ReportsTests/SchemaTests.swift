import Foundation
import Hardening
import PublishedSchemas
import Testing
import Trials
import WaysOut

@testable import Reports

@Suite("The published schemas") struct SchemaTests {
    /// A result with every key that there is.
    private static var result: HardeningResult {
        var result = Sample.result
        let reason = HardeningResult.Ignored(restriction: "PrivateIPC=yes", because: "no such")
        result.partlyInForce = [reason]
        result.beyondManager = [reason]
        result.notCarriedOver = [.init(setting: "WatchdogSec", because: "nobody would answer")]
        result.preparations = ["chown -R x /var/lib/x"]
        result.applied = .init(path: "/etc/systemd/system/x.service.d/50-temper.conf", seconds: 2)
        result.livedThrough = ["first start", "boot"]
        result.unproved = "it fails where it never ran before"
        result.notApplied = "it fails"
        result.skipped = [.init(what: "reload", because: "the unit has none")]
        result.downtime = .init(estimate: 60, seconds: 41.5, limit: 900)
        result.wrongAnswers = 0.07
        result.refused[0].alongside = ["LockPersonality=yes"]
        result.refused[0].policy = "(allow a_t b_t (process2 (nnp_transition)))"
        result.known = [
            .init(restriction: "UMask=0077", known: .exercised),
            .init(restriction: "PrivateIPC=yes", known: .unused),
            .init(restriction: "X=~y", known: .bites, because: "x: fsync failed with EPERM"),
            .init(
                restriction: "PrivateNetwork=yes", known: .contested, because: Sample.nasty,
                source: .lab, price: 0.5, settledBy: "--network world"),
        ]
        result.inherited = .init(
            work: "scheduled jobs",
            denied: [.init(what: "setting the clock", restrictions: ["ProtectClock=yes"])])
        result.bus = [.init(name: "org.x.X", calls: ["Manager.Do"], owns: true, hears: true)]
        result.findings = [
            .init(test: "PrivateUsers", weight: 1000, range: 1, badness: 1),
            .init(test: "RemoveIPC", weight: 100, range: 1, badness: nil),
        ]
        result.tell(Self.waysOut)
        return result
    }

    /// One that is closed, and one that stays open.
    private static var waysOut: WaysOutChange {
        WaysOutChange(
            before: Sample.ways(open: ["system-bus", "keys"]), after: Sample.ways(open: ["keys"]))
    }

    private static var escape: EscapeReport {
        var ways = Sample.ways(open: ["system-bus"])
        ways[0] = .closed(30)
        return EscapeReport(
            unit: "x.service", root: "/", systemd: "257.13", exposure: Exposure(tenths: 14),
            states: ways, seconds: 2.5)
    }

    /// And a check with every key, of a unit of each standing.
    private static var check: CheckReport {
        var unit = UnitCheck(unit: "x.service", standing: .regressed, because: Sample.nasty)
        unit.systemd = .init(recorded: "252.39", now: "257.13")
        unit.changes = [
            .init(.package, "x", "1", "2"), .init(.feature, "+SELINUX", nil, "+SELINUX"),
            .init(.unitFile, "/etc/systemd/system/x.service", nil, nil),
            .init(.systemCalls, "@mount", nil, "mount_setattr"),
        ]
        (unit.profile, unit.trials, unit.furtherTrials, unit.bisecting) = (117, 2, 9, 4)
        unit.taken = 112
        unit.seconds = 12.5
        unit.culprits = [
            .init(restrictions: ["X=~y"], trial: 5, because: "start failed", evidence: ["x: no"])
        ]
        unit.offer = .init(
            exposure: .init(before: 9.6, after: 2.1, possible: 2.1), accepted: ["X=z"],
            dropIn: "[Service]\nX=z\n", preparations: ["true"], verified: true)
        unit.tightenings = [
            .init(restriction: "Y=yes", refusedBefore: "it died", trial: 8),
            .init(restriction: "Z=yes", refusedBefore: nil, trial: 8),
        ]
        unit.notes = [.ignored, .gone, .meaning, .new, .loosens, .warning].map { .init($0, "so") }
        unit.applied = .init(path: "/etc/systemd/system/x.service.d/50-temper.conf", seconds: 2)
        unit.notApplied = "it fails"
        let others: [UnitCheck.Conclusion] = [.passed, .broken, .unchanged, .untested]
        return CheckReport([unit] + others.map { UnitCheck(unit: "y.service", standing: $0) })
    }

    private static var doctor: DoctorReport {
        let states: [EnforcementState] = [
            .inForce, .partly(lacking: ["/sys"]), .ignored, .unknown(since: 258), .absent,
            .failing("226/NAMESPACE"), .cannotTell("no process"),
        ]
        let ids = Catalogue.standard.restrictions.map(\.id)
        return DoctorReport(
            facts: MachineFacts(
                systemd: "257.13-1", features: ["+SECCOMP", "-BPF_FRAMEWORK"], kernel: "6.18",
                libraries: [], securityModules: ["capability"], hasBPFFileSystem: true),
            enforcement: Enforcement(
                Dictionary(
                    uniqueKeysWithValues: zip(ids, states).map {
                        ($0, .init($1, cure: "install libbpf1"))
                    })),
            catalogue: .standard, root: "/srv/trees/trixie", systemdIsPIDOne: true,
            evidence: .init(audit: true, programs: false), seconds: 2.5)
    }

    /// A search, a check, and one that was cut off; how two differ.
    private static var history: HistoryReport {
        var later = result
        later.accepted.removeFirst()
        later.accepted.append("KeyringMode=private")
        later.refused[0].because = "another reason"
        later.refused[1].restriction = result.accepted[0]
        return HistoryReport(
            unit: "x.service",
            [
                campaign(try? JSONEncoder().encode(result), isCheck: false),
                campaign(try? JSONEncoder().encode(check.units[0]), isCheck: true),
                campaign(nil, isCheck: false),
            ],
            difference: CampaignDifference(
                from: result, to: later, records: (record(systemd: "257"), record(systemd: "258"))))
    }

    private static func campaign(_ result: Data?, isCheck: Bool) -> HistoryReport.Campaign {
        .init(
            number: 3, began: 1_700_000_000_000_000,
            result: result.map { String(decoding: $0, as: UTF8.self) }, trials: 9,
            isCheck: isCheck)
    }

    private static func record(systemd: String) -> HardeningRecord {
        var validity = Validity()
        validity.systemd = systemd
        return HardeningRecord(
            unit: "x.service", exposure: (Exposure(tenths: 96), Exposure(tenths: 14)), plan: Plan(),
            profile: .unrestricted, usage: Usage(), baseline: .unknown, refused: [], dropIn: "",
            validity: validity)
    }

    private static func data(_ schema: String) throws -> Data {
        let encoder = JSONEncoder()
        switch schema {
        case "temper.harden/1": return try encoder.encode(result)
        case "temper.check/1": return try encoder.encode(check)
        case "temper.doctor/1": return try encoder.encode(doctor)
        case "temper.escape/1": return try encoder.encode(escape)
        case "temper.history/1": return try encoder.encode(history)
        case "temper.explain/1":
            var explanation = ExplanationReport("bite", text: "It bites.\n")
            explanation.restrictions = ["PrivateTmp=yes"]
            explanation.trial = Sample.unit.trials.first
            return try encoder.encode(explanation)
        case "temper.labs/1":
            return try encoder.encode(LabsReport([.init(name: "x", pid: 7, root: "/srv/x")]))
        case "temper.probe/1": return try encoder.encode(ProbeReportTests.failing)
        default: return try encoder.encode(Sample.report)
        }
    }

    @Test("hold for what is printed, whatever a service says", arguments: JSONSchema.names)
    func hold(schema: String) throws {
        #expect(try JSONSchema(schema).flaws(in: try Self.data(schema)) == [])
    }

    @Test("have no key that is never printed", arguments: JSONSchema.names)
    func areUsed(schema: String) throws {
        let object = try JSONSerialization.jsonObject(with: try Self.data(schema))
        // What a sample of a report has not: the rest of evidence.
        let rare: Set = ["path", "family", "port", "namespaces", "step", "groups"]
        let unused = try JSONSchema(schema).keys().subtracting(Self.keys(of: object, below: ""))
            .filter { !rare.contains($0.split(separator: ".").last.map(String.init) ?? "") }
        #expect(unused.isEmpty, "\(unused.sorted())")
    }

    private static func keys(of value: Any, below place: String) -> Set<String> {
        if let list = value as? [Any] {
            return list.reduce(into: []) { $0.formUnion(keys(of: $1, below: place + "[]")) }
        }
        guard let members = value as? [String: Any] else { return [] }
        return members.reduce(into: []) { found, member in
            let key = place.isEmpty ? member.key : place + "." + member.key
            found.formUnion([key])
            found.formUnion(keys(of: member.value, below: key))
        }
    }

    @Test("see a key that is none of theirs, a word, a number and a type that cannot be")
    func see() throws {
        var result = Self.result
        result.exposure.after = 11
        let text = String(decoding: try JSONEncoder().encode(result), as: UTF8.self)
            .replacing("\"verified\":true", with: "\"verified\":\"yes\",\"more\":1")
            .replacing("\"ending\":\"complete\"", with: "\"ending\":\"tired\"")
        let flaws = try JSONSchema("temper.harden/1").flaws(in: Data(text.utf8))
        #expect(flaws.count == 4, "\(flaws)")
    }
}
