import ArgumentParser
import Lab
import TemperKit
import Trials

/// Where the trials are made.
struct PlaceOptions: ParsableArguments {
    @Flag(help: "Run in a lab, a disposable copy of the machine. This is the default.")
    var lab = false

    @Flag(help: "Run on this machine itself: the service is stopped meanwhile and put back.")
    var live = false

    @Option(
        help: ArgumentHelp(
            "With --live: the service is put back after this time, 15min unless said otherwise.",
            valueName: "time"))
    var maxDowntime: String?

    @OptionGroup var tree: TreeOptions

    @OptionGroup var connection: NetworkOptions

    func chosen() throws(TemperError) -> HostChoice {
        if live {
            var machine = LiveMachine()
            if let most = try time(maxDowntime, "--max-downtime") { machine.maxDowntime = most }
            return .live(machine)
        }
        var plan = tree.plan
        // A record is begun before a lab is.
        do { try plan.check() } catch { throw TemperError(error) }
        plan.network = connection.network ?? .standard
        return .lab(plan)
    }

    /// What is wrong with a combination, or nil.
    var problem: String? {
        guard live else {
            return maxDowntime == nil
                ? nil : "--max-downtime: nothing is down without --live; leave it out"
        }
        if let most = maxDowntime.flatMap({ Duration(timeSpan: $0) }), most < .seconds(5) {
            return "--max-downtime \(maxDowntime ?? ""): allow at least 5s"
        }
        if lab { return "--live and --lab: the trials are made in one place" }
        if tree.root != nil { return "--root makes a lab of a tree; with --live there is no lab" }
        if connection.network != nil {
            return "--network connects a lab; with --live there is none"
        }
        if !tree.bind.isEmpty {
            return "--bind shares a directory with a lab; with --live there is none"
        }
        return nil
    }
}
