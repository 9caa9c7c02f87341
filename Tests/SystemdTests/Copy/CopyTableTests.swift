import SystemdBus
import Testing

@testable import Systemd

@Suite("The table of what a copy does with each property", .timeLimit(.minutes(5)))
struct CopyTableTests {
    @Test(
        "knows everything that systemd lets us read, in its signature",
        arguments: RecordedMachine.versions)
    func isComplete(version: Int) throws {
        let read = try RecordedMachine(systemd: version).bare().properties.mapValues(\.signature)
        let known = CopyTable.rows.filter {
            $0.since <= version && version <= $0.until ?? .max
        }
        #expect(read == Dictionary(uniqueKeysWithValues: known.map { ($0.name, $0.signature) }))
    }

    @Test("sends a hard limit before the soft one, which it would overwrite")
    func hardLimitsComeFirst() throws {
        let names = CopyTable.rows.map(\.name)
        let pairs = CopyTable.rows.compactMap { row -> (String, String)? in
            guard case .transform(.softLimit(let hard)) = row.rule else { return nil }
            return (hard, row.name)
        }
        #expect(pairs.count == 16)
        for (hard, soft) in pairs {
            #expect(try #require(names.firstIndex(of: hard)) < #require(names.firstIndex(of: soft)))
        }
    }

    @Test("sends a scheduling policy before its priority, which it would reset")
    func policiesComeFirst() throws {
        let names = CopyTable.rows.map(\.name)
        for (policy, priority) in [
            ("CPUSchedulingPolicy", "CPUSchedulingPriority"),
            ("IOSchedulingClass", "IOSchedulingPriority"), ("NUMAPolicy", "NUMAMask"),
        ] {
            #expect(
                try #require(names.firstIndex(of: policy))
                    < #require(names.firstIndex(of: priority)))
        }
    }

    @Test("names for each superseded property one that exists")
    func supersedingPropertiesExist() {
        for row in CopyTable.rows {
            guard case .superseded(let richer) = row.rule else { continue }
            #expect(CopyTable.row(richer) != nil, "\(row.name)")
        }
    }

    @Test("never sends what would reboot the machine, start again or touch other units")
    func dangerousPropertiesAreWithheld() {
        for name in [
            "FailureAction", "SuccessAction", "StartLimitAction", "JobTimeoutAction", "OnFailure",
            "OnSuccess", "Restart", "Conditions", "Asserts", "Conflicts", "BindsTo", "PartOf",
            "Upholds", "PropagatesStopTo", "StopWhenUnneeded", "RefuseManualStart",
        ] {
            guard case .never = CopyTable.row(name)?.rule else {
                Issue.record("\(name) would be sent")
                continue
            }
        }
    }
}
