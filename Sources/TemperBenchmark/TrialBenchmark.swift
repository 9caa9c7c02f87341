import ArgumentParser
import Foundation
import Hardening
import Lab
import Probes
import Systemd
import Trials

struct TrialBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trial",
        abstract: "What a trial costs, beside the same as it is done by hand.",
        discussion: "Needs root and the tree `trixie` of Tests/roots.")

    @Option(help: ArgumentHelp("The root tree with the services.", valueName: "dir"))
    var root = "/var/cache/temper/roots/trixie"

    @Option(help: "How many trials for each median.")
    var runs = 30

    @Option(help: "How many trials for the memory figure.")
    var long = 500

    func run() async throws {
        var plan = LabPlan()
        plan.root = root
        let (runs, long) = (runs, long)
        try await Lab.with(plan) { (lab: Lab) async throws in
            let network = try NetworkPlace(namespace: lab.networkNamespace)
            let nginx = try await TrialBench(
                "nginx.service", HTTPProbe(url: "http://127.0.0.1/", from: network), in: lab,
                keeping: ["SETUID", "SETGID", "DAC_OVERRIDE", "NET_BIND_SERVICE", "CHOWN"])
            // Before the others: what they hold is none of a campaign's.
            try await nginx.measureOverhead(runs)
            try await nginx.measureMemory(long)
            print(
                "over D-Bus against drop-in, daemon-reload and start, in ms (aim: at least 2 times)"
            )
            print(Comparison.header)
            print(try await nginx.compareRoutes(runs).line)
            for (unit, port, capabilities) in [
                ("redis-server.service", 6379, []),
                ("memcached.service", 11211, ["SETUID", "SETGID", "DAC_OVERRIDE", "CHOWN"]),
            ] {
                let bench = try await TrialBench(
                    unit, TCPProbe(address: "127.0.0.1:\(port)", from: network), in: lab,
                    keeping: capabilities)
                print(try await bench.compareRoutes(runs).line)
            }
        }
        try measureHelp()
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

/// One service in a lab, tried over and over.
struct TrialBench: Sendable {
    let service: Service
    let probe: any Probe
    let procedure: TrialProcedure
    /// A sandbox that it survives, of the size that a campaign ends with.
    let profile: Profile
    /// As in a campaign, where every trial is measured by a baseline.
    let baseline: Baseline

    /// - Parameter keeping: the capabilities that it needs, without `CAP_`.
    init(_ unit: String, _ probe: any Probe, in lab: Lab, keeping: [String]) async throws {
        service = try await Service(named: unit, on: try await Machine(in: lab))
        self.probe = probe
        procedure = TrialProcedure(
            service: service.copies, probes: [probe], canReload: service.canReload,
            settle: .milliseconds(50))
        let needed = keeping.map { "CapabilityBoundingSet=~CAP_\($0)" }
        let survived = Hardening.Catalogue.standard.restrictions.filter { restriction in
            ["CapabilityBoundingSet", "ProtectHome", "PrivateTmp", "PrivateDevices"].contains(
                restriction.directive)
                || restriction.directive.hasPrefix("ProtectKernel")
                || ["SystemCallFilter=~@mount", "SystemCallFilter=~@debug"].contains(restriction.id)
        }.map(\.id).filter { !needed.contains($0) }
        profile = Profile(survived, in: .standard)
        let runner = TrialRunner(
            procedure, expecting: Expectations(.unknown, cadence: Cadence()), now: { 0 })
        var baselineTrials: [Trial] = []
        for number in 1...3 {
            baselineTrials.append(
                try await runner.runAside(TrialSpec(.unrestricted, "baseline"), number: number))
        }
        baseline = Baseline(learnedFrom: baselineTrials)
    }

    private func trial(_ procedure: TrialProcedure) async throws -> Trial {
        let runner = TrialRunner(
            procedure, expecting: Expectations(baseline, cadence: Cadence()), now: { 0 })
        let trial = try await runner.runAside(TrialSpec(profile, "benchmark"), number: 4)
        guard trial.verdict.isPass else { throw ValidationError(trial.because) }
        return trial
    }

    /// The same trial (start, probe, reload, probe, stop) as a transient unit over D-Bus, and as a
    /// drop-in on the real unit with a daemon-reload, as it is done by hand. Taken in turns.
    func compareRoutes(_ runs: Int) async throws -> Comparison {
        let dropIn = service.subject(in: .standard).dropIn(for: profile)
        let expected = service.subject(in: .standard).tightened(by: profile)
        let byHand = TrialProcedure(
            service: service.real, probes: [probe], canReload: service.canReload,
            settle: procedure.settle)
        _ = try await trial(procedure)
        var comparison = Comparison(unit: service.unit)
        for _ in 0..<runs {
            comparison.transient.append(try await timed { try await trial(procedure) })
            comparison.reloaded.append(
                try await timed {
                    _ = try await service.install(dropIn: dropIn.text, expecting: expected)
                    let trial = try await trial(byHand)
                    try await service.uninstall()
                    return trial
                })
        }
        return comparison
    }

    func measureOverhead(_ runs: Int) async throws {
        var overhead: [Double] = []
        var whole: [Double] = []
        for _ in 0..<runs {
            let timing = try await trial(procedure).microseconds
            overhead.append(Double(timing.overhead) / 1000)
            whole.append(Double(timing.whole) / 1000)
        }
        print(
            "overhead of a trial    \(median(overhead).rounded(to: 1)) ms of "
                + "\(median(whole).rounded(to: 0)) ms (aim: under 15)")
    }

    func measureMemory(_ runs: Int) async throws {
        for _ in 0..<runs { _ = try await trial(procedure) }
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let peak = status.split(separator: "\n").first { $0.hasPrefix("VmHWM") }
        let kilobytes = peak?.split(separator: " ").compactMap { Double($0) }.first ?? 0
        print(
            "memory after \(runs) trials \((kilobytes / 1024).rounded(to: 0)) MB at most "
                + "(aim: under 100)")
    }

    private func timed(_ work: () async throws -> Trial) async throws -> Comparison.Sample {
        let began = ContinuousClock.now
        let timing = try await work().microseconds
        let whole = (ContinuousClock.now - began).milliseconds
        return Comparison.Sample(
            whole: whole, own: Double(timing.whole - timing.overhead - timing.settle) / 1000,
            settle: Double(timing.settle) / 1000)
    }
}

/// The same trial by two routes, and how much of either is the service's own doing: starting,
/// reloading, answering, stopping. That part no route can make shorter.
struct Comparison {
    let unit: String
    var transient: [Sample] = []
    var reloaded: [Sample] = []

    /// Milliseconds: in all, of the service itself, and waited on purpose.
    struct Sample {
        let whole: Double
        let own: Double
        let settle: Double
        /// What the route costs.
        var cost: Double { whole - own - settle }
    }

    static let header =
        "                       D-Bus  by hand  ratio   service+wait   route  by hand  ratio"

    var line: String {
        func middle(_ samples: [Sample], _ part: (Sample) -> Double) -> Double {
            median(samples.map(part))
        }
        let (fast, slow) = (middle(transient, \.whole), middle(reloaded, \.whole))
        let (cheap, dear) = (middle(transient, \.cost), middle(reloaded, \.cost))
        let fixed = middle(transient) { $0.own + $0.settle }
        return unit.column(22)
            + String(
                format: "%6.0f %8.0f %6.1f %14.0f %7.1f %8.1f %6.1f", fast, slow, slow / fast,
                fixed, cheap, dear, dear / cheap)
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
