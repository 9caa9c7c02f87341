// Temper as a library: hardens a service of a tree in a lab, and prints the drop-in. With restrictions it
// only tells whether the service survives a sandbox that one has in mind.
//
//   swift run temper-example ROOT UNIT URL [RESTRICTION...]
//   swift run temper-example /srv/trees/trixie nginx.service http://127.0.0.1/
//   swift run temper-example /srv/trees/trixie nginx.service http://127.0.0.1/ ProtectSystem=full

import Foundation
import Hardening
import Lab
import Probes
import Reports
import Systemd
import TemperKit
import Trials

let words = Array(CommandLine.arguments.dropFirst())
guard words.count >= 3 else {
    print("usage: temper-example ROOT UNIT URL [RESTRICTION...]")
    exit(64)
}
let (unit, url, restrictions) = (words[1], words[2], words.dropFirst(3))
var lab = LabPlan()
lab.root = words[0]

if restrictions.isEmpty {
    let state = FileManager.default.temporaryDirectory.appending(path: "temper-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: state) }
    var session = HardenSession(unit: unit, stateDirectory: state)
    session.host = .lab(lab)
    session.plan.probes = [.http(url, contains: nil)]
    session.options.maxTrials = 60
    print(try await session.run().result.dropIn)
    exit(0)
}

try await withHost(.lab(lab)) { host in
    let machine = host.system
    let service = try await Service(named: unit, on: machine)
    let probe = HTTPProbe(url: url, from: try NetworkPlace(namespace: machine.network))
    let runner = TrialRunner(
        TrialProcedure(
            service: service.copies, probes: [probe], canReload: service.canReload,
            settle: .milliseconds(50)),
        expecting: Expectations(.unknown, cadence: Cadence(startPeriod: .seconds(3))),
        now: { 0 })
    for wanted in [Profile.unrestricted, Profile(restrictions, in: .standard)] {
        let trial = try await runner.runAside(TrialSpec(wanted, "example"))
        let exposure = service.subject(in: .standard).exposure(of: wanted)
        let count = wanted.restrictions.count.counted("restriction")
        print("\(count): \(trial.because), exposure \(exposure)")
    }
}
