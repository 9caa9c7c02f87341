import ArgumentParser
import Hardening
import TemperKit
import Trials

/// What is tried, and when that is enough.
struct SearchOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A restriction or directive that stays as it is. Repeatable.", valueName: "name"))
    var keep: [String] = []

    @Option(
        name: .customLong("try"),
        help: ArgumentHelp(
            "A restriction to try that is held back otherwise. Repeatable.", valueName: "name"))
    var attempt: [String] = []

    @OptionGroup var wanted: PlanOptions

    @Flag(help: "Start anew, where a campaign that was interrupted would be resumed.")
    var fresh = false

    @Flag(help: "Only make sure that nothing can be added, without proving each refusal.")
    var fast = false

    @Flag(help: "A complaint in the journal that the service never made before is a failure.")
    var strictLogs = false

    @Option(
        help: ArgumentHelp(
            "A bite that is taken: a system call, an address family or a path that the service is "
                + "granted as it is and refused in a trial; `all` for every one. Repeatable.",
            valueName: "name"))
    var tolerate: [String] = []

    @Flag(
        help: ArgumentHelp(
            "Take everything that passes the probes: also what bites, and filters that kill."))
    var strictest = false

    @Flag(
        help: ArgumentHelp(
            "Also harden a service whose users' work would inherit a sandbox nobody tried it in."))
    var force = false

    @Option(
        help: ArgumentHelp(
            "How many trials are made side by side, each in a lab of its own, 1 to 16. Pays for a "
                + "service that is mostly waited for, on a machine with little else to do.",
            valueName: "count"))
    var jobs = 1

    @Option(
        help: ArgumentHelp("End after so many trials with the best so far.", valueName: "count"))
    var maxTrials: Int?

    @Option(help: ArgumentHelp("End after this time with the best so far.", valueName: "time"))
    var maxTime: String?

    @Option(
        help: ArgumentHelp("End when this exposure is reached, such as 3.0.", valueName: "exposure")
    )
    var goodEnough: Double?

    /// What is wrong with a value, or nil.
    var problem: String? {
        for (option, names, problem) in [
            ("--keep", keep, Plan.problem(withRestriction:)),
            ("--try", attempt, Plan.problem(withAttempt:)),
        ] {
            if let problem = names.lazy.compactMap(problem).first { return "\(option): \(problem)" }
        }
        if let maxTrials, maxTrials < 3 {
            return "--max-trials \(maxTrials): the baseline alone takes 2; allow at least 3"
        }
        if let problem = Jobs.problem(jobs, of: "trials are made") { return problem }
        if let goodEnough, !(0...10).contains(goodEnough) {
            return "--good-enough \(goodEnough): an exposure is from 0.0 to 10.0"
        }
        return nil
    }

    var campaignOptions: CampaignOptions {
        get throws(TemperError) {
            var options = CampaignOptions()
            options.isFast = fast
            options.isStrict = strictLogs
            options.tolerance = Tolerance(of: tolerate)
            options.isStrictest = strictest
            options.maxTrials = maxTrials
            // The word of systemd.time(7) for no bound.
            options.maxTime =
                maxTime == "infinity" ? nil : try someTime(maxTime, "--max-time")
            options.goodEnough = goodEnough.map { Exposure(tenths: Int(($0 * 10).rounded())) }
            return options
        }
    }
}
