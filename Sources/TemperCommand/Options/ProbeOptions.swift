import ArgumentParser
import Trials

/// How the user sees that the service works.
struct ProbeOptions: ParsableArguments {
    @Option(
        name: .customLong("probe"),
        help: ArgumentHelp(
            "A command for /bin/sh, run where the service runs: exit status 0 healthy, 125 cannot tell.",
            valueName: "command"))
    var commands: [String] = []

    @Option(
        name: .customLong("probe-http"),
        help: ArgumentHelp(
            "A URL that must answer with a status from 200 to 399.", valueName: "url"))
    var http: [String] = []

    @Option(
        name: .customLong("probe-http-contains"),
        help: ArgumentHelp(
            "A text that the body of every --probe-http must hold.", valueName: "text"))
    var contains: String?

    @Option(
        name: .customLong("probe-tcp"),
        help: ArgumentHelp("An address that must accept a connection.", valueName: "host:port"))
    var tcp: [String] = []

    @Option(
        name: .customLong("probe-unix"),
        help: ArgumentHelp("A unix socket that must accept a connection.", valueName: "path"))
    var unix: [String] = []

    @Option(
        name: .customLong("probe-dbus"),
        help: ArgumentHelp("A name on the system bus that must have an owner.", valueName: "name"))
    var dbus: [String] = []

    @Flag(
        name: .customLong("probe-footprint"),
        help: ArgumentHelp(
            "What others see of the service must be there: sockets, their modes, its label. Used "
                + "where no probe is given."))
    var footprint = false

    @Option(
        help: ArgumentHelp(
            "Who runs the probe commands. Default: who called sudo, else root.",
            valueName: "user"))
    var probeUser: String?

    @Flag(
        help: ArgumentHelp(
            "The probes do the work that the service runs for others, such as logging in."))
    var probeDoesWork = false

    var requests: [ProbeRequest] { byOption.map(\.request) }

    private var byOption: [(option: String, request: ProbeRequest)] {
        commands.map { ("--probe", .command($0)) }
            + http.map { ("--probe-http", .http($0, contains: contains)) }
            + tcp.map { ("--probe-tcp", .tcp($0)) } + unix.map { ("--probe-unix", .unixSocket($0)) }
            + dbus.map { ("--probe-dbus", .busName($0)) }
            + (footprint ? [("--probe-footprint", .footprint)] : [])
    }

    /// What is wrong with a value, or nil.
    var problem: String? {
        for (option, request) in byOption {
            if let problem = request.problem { return "\(option): \(problem)" }
        }
        if let probeUser, let problem = Plan.problem(withUser: probeUser) {
            return "--probe-user: \(problem)"
        }
        if contains != nil && http.isEmpty {
            return "--probe-http-contains needs a --probe-http whose body it can match"
        }
        return nil
    }
}
