import ArgumentParser

/// Measures temper against stated rivals in the same run; not part of the product.
@main
struct Benchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "temper-benchmark",
        abstract: "Measures temper against stated rivals, in one run.",
        subcommands: [
            TrialBenchmark.self, SearchBenchmark.self, ServicesBenchmark.self, RatesCommand.self,
            EvidenceBenchmark.self,
        ])
}
