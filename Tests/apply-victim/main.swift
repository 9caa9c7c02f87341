// Puts a drop-in on a unit of a machine as `temper harden --apply` does at its end, so that tests can
// kill it anywhere. Arguments: the bus address, the root and the network namespace of the machine,
// the unit, its user or "", the probe command, the unit's twin without a drop-in or "", and the
// restrictions. It says where it installed the drop-in, or why not. Without a restriction it reverts.
import ApplyFixture
import Foundation
import Reports
import SystemdBus
import TemperCommand
import TemperKit

let arguments = CommandLine.arguments
var machine = LiveMachine()
machine.bus = .address(arguments[1])
machine.root = arguments[2]
machine.network = arguments[3]
if arguments.count == 8 {
    var reversal = Reversal(unit: arguments[4])
    reversal.machine = machine
    print(try await reversal.run())
    exit(0)
}
let result = try await withInterruption { [machine] in
    var application = ApplyFixture(
        machine, unit: arguments[4], user: arguments[5].isEmpty ? nil : arguments[5])
    application.probe = arguments[6]
    if !arguments[7].isEmpty {
        application.triesInLab = true
        application.twin = arguments[7]
    }
    return try await application.apply(Array(arguments[8...]))
}
print(result.applied?.path ?? result.notApplied ?? "nothing")
