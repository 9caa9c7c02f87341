import ArgumentParser
import Foundation
import Glibc
import Hardening
import Lab
import TemperKit
import Trials

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

    @Option(
        help: ArgumentHelp(
            "Who runs the probe commands. Default: who called sudo, else root.",
            valueName: "user"))
    var probeUser: String?

    @Flag(
        help: ArgumentHelp(
            "The probes do the work that the service runs for others, such as logging in."))
    var probeDoesWork = false

    var requests: [ProbeRequest] {
        commands.map(ProbeRequest.command) + http.map { .http($0, contains: contains) }
            + tcp.map(ProbeRequest.tcp) + unix.map(ProbeRequest.unixSocket)
            + dbus.map(ProbeRequest.busName)
    }

    /// What is wrong with a value, or nil.
    var problem: String? {
        for url in http where !(url.hasPrefix("http://") || url.hasPrefix("https://")) {
            return "--probe-http \(url): write a whole URL, such as http://127.0.0.1/"
        }
        for address in tcp {
            let port = address.split(separator: ":").last.flatMap { UInt16($0) }
            if port == nil || !address.contains(":") {
                return "--probe-tcp \(address): write HOST:PORT, such as 127.0.0.1:6379"
            }
        }
        for path in unix where !path.hasPrefix("/") {
            return "--probe-unix \(path): write a path that begins with /"
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

struct CadenceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Failures do not count before this much time has passed.", valueName: "time"))
    var startPeriod: String?

    @Option(help: ArgumentHelp("Time between two checks.", valueName: "time"))
    var interval: String?

    @Option(help: ArgumentHelp("How long one check may take.", valueName: "time"))
    var timeout: String?

    @Option(
        help: ArgumentHelp(
            "How long the service must stay up after its last probe.", valueName: "time"))
    var settle: String?

    @Option(help: ArgumentHelp("So many successes in a row are healthy.", valueName: "count"))
    var successThreshold: Int?

    @Option(help: ArgumentHelp("So many failures in a row are unhealthy.", valueName: "count"))
    var failureThreshold: Int?

    var chosen: ChosenCadence {
        get throws {
            var cadence = ChosenCadence()
            cadence.startPeriod = try time(startPeriod, "--start-period")
            cadence.interval = try time(interval, "--interval")
            cadence.timeout = try time(timeout, "--timeout")
            cadence.successThreshold = try count(successThreshold, "--success-threshold")
            cadence.failureThreshold = try count(failureThreshold, "--failure-threshold")
            return cadence
        }
    }

    var settleTime: Duration? { get throws { try time(settle, "--settle") } }

    private func count(_ number: Int?, _ option: String) throws -> Int? {
        if let number, number < 1 {
            throw TemperError.usage("\(option) \(number): write a whole number from 1")
        }
        return number
    }
}

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

    @Option(
        help: ArgumentHelp("A file with a section [X-Temper].", valueName: "file"))
    var plan: String?

    @Flag(help: "Only make sure that nothing can be added, without proving each refusal.")
    var fast = false

    @Flag(help: "A complaint in the journal that the service never made before is a failure.")
    var strictLogs = false

    @Flag(
        help: ArgumentHelp(
            "Also harden a service whose users' work would inherit a sandbox nobody tried it in."))
    var force = false

    @Option(
        help: ArgumentHelp("End after so many trials with the best so far.", valueName: "count"))
    var maxTrials: Int?

    @Option(help: ArgumentHelp("End after this time with the best so far.", valueName: "time"))
    var maxTime: String?

    @Option(
        help: ArgumentHelp("End when this exposure is reached, such as 3.0.", valueName: "exposure")
    )
    var goodEnough: Double?

    var problem: String? {
        if let maxTrials, maxTrials < 3 {
            return "--max-trials \(maxTrials): the baseline alone takes 2; allow at least 3"
        }
        if let goodEnough, !(0...10).contains(goodEnough) {
            return "--good-enough \(goodEnough): an exposure is from 0.0 to 10.0"
        }
        return nil
    }

    var campaignOptions: CampaignOptions {
        get throws {
            var options = CampaignOptions()
            options.isFast = fast
            options.isStrict = strictLogs
            options.maxTrials = maxTrials
            options.maxTime = try time(maxTime, "--max-time")
            options.goodEnough = goodEnough.map { Exposure(tenths: Int(($0 * 10).rounded())) }
            return options
        }
    }
}

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

    @Option(
        help: ArgumentHelp(
            "A root tree to make the lab of instead of this machine's.", valueName: "dir"))
    var root: String?

    @Option(
        help: ArgumentHelp(
            "A directory of the machine that the lab shares. Repeatable.", valueName: "dir"))
    var bind: [String] = []

    func chosen() throws -> HostChoice {
        if live {
            var machine = LiveMachine()
            if let most = try time(maxDowntime, "--max-downtime") { machine.maxDowntime = most }
            return .live(machine)
        }
        var plan = LabPlan()
        if let root { plan.root = root }
        plan.binds = bind
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
        if root != nil { return "--root makes a lab of a tree; with --live there is no lab" }
        if !bind.isEmpty {
            return "--bind shares a directory with a lab; with --live there is none"
        }
        return nil
    }
}

struct OutputOptions: ParsableArguments {
    @Flag(help: "Print the result as JSON (schema temper.harden/1).")
    var json = false

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Write the drop-in to this file.", valueName: "file"))
    var output: String?

    @Flag(name: .shortAndLong, help: "Show no progress.")
    var quiet = false

    /// What is wrong with a value, or nil. Asked before the work of minutes is done.
    var problem: String? { OutputOptions.problem(output) }

    /// What is wrong with a file to be written, or nil.
    static func problem(_ output: String?) -> String? {
        guard let output else { return nil }
        let directory = URL(fileURLWithPath: output).deletingLastPathComponent().path
        var about = stat()
        if lstat(output, &about) == 0, about.st_mode & S_IFMT != S_IFREG {
            return "--output \(output): that is a link or no file; name a file"
        }
        if access(directory, W_OK) == 0 { return nil }
        return "--output \(output): \(directory): \(String(cString: strerror(errno)))"
    }
}

private func time(_ text: String?, _ option: String) throws -> Duration? {
    guard let text else { return nil }
    guard let duration = Duration(timeSpan: text) else {
        throw TemperError.usage("\(option) \(text): write a time such as 500ms, 2s or 1min")
    }
    return duration
}

/// Names of units as people write them.
enum UnitName {
    static func complete(_ name: String) -> String {
        name.contains(".")
            && name.split(separator: ".").last.map { types.contains(String($0)) } == true
            ? name : name + ".service"
    }

    private static let types: Set<String> = [
        "service", "socket", "device", "mount", "automount", "swap", "target", "path", "timer",
        "slice", "scope",
    ]

    /// What is wrong with the name, or nil. Whether there is such a unit is systemd's to say.
    static func problem(_ name: String) -> String? {
        let whole = complete(name)
        let allowed = whole.allSatisfy {
            $0.isASCII && ($0.isLetter || $0.isNumber || ":-_.\\@".contains($0))
        }
        if name.isEmpty || !allowed || whole.utf8.count > 255 {
            return "“\(name)” is not a unit's name"
        }
        if !whole.hasSuffix(".service") {
            return "\(name) is not a service; temper hardens units that end in .service"
        }
        if whole.hasSuffix("@.service") {
            return "\(name) is a template; name an instance, such as "
                + whole.replacing("@.service", with: "@name.service")
        }
        return nil
    }
}
