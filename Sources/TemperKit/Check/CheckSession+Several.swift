public import Reports
import Trials

extension CheckSession {
    /// Checks several units, so many of them at a time, each in a lab of its own.
    ///
    /// - Returns: their results, in the order of `sessions`.
    /// - Throws: `TemperError.interrupted`, once all that was under way has ended.
    public static func run(
        _ sessions: [CheckSession], atOnce width: Int
    ) async throws(TemperError) -> [UnitCheck] {
        let several = sessions.count > 1 && width > 1
        return try await TemperError.ofWork {
            // Two records of one unit are one after the other: its ledger is locked meanwhile.
            let places = Dictionary(grouping: sessions.indices) { sessions[$0].place }
            let groups = places.values.sorted { $0[0] < $1[0] }
            let checked = try await sideBySide(groups, width: width) { indices in
                var checked: [(Int, UnitCheck)] = []
                for index in indices {
                    let session = several ? sessions[index].asOneOfSeveral : sessions[index]
                    let check = try await session.run()
                    if several { session.progress.say(check.standing.rawValue) }
                    checked.append((index, check))
                }
                return checked
            }
            return checked.joined().sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    /// Where its unit is one unit.
    private var place: [String] { [record.unit, subject.root, "\(subject.manager)"] }

    private var asOneOfSeveral: CheckSession {
        var session = self
        session.progress = OneOfSeveral(unit: record.unit, progress: progress)
        return session
    }
}

/// Progress of a unit while others are under way: without its trials, of which nobody could tell
/// whose they are.
private struct OneOfSeveral: ProgressListener {
    let unit: String
    let progress: any ProgressListener

    func step(_ text: String) { progress.step("\(unit): \(text)") }
    func say(_ text: String) { progress.say("\(unit): \(text)") }
    func show(_ event: CampaignEvent) {}
}
