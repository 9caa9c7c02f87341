import Foundation
import Lab
import Trials

/// The real unit of a lab, as it is or under a drop-in, asked to do its work.
struct WorkingLab: Sendable {
    let service: WorkingService
    /// The root tree to make labs of.
    let tree: String

    /// What is installed before the service starts.
    struct Hardening: Sendable {
        var dropIn = ""
        /// What has to be run once before it.
        var preparations: [String] = []
    }

    /// How the failure of every check begins where the service does not start.
    static let notStarted = "not started"

    /// How long a check may take.
    private static let limit = Duration.seconds(30)

    /// Words that every check may use: `soon COMMAND` asks again for six seconds until it holds,
    /// `never COMMAND` holds where that does not, `as USER COMMAND` runs it as somebody, and
    /// `has TEXT` reads standard input for it.
    static let vocabulary = """
        soon() {
            soon_left=60
            until "$@"; do
                soon_left=$((soon_left - 1)); [ $soon_left -gt 0 ] || return 1; sleep 0.1
            done
        }
        never() { ! "$@"; }
        as() { as_user=$1; shift; setpriv --reuid $as_user --regid $(id -g $as_user) --init-groups "$@"; }
        has() { has_all=$(cat); case $has_all in *"$1"*) ;; *) echo "$has_all" >&2; return 1 ;; esac; }

        """

    private func prepare(_ lab: Lab, for hardening: Hardening) async throws {
        for command in service.plan.preparations + hardening.preparations {
            let made = try await lab.run(["sh", "-c", command], within: .seconds(90))
            guard made.status == 0 else {
                throw TableError(
                    description: "\(service.name) cannot be made ready: "
                        + "\(command)\(made.stdout)\(made.stderr)")
            }
        }
    }

    /// What it does: every check in its order, in a lab of its own.
    ///
    /// - Throws: where the lab cannot be made ready; a service that does not start answers nothing.
    func answers(under hardening: Hardening) async throws -> [WorkingRecord.Answer] {
        var plan = LabPlan()
        plan.root = tree
        return try await Lab.with(plan) { lab in
            try await lab.makingDevices { try await prepare(lab, for: hardening) }
            try install(hardening.dropIn, in: lab)
            if let why = try await start(in: lab) {
                if hardening.dropIn.isEmpty {
                    throw TableError(description: "\(service.unit) does not start: \(why)")
                }
                return service.checks.map {
                    .init(name: $0.name, command: $0.command, failure: "\(Self.notStarted): \(why)")
                }
            }
            var answers: [WorkingRecord.Answer] = []
            for check in service.checks {
                answers.append(
                    .init(
                        name: check.name, command: check.command,
                        failure: try await failure(of: check, in: lab)))
            }
            return answers
        }
    }

    /// As `systemd-analyze security` prints it of the unit; nil where it prints none.
    func exposure(under hardening: Hardening) async throws -> String? {
        var plan = LabPlan()
        plan.root = tree
        return try await Lab.with(plan) { lab in
            try await lab.makingDevices { try await prepare(lab, for: hardening) }
            try install(hardening.dropIn, in: lab)
            let words = try await lab.run(
                [
                    "sh", "-c",
                    "systemctl daemon-reload; systemd-analyze security --no-pager \(service.unit)",
                ], within: .seconds(60)
            ).stdout.split(separator: " ")
            return words.last { Double($0) != nil }.map(String.init)
        }
    }

    private func install(_ dropIn: String, in lab: Lab) throws {
        if dropIn.isEmpty { return }
        let kind = service.account == nil ? "system" : "user"
        let directory = "\(lab.rootPath)/etc/systemd/\(kind)/\(service.unit).d"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        try dropIn.write(toFile: directory + "/zz-works.conf", atomically: true, encoding: .utf8)
    }

    /// - Returns: why it does not, or nil.
    private func start(in lab: Lab) async throws -> String? {
        var systemctl = "systemctl"
        if let account = service.account {
            systemctl = """
                systemctl start user@$(id -u \(account)).service
                runtime=XDG_RUNTIME_DIR=/run/user/$(id -u \(account))
                runuser -u \(account) -- env $runtime systemctl --user
                """
        }
        let command = """
            systemctl daemon-reload; \(systemctl) start \(service.unit) && sleep 1.5 && exit
            journalctl --no-pager -qn 8 -o cat -u \(service.unit); exit 1
            """
        let started = try await lab.run(["sh", "-c", command], within: .seconds(100))
        return started.status == 0 ? nil : lastWords(started.stdout)
    }

    /// - Returns: nil where it holds.
    private func failure(of check: WorkingService.Check, in lab: Lab) async throws -> String? {
        do {
            let output = try await lab.run(
                ["sh", "-c", Self.vocabulary + check.command], within: Self.limit)
            if output.status == 0 { return nil }
            return "exit status \(output.status): \(lastWords(output.stderr + output.stdout))"
        } catch LabError.commandTooSlow {
            return "longer than \(Self.limit)"
        }
    }

    /// The end of what somebody wrote, in a line.
    private func lastWords(_ text: String) -> String {
        String(text.split(separator: "\n").suffix(4).joined(separator: " | ").suffix(400))
    }
}
