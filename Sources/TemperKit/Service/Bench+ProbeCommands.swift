import Systemd
import Trials

extension Bench {
    /// Refuses commands that no service can make succeed, before anybody waits for one.
    ///
    /// - Throws: `TemperError` for what is no shell command, or begins with a program that is not
    ///   there.
    func refuseImpossibleProbes() async throws(TemperError) {
        for case .command(let command) in plan.probes {
            let probe = CommandProbe(
                command: ProbeCommand.examination(of: command), on: service.machine)
            switch await probe.check(deadline: .seconds(20)) {
            case .healthy, .cannotTell: continue
            case .unhealthy(let why):
                throw ProbeCommand.complaint(why, about: command.withoutPasswords)
            }
        }
    }

    /// What a shell asks there in the place of probes.
    func shellCommands(of probes: [ProbeRequest]) -> [String] {
        let hasCurl = service.machine.hasFile("/usr/bin/curl")
        return probes.map { $0.shellCommand(hasCurl: hasCurl) }
    }
}

/// A probe's command before it is run.
enum ProbeCommand {
    private static let absent = "there is no program "

    /// A command that fails where the other one cannot succeed, whatever the service does.
    static func examination(of command: String) -> String {
        let syntax = "/bin/sh -n -c \(command.shellQuoted)"
        guard let program = program(of: command) else { return syntax }
        return "\(syntax) || exit; command -v \(program) >/dev/null || "
            + "{ echo '\(absent)\(program)'; exit 1; }"
    }

    /// What it runs first, where that is plainly the name of a program: a path may be made by the
    /// service's start.
    private static func program(of command: String) -> String? {
        guard let word = command.split(whereSeparator: \.isWhitespace).first,
            word.allSatisfy({
                $0.isASCII && ($0.isLetter || $0.isNumber || "_.+-".contains($0))
            }), !word.hasPrefix("-")
        else { return nil }
        return String(word)
    }

    /// - Parameter why: of the examination's failure.
    static func complaint(_ why: String, about command: String) -> TemperError {
        if let place = why.firstRange(of: absent) {
            let program = why[place.upperBound...]
            return .experiment(
                "the probe “\(command.abridged)” cannot hold: \(absent)\(program) where the service "
                    + "runs; --probe-http and --probe-tcp need none, and Prepare= can bring one there"
            )
        }
        return .usage("the probe “\(command.abridged)” is no command for /bin/sh: \(why)")
    }
}
