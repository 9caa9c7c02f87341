import Hardening
import Reports
import Trials

/// What is not tried on a machine in use, because its effect would outlast the trial: files would
/// change hands or get other modes, and what other services of the same user share would vanish.
private let lasting = Sandbox.lasting.map(\.rawValue)

extension Plan {
    /// The plan without what a machine in use must not suffer.
    ///
    /// - Throws: `TemperError.usage` where such a thing was asked for.
    func bounded() throws(TemperError) -> Plan {
        let directives = attempt.map { name in String(name.prefix { $0 != "=" }) }
        if let asked = directives.first(where: lasting.contains) {
            throw .usage(
                "--try \(asked) changes files for longer than a trial, so it is not tried with "
                    + "--live; without it a lab is used")
        }
        var plan = self
        plan.keep.formUnion(lasting)
        return plan
    }
}

extension HardeningResult {
    /// A stage that `--apply` makes up for.
    static let realUnitAtAll = "the drop-in on the real unit, and its first start"

    /// What it says of the stages that only a lab has.
    mutating func skipLabStages(_ plan: Plan) {
        skipped += [
            Skipped(
                what: lasting.joined(separator: ", "),
                because: "on a machine in use nothing is tried whose effect outlasts the trial; "
                    + "a lab tries them"),
            Skipped(
                what: HardeningResult.realUnitAtAll,
                because: "a drop-in is put on a machine in use only when that is asked for"),
        ]
        let commands = [("Prepare=", plan.preparations), ("Before=", plan.beforeStart)]
        skipped += commands.filter { !$0.1.isEmpty }.map { name, _ in
            Skipped(what: name, because: "such commands change the machine; they are for labs")
        }
    }
}
