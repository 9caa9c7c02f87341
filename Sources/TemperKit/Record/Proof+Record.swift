import Hardening
import Systemd
import Trials

extension Proof {
    /// What was proved, and what it is valid for.
    ///
    /// - Parameters:
    ///   - programs: those that the service was seen to run.
    ///   - isStrict: whether a complaint in the journal was a failure.
    func record(
        on context: HardeningContext, running programs: some Sequence<String>, isStrict: Bool
    ) async throws -> HardeningRecord {
        let (unit, service) = (context.bench.unit, context.service)
        var validity = Validity(
            of: unit, running: programs, in: context.bench.host.tree,
            account: service.machine.user)
        validity.temper = TemperVersion.current
        validity.learn(
            try await MachineFacts(of: service.machine), context.enforcement, outcome.accepted,
            service.dialect)
        var record = HardeningRecord(
            unit: unit, outcome: outcome, plan: context.plan, usage: context.usage,
            dropIn: dropIn, validity: validity)
        record.isStrict = isStrict
        return record
    }
}
