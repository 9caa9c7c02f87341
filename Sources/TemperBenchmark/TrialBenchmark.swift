import ArgumentParser
import Foundation
import Hardening
import KernelWatch
import Lab
import Probes
import Systemd
import SystemdBus
import Trials

struct TrialBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trial",
        abstract: "What a trial costs, and what five real services of Debian 13 come to.",
        discussion: "Needs root and the tree `trixie` of Tests/roots.")

    @Option(help: ArgumentHelp("The root tree with the services.", valueName: "dir"))
    var root = "/var/cache/temper/roots/trixie"

    @Option(help: "How many trials for each median.")
    var runs = 30

    @Option(help: "How many trials for the memory figure.")
    var long = 500

    @Flag(help: "Leave out the campaigns on the five services.")
    var onlyTrials = false

    func run() async throws {
        var plan = LabPlan()
        plan.root = root
        let (runs, long) = (runs, long)
        try await Lab.with(plan) { (lab: Lab) async throws in
            let bench = try await TrialBench(lab: lab)
            try await bench.compareRoutes(runs)
            try await bench.measureOverhead(runs)
            try await bench.measureMemory(long)
        }
        try measureHelp()
        if !onlyTrials { try await FiveServices(root: root).run() }
    }

    private func measureHelp() throws {
        let binary = Bundle.main.executableURL?.deletingLastPathComponent()
            .appending(path: "temper")
        guard let binary, FileManager.default.isExecutableFile(atPath: binary.path) else {
            print("temper --help          not built: swift build -c release --product temper")
            return
        }
        let times = try (0..<20).map { _ in
            let process = Process()
            process.executableURL = binary
            process.arguments = ["--help"]
            process.standardOutput = FileHandle.nullDevice
            let began = ContinuousClock.now
            try process.run()
            process.waitUntilExit()
            return (ContinuousClock.now - began).milliseconds
        }
        print("temper --help          \(median(times).rounded(to: 1)) ms (aim: under 50)")
    }
}

/// nginx in a lab, tried over and over.
struct TrialBench: Sendable {
    let machine: Machine
    let service: Service
    let probe: HTTPProbe
    let course: Course
    /// A sandbox that nginx survives, of the size that a campaign ends with.
    let profile: Profile
    /// As in a campaign, where every trial is measured by a baseline.
    let usual: Usual

    init(lab: Lab) async throws {
        let bus = try await Bus.connect(to: .address(lab.busAddress))
        var machine = Machine(
            bus: bus, root: lab.rootPath, network: lab.networkNamespace, isDisposable: true)
        if let group = machine.rootControlGroup { machine.kernel = try KernelWatch(below: group) }
        self.machine = machine
        service = try await Service(named: "nginx.service", on: machine)
        probe = HTTPProbe(
            url: "http://127.0.0.1/", from: try NetworkPlace(namespace: machine.network))
        course = Course(
            service: service.copies, probes: [probe], canReload: true, settle: .milliseconds(50))
        let needed = [
            "SETUID", "SETGID", "DAC_OVERRIDE", "NET_BIND_SERVICE", "CHOWN",
        ].map { "CapabilityBoundingSet=~CAP_\($0)" }
        let survived = Hardening.Catalogue.standard.restrictions.filter { restriction in
            ["CapabilityBoundingSet", "ProtectHome", "PrivateTmp", "PrivateDevices"].contains(
                restriction.directive)
                || restriction.directive.hasPrefix("ProtectKernel")
                || ["SystemCallFilter=~@mount", "SystemCallFilter=~@debug"].contains(restriction.id)
        }.map(\.id).filter { !needed.contains($0) }
        profile = Profile(survived, in: .standard)
        var baseline: [Trial] = []
        for number in 1...3 {
            baseline.append(
                try await course.run(
                    Course.Order(
                        number: number, purpose: "baseline", profile: .unrestricted,
                        cadence: Cadence(), began: 0, usual: .unknown)))
        }
        usual = Usual(learnedFrom: baseline)
    }

    private func trial(_ course: Course) async throws -> Trial {
        let trial = try await course.run(
            Course.Order(
                number: 4, purpose: "benchmark", profile: profile, cadence: Cadence(), began: 0,
                usual: usual))
        guard trial.verdict.isPass else { throw ValidationError(trial.because) }
        return trial
    }

    /// The same trial (start, probe, reload, probe, stop) as a transient unit over D-Bus, and as a
    /// drop-in on the real unit with a daemon-reload, as it is done by hand. Taken in turns.
    func compareRoutes(_ runs: Int) async throws {
        let dropIn = DropIn(
            from: service.sandbox, taking: profile, in: .standard, dialect: service.dialect)
        let expected = service.sandbox.tightened(
            by: profile, in: .standard, dialect: service.dialect)
        let byHand = Course(
            service: service.real, probes: [probe], canReload: true, settle: course.settle)
        _ = try await trial(course)
        var transient: [Double] = []
        var reloaded: [Double] = []
        for _ in 0..<runs {
            transient.append(try await timed { _ = try await trial(course) })
            reloaded.append(
                try await timed {
                    _ = try await service.install(dropIn: dropIn.text, expecting: expected)
                    _ = try await trial(byHand)
                    try await service.uninstall()
                })
        }
        let (fast, slow) = (median(transient), median(reloaded))
        print(
            "a trial over D-Bus     \(fast.rounded(to: 0)) ms; by drop-in, daemon-reload and start "
                + "\(slow.rounded(to: 0)) ms: \((slow / fast).rounded(to: 1)) times "
                + "(aim: at least 2)")
    }

    func measureOverhead(_ runs: Int) async throws {
        var overhead: [Double] = []
        var whole: [Double] = []
        for _ in 0..<runs {
            let timing = try await trial(course).microseconds
            overhead.append(Double(timing.overhead) / 1000)
            whole.append(Double(timing.whole) / 1000)
        }
        print(
            "overhead of a trial    \(median(overhead).rounded(to: 1)) ms of "
                + "\(median(whole).rounded(to: 0)) ms (aim: under 15)")
    }

    func measureMemory(_ runs: Int) async throws {
        for _ in 0..<runs { _ = try await trial(course) }
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let peak = status.split(separator: "\n").first { $0.hasPrefix("VmHWM") }
        let kilobytes = peak?.split(separator: " ").compactMap { Double($0) }.first ?? 0
        print(
            "memory after \(runs) trials \((kilobytes / 1024).rounded(to: 0)) MB at most "
                + "(aim: under 100)")
    }

    private func timed(_ work: () async throws -> Void) async throws -> Double {
        let began = ContinuousClock.now
        try await work()
        return (ContinuousClock.now - began).milliseconds
    }
}

func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
}

extension Duration {
    var milliseconds: Double {
        Double(components.seconds) * 1000 + Double(components.attoseconds) / 1e15
    }
}

extension Double {
    func rounded(to digits: Int) -> String { String(format: "%.\(digits)f", self) }
}
