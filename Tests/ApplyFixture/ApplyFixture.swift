import Foundation
import Hardening
import Lab
package import Reports
import Systemd
import SystemdBus
package import TemperKit
import Trials

/// The end of `temper harden --apply` by itself: a drop-in of chosen restrictions, put on a unit of a
/// machine, which in tests is a lab.
package struct ApplyFixture: Sendable {
    package var machine: LiveMachine
    package var unit: String
    /// Of whose manager the unit is; nil for the machine's own.
    package var user: String?
    package var probe = "true"
    package var isForced = false
    package var forTemplate = false
    /// As if the trials had been made in a lab, where what is installed counts for nothing.
    package var triesInLab = false
    /// A unit without any drop-in that is otherwise the same; nil for the unit itself.
    package var twin: String?

    package init(_ machine: LiveMachine, unit: String, user: String? = nil) {
        self.machine = machine
        self.unit = unit
        self.user = user
    }

    private var installer: DropInInstaller {
        var order = ApplyOrder()
        order.machine = machine
        order.forTemplate = forTemplate
        return DropInInstaller(
            unit: unit, manager: user.map(ManagerChoice.user) ?? .system, order: order,
            isForced: isForced, isTriedThere: !triesInLab, progress: Silence())
    }

    /// Installs a drop-in that takes these restrictions, as the trials would have found it.
    package func apply(_ restrictions: [String]) async throws -> HardeningResult {
        try await apply(try await finding(restrictions))
    }

    package func apply(_ finding: ProposedDropIn) async throws -> HardeningResult {
        await installer.install(finding).result
    }

    /// What trials on the unit as it is now would have found.
    package func finding(_ restrictions: [String]) async throws -> ProposedDropIn {
        let bus = try await Bus.connect(to: machine.bus)
        var manager = Machine(
            bus: bus, root: machine.root, network: machine.network, isDisposable: false)
        if let user { manager = try await manager.manager(of: manager.account(user)) }
        let service = try await Service(named: twin ?? unit, on: manager)
        let catalogue = Catalogue.standard(under: service.dialect.scope)
        let profile = Profile(restrictions, in: catalogue)
        let dropIn = service.subject(in: catalogue).dropIn(
            for: profile, header: ["\(unit), as a test has it."])
        await manager.bus.close()
        await bus.close()
        var plan = Plan()
        plan.probes = [.command(probe)]
        plan.cadence.startPeriod = .seconds(2)
        plan.settle = .milliseconds(20)
        var result = try JSONDecoder().decode(HardeningResult.self, from: Data(Self.result.utf8))
        result.unit = unit
        result.dropIn = dropIn.text
        return ProposedDropIn(
            result: result,
            dropIn: ProvenDropIn(
                text: dropIn.text, plan: plan,
                expected: service.subject(in: catalogue).tightened(by: profile),
                hasSecondStart: true))
    }

    /// What a search came to, on paper: no machine was asked.
    package static func found(
        _ unit: String, ending: HardeningResult.Ending = .complete
    ) throws -> ProposedDropIn {
        var result = try JSONDecoder().decode(HardeningResult.self, from: Data(Self.result.utf8))
        result.unit = unit
        result.dropIn = "[Service]\nPrivateTmp=yes\n"
        result.ending = ending
        return ProposedDropIn(
            result: result,
            dropIn: ProvenDropIn(
                text: result.dropIn, plan: Plan(), expected: Sandbox(), hasSecondStart: true))
    }

    /// Whether and why it would be installed.
    package func hardened(_ finding: ProposedDropIn) async -> Hardened {
        await installer.install(finding)
    }

    private static let result = """
        {"accepted":[],"accommodations":[],"dropIn":"","ending":"complete","exposure":{"after":1,\
        "before":9,"possible":1},"ignored":[],"notCarriedOver":[],"preparations":[],"refused":[],\
        "schema":"temper.harden/1","seconds":1,"skipped":[],"suspicious":[],"systemd":"257",\
        "trials":1,"unit":"","verified":true,"warnings":[]}
        """
}
