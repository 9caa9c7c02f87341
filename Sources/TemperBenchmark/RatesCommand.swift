import ArgumentParser
import Foundation
import Hardening
import Reports
import TemperKit
import TrialLedger

/// `temper-benchmark rates`
struct RatesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rates",
        abstract: "Counts in real campaigns how often restrictions break services.",
        discussion: """
            Reads the ledgers of campaigns that were completed, and prints the rates of the \
            catalogue beside those counted, with one added to each count. What is printed can be \
            put into Sources/Hardening/Catalogue by hand: a rate is an opinion until it was read.
            """)

    @Argument(help: "Directories with a ledger, such as /var/lib/temper.")
    var directories: [String]

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let catalogue = Hardening.Catalogue.standard
        let samples = try directories.flatMap(samples)
        guard !samples.isEmpty else {
            throw ValidationError("no completed campaign is on record there")
        }
        let estimate = RateEstimate(samples, in: catalogue)
        print(json ? try encoded(estimate) : text(estimate, samples.count), terminator: "")
    }

    private func samples(in directory: String) throws -> [RateEstimate.Sample] {
        guard FileManager.default.fileExists(atPath: directory + "/trials.sqlite") else {
            throw ValidationError("there is no ledger in \(directory)")
        }
        return try TrialStore(directory: directory).results().compactMap { text in
            let result = try? JSONDecoder().decode(HardeningResult.self, from: Data(text.utf8))
            guard let result, result.ending == .complete else { return nil }
            // What only fails together with others says nothing of each.
            let broken = result.refused.filter { $0.conflict.count == 1 }.map(\.restriction)
            return RateEstimate.Sample(
                taken: Profile(result.accepted, in: .standard).restrictions,
                broken: Set(broken))
        }
    }

    private func text(_ estimate: RateEstimate, _ campaigns: Int) -> String {
        var lines = ["\(campaigns) campaigns", "", "family               hot  of    now  counted"]
        for family in estimate.families where family.campaigns > 0 {
            let now = Hardening.Catalogue.familyRates[family.name] ?? Hardening.Catalogue.rareFamily
            lines.append(
                family.name.column(20)
                    + String(
                        format: " %3d %3d  %5.3f    %5.3f", family.hot, family.campaigns, now,
                        family.rate))
        }
        lines += ["", "restriction, where its family is hot           broke  of    now  counted"]
        for member in estimate.members where member.triedHot > 0 {
            let now = Hardening.Catalogue.standard[member.id]?.prior.whenHot ?? 0
            lines.append(
                member.id.column(46)
                    + String(
                        format: " %5d %3d  %5.3f    %5.3f", member.broke, member.triedHot, now,
                        member.whenHot))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func encoded(_ estimate: RateEstimate) throws -> String {
        struct Rates: Encodable {
            var families: [String: Double]
            var whenHot: [String: Double]
        }
        return try JSON.page(
            Rates(
                families: Dictionary(
                    uniqueKeysWithValues: estimate.families.filter { $0.campaigns > 0 }
                        .map { ($0.name, $0.rate) }),
                whenHot: Dictionary(
                    uniqueKeysWithValues: estimate.members.filter { $0.triedHot > 0 }
                        .map { ($0.id, $0.whenHot) })))
    }
}
