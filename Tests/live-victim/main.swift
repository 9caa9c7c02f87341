// Hardens a service of a lab as if the lab were the machine in use, so that tests can kill it
// anywhere:
//
//     live-victim LAB UNIT STATE-DIRECTORY PROBE [MAX-TRIALS [MAX-DOWNTIME-SECONDS [USER]]]
//
// Progress goes to standard error, a line at a time; the result is printed as JSON. The first
// SIGINT, SIGTERM or SIGHUP ends it tidily, as with temper itself.

import Foundation
import Lab
import Reports
import SystemdBus
import TemperCommand
import TemperKit
import Trials

let arguments = CommandLine.arguments
let lab = try Lab.find(arguments[1])
var machine = LiveMachine()
machine.bus = lab.bus
machine.root = lab.rootPath
machine.network = lab.networkNamespace
if arguments.count > 6, let most = Double(arguments[6]) { machine.maxDowntime = .seconds(most) }
var plan = Plan()
plan.probes = [.command(arguments[4])]
plan.cadence.startPeriod = .seconds(3)
plan.cadence.timeout = .seconds(3)
var options = CampaignOptions()
options.maxTrials = arguments.count > 5 ? Int(arguments[5]) : nil
var session = HardenSession(unit: arguments[2], stateDirectory: arguments[3])
session.plan = plan
session.options = options
session.host = .live(machine)
session.manager = arguments.count > 7 ? .user(arguments[7]) : .system
session.progress = ProgressLines(isQuiet: false)
do {
    let result = try await withInterruption { [session] in try await session.run() }.result
    print(String(decoding: try JSONEncoder().encode(result), as: UTF8.self))
    exit(result.ending == .interrupted ? 130 : 0)
} catch {
    FileHandle.standardError.write(Data("\(error)\n".utf8))
    exit((error as? TemperError)?.exitStatus ?? 1)
}
