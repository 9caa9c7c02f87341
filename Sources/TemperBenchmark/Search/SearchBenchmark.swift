import ArgumentParser
import Bisection
import Foundation
import TemperKit

/// `temper-benchmark search`
struct SearchBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "How many trials the search needs on simulated services.",
        discussion: """
            Without --instances the services are drawn from the rates built into this program, \
            the same ones from the same --seed. Rows say how many trials and rounds were needed, \
            on average and in the worst twentieth; how many trials more than the bits in the \
            answer; how often the result was maximal, heaviest, and its conflicts exactly those \
            planted; and after how many trials 80 and 95 % of the possible weight had passed.
            """)

    @Option(help: "A directory with class files and their catalogue_*.json.")
    var instances: String?

    @Option(help: "Only the class of this name: T60, T110, H110, T450, T110+P1...")
    var only: String?

    @Option(help: "Other services, or of --instances other errors, from another seed.")
    var seed: UInt32 = 0

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let seed = UInt64(seed)
        let all =
            try instances.map { try ServiceClass.load(from: $0, seed: seed) }
            ?? ServiceClass.drawn(seed: seed)
        let classes = all.filter { only == nil || $0.name == only }
        let report = SearchReport(classes)
        print(json ? try JSON.page(report) : report.text + "\n", terminator: "")
        for kind in classes where kind.name == "T110" || kind.name == "T450" {
            show(Speed(kind, options: Options()), of: kind, "steady")
            let flaky = Options(reliability: .flaky(FlipRates()))
            show(Speed(kind, options: flaky), of: kind, "flaky")
        }
    }

    private func show(_ speed: Speed, of kind: ServiceClass, _ reliability: String) {
        let line = String(
            format: "%@, %@: next question after %.3f ms on average, 99 %% within %.3f ms\n",
            kind.name, reliability, speed.mean, speed.slowest)
        FileHandle.standardError.write(Data(line.utf8))
    }
}
