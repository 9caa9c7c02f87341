import Hardening
import Trials

@testable import Reports

/// A campaign on paper: a service whose words are full of markup, one restriction that fails alone,
/// two that fail together, one exception.
enum Sample {
    /// What must never reach a reader as markup.
    static let nasty = "<script>alert(1)</script> & \"x\" 'y' `z` ]]> \u{1} *bold* | [a](b)"

    static let dialect = Dialect(
        version: 257,
        calls: [
            "@chown": ["chown", "fchownat"], "@mount": ["mount"], "@system-service": ["chown"],
        ])

    static var provenance: Provenance {
        var usage = Usage()
        usage.written = ["/var/lib/x"]
        var provenance = Provenance(
            temper: "0.1.0", dialect: dialect, usage: usage, root: "/srv/trees/it's here")
        provenance.probes = ["curl -fsS 'http://127.0.0.1/'"]
        provenance.unitFiles = ["/usr/lib/systemd/system/x y.service"]
        provenance.missing = [MissingSource.of(.capabilities)]
        return provenance
    }

    static func trial(
        _ number: Int, _ restrictions: [String], _ observations: [Observation] = [],
        baseline: Baseline = .unknown, passes: Bool = false
    ) -> Trial {
        let up = UnitState(type: "exec", active: "active", sub: "running", result: "success")
        let down = UnitState(
            type: "exec", active: "failed", sub: "failed", result: "exit-code", mainCode: 1,
            mainStatus: 3)
        var timing = Trial.Timing()
        timing.whole = 250_000
        let life: [Observation] =
            passes
            ? [.job(.start, result: .done), .unit(.start, up), .unit(.ready, up)]
            : [.job(.start, result: .failed), .unit(.start, down)]
        return Trial(
            number: number, purpose: TrialPurpose(rawValue: "does \(nasty) pass?"),
            profile: Profile(restrictions, in: provenance.catalogue),
            began: 1_700_000_000_000_000 + UInt64(number) * 1_000_000, microseconds: timing,
            observations: [
                .command(
                    HandCommand(
                        arguments: ["-p", "Type=exec", "/bin/x", "it's", "$HOME"], lacking: []))
            ] + life + observations, baseline: baseline)
    }

    static func refused(
        _ call: String, _ error: Int32, path: String? = nil, lacking: [String] = [],
        by command: String = "x"
    ) -> Observation {
        .refused(
            KernelRequest(.call(call), by: command, error: error, path: path, lacking: lacking))
    }

    static func said(_ words: String) -> Observation {
        .log(LogLine(priority: 6, source: "x", message: words))
    }

    static let accepted = ["ProtectHome=yes", "ProtectSystem=strict"]

    static let trials = [
        trial(1, [], passes: true), trial(2, [], passes: true),
        trial(
            3, ["CapabilityBoundingSet=~CAP_CHOWN"],
            [
                refused("fchownat", 1, path: "/srv/f", lacking: ["CAP_CHOWN"]),
                said("cannot chown: \(nasty)"),
            ]),
        trial(
            4, accepted + ["ReadWritePaths=~/var/lib/x"],
            [refused("openat", 30, path: "/var/lib/x/state")]),
        trial(
            5, ["SystemCallErrorNumber=kill", "SystemCallFilter=~@mount"],
            [.refused(KernelRequest(.killed(call: "mount"), by: "x"))]),
        trial(6, accepted, passes: true),
    ]

    static var result: HardeningResult {
        HardeningResult(
            unit: "x.service", systemd: "257.13-1",
            exposure: .init(before: 9.6, after: 2.1, possible: 2.1), trials: 6, realUnitTrials: 2,
            seconds: 12.5,
            accepted: accepted,
            refused: [
                .init(
                    restriction: "ReadWritePaths=~/var/lib/x",
                    conflict: ["ReadWritePaths=~/var/lib/x"], trial: 4, because: nasty, price: 0),
                .init(
                    restriction: "CapabilityBoundingSet=~CAP_CHOWN",
                    conflict: ["CapabilityBoundingSet=~CAP_CHOWN"], trial: 3, because: nasty,
                    price: 0.2),
                .init(
                    restriction: "SystemCallErrorNumber=kill",
                    conflict: ["SystemCallErrorNumber=kill", "SystemCallFilter=~@mount"], trial: 5,
                    because: "signal SIGSYS", price: 0,
                    instead: [.init(without: "SystemCallFilter=~@mount", exposure: 2.3)]),
            ], ignored: [.init(restriction: "RestrictFileSystems=~@network", because: "no BPF")],
            notCarriedOver: [],
            accommodations: [
                .init(
                    restriction: "ProtectSystem=strict", settings: ["ReadWritePaths=-/var/lib/x"],
                    cost: 0)
            ],
            dropIn: "[Service]\nCapabilityBoundingSet=\nCapabilityBoundingSet=CAP_CHOWN\n",
            packaged: .init(
                dropIn: "[Service]\nStateDirectory=x\n", preparations: ["true"],
                because: "with StateDirectory=x: it died"),
            ending: .complete, verified: true,
            leftOut: [.init(restriction: "KeyringMode=private", because: "in force before")],
            suspicious: [.init(line: "x: \(nasty)", restrictions: ["UMask=0077"], trial: 6)],
            warnings: [nasty])
    }

    static var unit: UnitReport {
        UnitReport(
            campaign: 7, began: 1_700_000_000_000_000, result: result, trials: trials,
            provenance: provenance)
    }

    /// The same unit and a worse one.
    static var report: Report {
        var other = unit
        other.unit = "worse.service"
        other.result.exposure.after = 8.1
        return Report(temper: "0.1.0", units: [unit, other])
    }
}
