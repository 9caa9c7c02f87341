// A process that can be killed while it has to do with a lab:
//
//     lab-victim NAME STATE-DIRECTORY                  boots a lab and holds it for ever
//     lab-victim NAME STATE-DIRECTORY up               boots a lab that stays, and ends
//     lab-victim NAME STATE-DIRECTORY exec COMMAND...  runs a command in a lab that is up

import Glibc
import Lab

let arguments = CommandLine.arguments
guard arguments.count >= 3 else { exit(64) }
var plan = LabPlan(name: arguments[1])
plan.stateDirectory = arguments[2]
do {
    switch arguments.dropFirst(3).first {
    case "up"?:
        _ = try await Lab.up(plan)
    case "exec"?:
        let lab = try Lab.find(plan.name, in: plan.stateDirectory)
        exit(try await lab.execute(Array(arguments.dropFirst(4))))
    default:
        let lab = try await Lab.boot(plan)
        withExtendedLifetime(lab) { while true { sleep(3600) } }
    }
} catch {
    let text = "\(error)\n"
    _ = text.withCString { write(2, $0, strlen($0)) }
    exit(1)
}
