import Hardening
import Reports
import Systemd
import Trials

extension HardeningResult {
    /// What was proved, as it is told.
    init(_ proof: Proof, on context: HardeningContext, seconds: Double) {
        let bench = context.bench
        self.init(
            unit: bench.unit, systemd: bench.service.systemdVersion, outcome: proof.outcome,
            enforcement: context.enforcement,
            notCarriedOver: bench.service.notCarriedOver.map {
                (context.procedure.redaction.applied(to: $0.assignment), $0.because)
            }, dropIn: proof.dropIn, verified: proof.isVerified, seconds: seconds,
            seeing: context.observedUsage,
            hosting: WorkloadHost.of(unit: bench.unit, programs: bench.service.programs))
        livedThrough = proof.livedThrough.isEmpty ? nil : proof.livedThrough
        unproved = proof.unproved
        packaged = proof.packaged
        preparations = context.preparations(for: proof.outcome)
        if let why = context.staysRoot {
            let after = context.subject.tightened(by: proof.outcome.accepted)
            skipped.append(.staysRoot(costing: after.costOfRoot(in: context.subject.dialect), why))
        }
        switch proof.waysOut {
        case .notTried: break
        case .found(let ways): tell(ways)
        case .untold(let why): skipped.append(Skipped(what: "ways out", because: why))
        }
        if bench.host.isLive { skipLabStages(context.plan) }
    }

    /// That the real service was away.
    mutating func tell(_ absence: Absence) {
        downtime = absence.downtime
        if let why = absence.cutShort { warnings.append("\(why): the trials ended there") }
    }
}

extension HardeningResult.Skipped {
    fileprivate static func staysRoot(costing cost: Int, _ why: String) -> Self {
        let price = cost > 0 ? ", which costs \(Exposure(tenths: cost)) of exposure" : ""
        return Self(what: "\(Restriction.identity)=", because: "it stays root\(price): \(why)")
    }
}

extension Sandbox {
    /// How much less exposed it would be as somebody else, in tenths.
    fileprivate func costOfRoot(in dialect: Dialect) -> Int {
        var other = self
        other.settings[Restriction.identity] = .word("somebody")
        return Exposure(of: self, dialect: dialect).tenths
            - Exposure(of: other, dialect: dialect).tenths
    }
}

extension Provenance {
    /// What the record of a campaign will be read with.
    /// - Parameters:
    ///   - usage: what the service was seen to use.
    ///   - ownership: what has to change hands for it to be somebody else.
    init(of bench: Bench, using usage: Usage, giving ownership: Ownership?) {
        let user = bench.service.machine.user
        self.init(
            temper: TemperVersion.current, dialect: bench.service.dialect, usage: usage,
            root: bench.host.root)
        network = bench.host.chosenNetwork
        self.user = user?.name
        userID = user?.id
        preparations = bench.plan.preparations
        self.ownership = ownership?.commands ?? []
        probes = bench.shellCommands(of: bench.plan.probes)
        unitFiles = bench.service.unitFiles.map(\.path)
        assigned = bench.service.assignedSettings
        missing = bench.missing
    }
}
