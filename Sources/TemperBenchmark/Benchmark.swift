import ArgumentParser
import Foundation
import KernelWatch
import Lab
import Systemd
import SystemdBus

/// Measures temper against stated rivals in the same run; not part of the product.
@main
struct Benchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "temper-benchmark",
        abstract: "Measures temper against stated rivals, in one run.",
        subcommands: [
            TrialBenchmark.self, SearchBenchmark.self, ServicesBenchmark.self,
            ParallelBenchmark.self, LoadBenchmark.self, RatesCommand.self,
            EvidenceBenchmark.self, WorksBenchmark.self,
        ])
}

/// Prints at once, also into a pipe: a whole table may take many minutes.
func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

extension String {
    /// As a cell of a table: filled up with blanks, or cut.
    func column(_ width: Int) -> String { padding(toLength: width, withPad: " ", startingAt: 0) }
}

extension Machine {
    /// A lab, and what its kernel refuses the services in it.
    init(in lab: Lab) async throws {
        self.init(
            bus: try await Bus.connect(to: lab.bus), root: lab.rootPath,
            network: lab.networkNamespace, isDisposable: true)
        if let group = rootControlGroup { kernel = try KernelWatch(below: group) }
    }
}
