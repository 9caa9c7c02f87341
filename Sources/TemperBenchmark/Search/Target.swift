import Foundation

/// What the search is to reach, and what it reached.
struct Target: Codable, Sendable {
    var what: String
    var measured: Double
    var limit: Double

    var isMet: Bool { measured <= limit }
}

extension Target {
    private static func entropy(_ rate: Double) -> Double {
        -rate * log2(rate) - (1 - rate) * log2(1 - rate)
    }

    static func all(for report: SearchReport) -> [Target] {
        var targets: [Target] = []
        func add(
            _ what: String, _ services: String, _ strategy: String, atMost limit: Double,
            _ measure: (SearchReport.Row) -> Double
        ) {
            guard let row = report.row(services, strategy) else { return }
            targets.append(Target(what: what, measured: measure(row), limit: limit))
        }
        let perBit: (SearchReport.Row) -> Double = { $0.trials.mean / $0.bits }
        let perConflict: (SearchReport.Row) -> Double = { $0.trials.mean / ($0.conflicts + 1) }
        add("T110 nested, trials / H", "T110", "nested", atMost: 1.10, perBit)
        add("T110 nested, p95(trials - b)", "T110", "nested", atMost: 6) { $0.trialsOverBits.p95 }
        add("T110 proof, trials / H", "T110", "proof", atMost: 1.22, perBit)
        add("T450 nested, trials / H", "T450", "nested", atMost: 1.08, perBit)
        add("T450 proof, trials / H", "T450", "proof", atMost: 1.16, perBit)
        add("T110 nested, wrong rates, / H", "T110", "nested, wrong rates", atMost: 1.2, perBit)
        add("T110 proof, wrong rates, / H", "T110", "proof, wrong rates", atMost: 1.3, perBit)
        add("T110 families only, / H", "T110", "nested, families only", atMost: 1.45, perBit)
        if let fastDiag = report.row("T110", "FastDiag") {
            add("T110 families only, / FastDiag", "T110", "nested, families only", atMost: 1) {
                $0.trials.mean / fastDiag.trials.mean
            }
        }
        add("T110 nested, profile, / H given it", "T110", "nested, profile", atMost: 1.3) {
            $0.trials.mean / $0.bitsGivenProfile
        }
        add("T110 proof, evidence, / (d+1)", "T110", "proof, evidence", atMost: 3, perConflict)
        add(
            "T110 proof, profile, evidence, / (d+1)", "T110", "proof, profile, evidence",
            atMost: 1.8, perConflict)
        for services in ["T60", "T110", "H110", "T450"] {
            add(
                "\(services) nested, worst (trials - b) / (d+1)", services, "nested", atMost: 2,
                \.worstPerConflict)
            add(
                "\(services) proof, worst (trials - b) / (d+1)", services, "proof", atMost: 3,
                \.worstPerConflict)
        }
        for pairs in ["T110+P1", "T110+P3"] {
            add("\(pairs) proof, trials / H", pairs, "proof", atMost: 1.25, perBit)
            add("\(pairs) proof, % not heaviest", pairs, "proof", atMost: 0) { 100 - $0.heaviest }
        }
        add("T110 flips 2 %, / (H/(1-H2))", "T110", "proof, flips 2 %", atMost: 1.45) {
            $0.trials.mean / ($0.bits / (1 - entropy(0.02)))
        }
        add("T110 flips 2 %, % wrong", "T110", "proof, flips 2 %", atMost: 1) { 100 - $0.maximal }
        add("T110+P1 flips 2 %, % wrong", "T110+P1", "proof, flips 2 %", atMost: 2) {
            100 - $0.maximal
        }
        for (width, limit) in [(4, 1.55), (8, 2.1)] {
            add(
                "T110 rounds of \(width), / (H/k)", "T110", "nested, rounds of \(width)",
                atMost: limit
            ) {
                $0.rounds.mean / ($0.bits / Double(width))
            }
        }
        return targets
    }
}
