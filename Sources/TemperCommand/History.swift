import ArgumentParser
import Foundation
import Reports
import TrialLedger
import Trials

struct History: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows the campaigns on record for a unit.")

    @Argument(help: "The unit, such as nginx.service.")
    var unit: String

    @OptionGroup var state: StateOptions

    func run() throws {
        let name = unit.contains(".") ? unit : unit + ".service"
        try StateDirectory.prepare(state.directory)
        do {
            let campaigns = try TrialStore(directory: state.directory).campaigns(of: name)
            if campaigns.isEmpty {
                Terminal.note("nothing on record for \(name) in \(state.directory)")
                throw ExitCode(1)
            }
            let format = DateFormatter()
            format.dateFormat = "yyyy-MM-dd HH:mm"
            for campaign in campaigns {
                let date = format.string(
                    from: Date(timeIntervalSince1970: Double(campaign.began) / 1e6))
                Terminal.print("\(campaign.id)  \(date)  \(line(campaign))\n")
            }
        } catch let error as ExperimentError {
            throw Failure.experiment(error.description)
        }
    }

    /// What is told of a result, also of one of an older version that lacks newer keys.
    private struct Line: Decodable {
        let exposure: HardeningResult.ExposureChange
        let accepted: [String]
        let refused: [HardeningResult.Refusal]
        let trials: Int
    }

    private func line(_ campaign: RecordedCampaign) -> String {
        guard let text = campaign.result,
            let result = try? JSONDecoder().decode(Line.self, from: Data(text.utf8))
        else { return "unfinished after \(campaign.trials) trials; harden resumes it" }
        return "exposure \(result.exposure.before) → \(result.exposure.after)  "
            + "\(result.accepted.count) taken, \(result.refused.count) refused, "
            + "\(result.trials) trials"
    }
}
