import Foundation
import Hardening
import Lab
import Reports
import Systemd
import Trials

/// A lab in which small services break, and what the report says of each.
struct BreakageFixture {
    private let machine: Machine
    private let dialect: Dialect

    /// What none of them minds: so that a pass is not due to nothing being restricted.
    private static let harmless = [
        "CapabilityBoundingSet=~CAP_SYS_PACCT", "SystemCallFilter=~@reboot",
    ]

    init(in lab: Lab) async throws {
        machine = try await Machine(in: lab)
        guard machine.kernel != nil else { throw ExperimentError("the lab has no cgroup2 tree") }
        dialect = try await Dialect(of: machine)
        try await BreakageFixture.plant(Breakage.all, in: lab)
    }

    /// Breaks it, and asks the report why.
    func finding(_ breakage: Breakage) async throws -> BreakageFinding {
        let service = try await Service(
            named: "break-\(breakage.name).service", on: machine, speaking: dialect)
        let catalogue = Hardening.Catalogue.standard.accommodating(breakage.usage)
        let procedure = TrialProcedure(
            service: service.copies(in: catalogue),
            probes: breakage.probe.map { [CommandProbe(command: $0, on: machine)] } ?? [],
            canReload: service.canReload, settle: .zero)
        let others = breakage.conflict.dropFirst() + BreakageFixture.base(of: breakage, catalogue)
        let passing = Profile(BreakageFixture.harmless + others, in: catalogue)
        let failing = passing.join(Profile([breakage.restriction], in: catalogue))
        var baseline = Baseline.unknown
        var trials: [Trial] = []
        let cadence = Cadence(
            startPeriod: .milliseconds(600), interval: .milliseconds(20), timeout: .seconds(3),
            failureThreshold: 1)
        for (number, profile) in [Profile.unrestricted, passing, failing].enumerated() {
            let runner = TrialRunner(
                procedure,
                expecting: Expectations(
                    baseline, cadence: cadence, startLimit: .seconds(5), stopLimit: .seconds(5)),
                now: { 0 })
            let trial = try await runner.runAside(
                TrialSpec(profile, TrialPurpose(rawValue: breakage.name)), number: number + 1)
            if number == 0 { baseline.learn(trial) }
            trials.append(trial)
        }
        let investigation = Investigation(
            trials: trials, catalogue: catalogue, dialect: service.dialect,
            accepted: passing.restrictions)
        let evidence = investigation.evidence(
            against: breakage.restriction, conflict: breakage.conflict, witness: 3)
        return BreakageFinding(breakage: breakage, trials: trials, evidence: evidence)
    }

    /// An exception is taken back from a restriction that is in force.
    private static func base(of breakage: Breakage, _ catalogue: Hardening.Catalogue) -> [String] {
        guard let restriction = catalogue[breakage.restriction],
            case .withdraw = restriction.change
        else { return [] }
        return restriction.implies.sorted()
    }

    private static func plant(_ breakages: [Breakage], in lab: Lab) async throws {
        let root = lab.rootPath
        func write(_ text: String, _ path: String) throws {
            try text.write(toFile: root + path, atomically: true, encoding: .utf8)
        }
        try write(Breakage.program, "/srv/break.pl")
        for breakage in breakages {
            try write(breakage.acts + "\n1;\n", "/srv/break-\(breakage.name).pl")
            try write(breakage.unit, "/run/systemd/system/break-\(breakage.name).service")
        }
        let made = try await lab.makingDevices {
            try await lab.run(["sh", "-euc", BreakageFixture.preparation])
        }
        guard made.status == 0 else {
            throw ExperimentError("the lab cannot be prepared: \(made.stderr)")
        }
    }

    /// What the services find on their machine. /dev/break is another name of /dev/null, which a
    /// private /dev lacks; /dev/break-log of /dev/kmsg, which a closed policy does not grant.
    private static let preparation = #"""
        mkdir -p /var/lib/break /home/break /mnt
        echo x > /home/break/conf; echo x > /root/break.conf; echo x > /tmp/break
        cp /bin/true /home/break/tool; cp /bin/true /var/lib/break/tool
        mknod -m 666 /dev/break c 1 3; mknod -m 666 /dev/break-log c 1 11
        mknod -m 600 /dev/kmsg c 1 11; mkdir -p /usr/lib/modules; echo x > /usr/lib/modules/break
        echo x > /var/lib/break/foreign; chown daemon /var/lib/break/foreign
        chmod 400 /var/lib/break/foreign
        echo x > /var/lib/break/shared-file
        echo x > /var/lib/break/of-adm; chown root:adm /var/lib/break/of-adm
        chmod 640 /var/lib/break/of-adm
        echo x > /var/lib/break/secret; chmod 600 /var/lib/break/secret
        cp /bin/cat /var/lib/break/suid-cat; chmod 4755 /var/lib/break/suid-cat
        perl -e 'defined msgget(0x77, 0666 | 01000) or die $!'
        systemctl daemon-reload
        """#
}

/// What a report said of a breakage, beside what is true.
struct BreakageFinding: Sendable {
    enum Outcome: String, CaseIterable {
        /// The true cause stands first, as certain.
        case certain
        /// The true cause stands first, and the report says that it may be another.
        case likely
        /// It names none, or another as a mere possibility.
        case missed
        /// It names another for certain.
        case wrong
        /// There was nothing to explain: it did not pass without, or did not fail with the restriction.
        case unbroken
    }

    let breakage: Breakage
    let trials: [Trial]
    let evidence: [Evidence]

    var outcome: Outcome {
        guard trials[0].verdict.isPass, trials[1].verdict.isPass, trials[2].verdict.isFailure
        else { return .unbroken }
        guard let first = evidence.first, first.certainty != .seen else { return .missed }
        let isTrue = breakage.truth.isNamed(by: first)
        switch first.certainty {
        case .certain: return isTrue ? .certain : .wrong
        case .likely, .seen: return isTrue ? .likely : .missed
        }
    }

    /// What the report says first, or why there was nothing to say.
    var text: String {
        if outcome == .unbroken {
            return trials.map { "\($0.verdict)" }.joined(separator: "; ")
        }
        return evidence.first.map { "\($0.certainty.rawValue): \($0.text)" } ?? "nothing"
    }
}

extension Truth {
    func isNamed(by evidence: Evidence) -> Bool {
        switch self {
        case .step(let step, let path):
            return evidence.step == step && (path == nil || evidence.path == path)
        case .reach: return evidence.source == .probe
        case .said(let words): return evidence.text.contains(words)
        case .call(let calls, let details):
            guard let request = evidence.request, let call = request.call else { return false }
            return calls.contains(call) && request.wasKilled == details.isKill
                && details.path.map { request.path == $0 } ?? true
                && details.capability.map(request.capabilities.contains) ?? true
                && details.family.map { request.family == $0 } ?? true
                && details.port.map { request.port == $0 } ?? true
                && details.namespace.map { request.namespaces?.contains($0) == true } ?? true
                && details.caller.map { request.caller == $0 } ?? true
        }
    }
}

extension Breakage {
    static let all = ofFiles + ofRights + ofCalls
}
