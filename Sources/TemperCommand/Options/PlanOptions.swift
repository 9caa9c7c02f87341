import ArgumentParser
import TemperKit
import Trials

/// What is wanted of a service by a file, and what each of its starts begins with.
struct PlanOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("A file with a section [X-Temper].", valueName: "file"),
        completion: .file())
    var plan: String?

    @Option(
        help: ArgumentHelp(
            "A command for /bin/sh, run in the lab as root before each start, that makes anew what "
                + "the service starts with. Repeatable.", valueName: "command"))
    var before: [String] = []

    func file(isUntrusted: Bool) throws(TemperError) -> PlanFile? {
        try plan.map { file throws(TemperError) in
            try PlanFile(file, isUntrusted: isUntrusted)
        }
    }
}

extension Plan {
    /// What the command line wants of the trials; the plan of `--plan` comes below it, and then the
    /// unit's own.
    init(
        _ probes: ProbeOptions, _ cadence: CadenceOptions, _ more: PlanOptions
    ) throws(TemperError) {
        self.init()
        self.probes = probes.requests
        beforeStart = more.before
        self.cadence = try cadence.chosen
        settle = try cadence.settleTime
        probeDoesWork = probes.probeDoesWork
        probeUser = probes.probeUser
    }
}
