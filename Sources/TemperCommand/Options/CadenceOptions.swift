import ArgumentParser
import TemperKit
import Trials

/// When and how often the probes ask.
struct CadenceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Failures do not count before this much time has passed. Default: 30s at first, then "
                + "learned from the service.", valueName: "time"))
    var startPeriod: String?

    @Option(help: ArgumentHelp("Time between two checks. Default: 50ms.", valueName: "time"))
    var interval: String?

    @Option(
        help: ArgumentHelp(
            "How long one check may take. Default: 5s at first, then learned from the service.",
            valueName: "time"))
    var timeout: String?

    @Option(
        help: ArgumentHelp(
            "How long the service must stay up after its last probe. Default: 50ms.",
            valueName: "time"))
    var settle: String?

    @Option(
        help: ArgumentHelp(
            "So many successes in a row are healthy. Default: 1.", valueName: "count"))
    var successThreshold: Int?

    @Option(
        help: ArgumentHelp(
            "So many failures in a row are unhealthy. Default: 3 at first, then 2.",
            valueName: "count"))
    var failureThreshold: Int?

    var chosen: ChosenCadence {
        get throws(TemperError) {
            var cadence = ChosenCadence()
            cadence.startPeriod = try time(startPeriod, "--start-period")
            cadence.interval = try time(interval, "--interval")
            cadence.timeout = try someTime(timeout, "--timeout")
            cadence.successThreshold = try count(successThreshold, "--success-threshold")
            cadence.failureThreshold = try count(failureThreshold, "--failure-threshold")
            return cadence
        }
    }

    var settleTime: Duration? { get throws(TemperError) { try time(settle, "--settle") } }

    private func count(_ number: Int?, _ option: String) throws(TemperError) -> Int? {
        if let number, number < 1 {
            throw .usage("\(option) \(number): write a whole number from 1")
        }
        return number
    }
}

/// A time as it was written for an option; nil where it was not.
func time(_ text: String?, _ option: String) throws(TemperError) -> Duration? {
    guard let text else { return nil }
    guard let duration = Duration(timeSpan: text) else {
        throw .usage("\(option) \(text): write a time such as 500ms, 2s or 1min")
    }
    return duration
}

/// The same, where none at all would let nothing happen.
func someTime(_ text: String?, _ option: String) throws(TemperError) -> Duration? {
    let duration = try time(text, option)
    if duration == .zero { throw .usage("\(option) \(text ?? ""): allow more than no time") }
    return duration
}
