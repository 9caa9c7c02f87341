// Temper as a library: does a service survive a sandbox that one has in mind?
//
//   swift run temper-example ROOT UNIT URL RESTRICTION...
//   swift run temper-example /srv/trees/trixie nginx.service http://127.0.0.1/ ProtectSystem=full

import Foundation
import Hardening
import Lab
import Probes
import Systemd
import SystemdBus
import Trials

let words = Array(CommandLine.arguments.dropFirst())
guard words.count >= 4 else {
    print("usage: temper-example ROOT UNIT URL RESTRICTION...")
    exit(64)
}

var plan = LabPlan()
plan.root = words[0]
try await Lab.with(plan) { (lab: Lab) async throws in
    let bus = try await Bus.connect(to: .address(lab.busAddress))
    let machine = Machine(
        bus: bus, root: lab.rootPath, network: lab.networkNamespace, isDisposable: true)
    let service = try await Service(named: words[1], on: machine)
    let probe = HTTPProbe(url: words[2], from: try NetworkPlace(namespace: machine.network))
    let procedure = TrialProcedure(
        service: service.copies, probes: [probe], canReload: service.canReload,
        settle: .milliseconds(50))

    for wanted in [Profile.unrestricted, Profile(words.dropFirst(3), in: .standard)] {
        let trial = try await procedure.run(
            TrialProcedure.Order(
                number: 1, purpose: "example", profile: wanted,
                cadence: Cadence(startPeriod: .seconds(3)), began: 0,
                baseline: .unknown))
        let sandbox = service.sandbox.tightened(
            by: wanted, in: .standard, dialect: service.dialect)
        let exposure = Exposure(of: sandbox, dialect: service.dialect)
        print("\(wanted.restrictions.count) restrictions: \(trial.because), exposure \(exposure)")
    }
}
