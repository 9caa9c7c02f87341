// Runs a campaign over a simulated service with a ledger on disk, and takes its time, so that
// tests can kill it anywhere. Arguments: the ledger's directory, a seed, milliseconds for a trial,
// how many trials side by side (1 if it is not given). Each trial that is run and on record adds a
// byte to `tried` in the directory; the outcome is printed.
import Foundation
import Glibc
import Hardening
import TemperTesting
import TrialLedger
import Trials

let arguments = CommandLine.arguments
let directory = arguments[1]
var random = SplitMix64(seed: UInt64(arguments[2]) ?? 0)
let pause = Duration.milliseconds(Int(arguments[3]) ?? 0)
var options = CampaignOptions()
options.width = arguments.count > 4 ? Int(arguments[4]) ?? 1 : 1
let conflicts = CampaignFixture.conflicts(using: &random) + [["ProtectClock=yes"]]
let places = (0..<options.width).map { _ in
    SimulatedService(conflicts: conflicts, fault: .probe)
}
let ledger = try TrialStore(directory: directory)
    .campaign(unit: "victim.service", fingerprint: "f", now: 1)
let tried = open(directory + "/tried", O_WRONLY | O_CREAT | O_APPEND, 0o644)
let outcome = try await CampaignFixture.campaign(
    places, ledger: ledger, options: options, pause: pause
) { event in
    if case .tried(_, _, isFromRecord: false) = event { write(tried, ".", 1) }
}.run()
for trial in outcome.trials {
    print(trial.number, trial.verdict.words, trial.profile.restrictions.sorted())
}
print("accepted", outcome.accepted.restrictions.sorted())
for refused in outcome.refused { print("refused", refused) }
try ledger.finish(result: "{}", now: 2)
