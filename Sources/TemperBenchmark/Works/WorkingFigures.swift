import Foundation
import Reports
import Trials

/// What the services came to, and what they no longer do.
struct WorkingFigures: Sendable {
    /// A service under a level.
    private struct Cell {
        let service: WorkingService
        let level: HardeningLevel
        let result: HardeningResult
        let answers: [WorkingRecord.Answer]
        let causes: [String: String]

        var failed: [WorkingRecord.Answer] { answers.filter { $0.failure != nil } }

        /// Whether the result said of the directive that breaks the check that it may, or, of a
        /// service that does not even start, that it may not.
        func isNamed(_ answer: WorkingRecord.Answer) -> Bool {
            if answer.failure?.hasPrefix(WorkingLab.notStarted) == true {
                return result.warnings.contains { $0.contains("its first start fails") }
            }
            guard let cause = causes[answer.name] else { return false }
            let open = (result.known ?? []).filter { $0.known == .contested || $0.known == .bites }
            let words =
                result.warnings + result.suspicious.flatMap { [$0.line] + $0.restrictions }
                + open.map(\.restriction)
                + (result.inherited?.denied.flatMap(\.restrictions) ?? [])
            return cause.split(separator: " | ").contains { line in
                let directive = line.prefix { $0 != "=" } + "="
                return words.contains { $0.contains(directive) }
            }
        }
    }

    private let services: [WorkingService]
    private let levels: [HardeningLevel]
    private let cells: [Cell]

    init(services: [WorkingService], levels: [HardeningLevel], record: WorkingRecord) {
        (self.services, self.levels) = (services, levels)
        cells = services.flatMap { service in
            levels.compactMap { level in
                guard let result = record.result(of: service, level),
                    let answers = record.answers(of: service, level)
                else { return nil }
                return Cell(
                    service: service, level: level, result: result, answers: answers,
                    causes: record.causes(of: service, level) ?? [:])
            }
        }
    }

    /// Every service was hardened, enough checks hold, and the result names each that does not.
    var areReached: Bool {
        levels.allSatisfy { level in
            let (own, aim) = (cells.filter { $0.level == level }, aim(of: level))
            guard let aim else { return true }
            return own.count == services.count && share(own) >= aim
                && own.allSatisfy { cell in cell.failed.allSatisfy { cell.isNamed($0) } }
        }
    }

    /// In percent; nil for what is measured for comparison only.
    private func aim(of level: HardeningLevel) -> Double? {
        switch level {
        case .byDefault: 99
        case .footprint: 97
        case .strictest: nil
        }
    }

    /// How many of the checks still hold, in percent.
    private func share(_ cells: [Cell]) -> Double {
        let all = cells.reduce(0) { $0 + $1.answers.count }
        let failed = cells.reduce(0) { $0 + $1.failed.count }
        return all == 0 ? 0 : Double(all - failed) / Double(all) * 100
    }

    var text: String {
        ([header] + services.map(row) + totals + waysToRoot + breakages).joined(separator: "\n")
    }

    private var header: String {
        "\nservice".column(19) + "kind".column(22) + "shipped  by hand"
            + levels.map { "  |" + "\($0.rawValue): trials, work".leftPadded(28) }.joined()
    }

    private func row(_ service: WorkingService) -> String {
        let own = cells.filter { $0.service.name == service.name }
        let shipped = own.first.map { "\($0.result.exposure.before)" } ?? "-"
        let byHand = service.byHand.map { "\($0)" } ?? "-"
        return service.name.column(18) + service.kind.column(22) + shipped.leftPadded(7)
            + byHand.leftPadded(9)
            + levels.map { level in
                guard let cell = own.first(where: { $0.level == level }) else {
                    return "  |" + "-".leftPadded(28)
                }
                return "  |" + "\(cell.result.exposure.after)".leftPadded(12)
                    + "\(cell.result.trials)".leftPadded(7)
                    + "\(cell.answers.count - cell.failed.count)/\(cell.answers.count)"
                    .leftPadded(9)
            }.joined()
    }

    private var totals: [String] {
        levels.map { level in
            let own = cells.filter { $0.level == level }
            let aim = aim(of: level).map { String(format: ", the aim is %.0f %%", $0) } ?? ""
            let gaps = own.compactMap { cell in
                cell.service.byHand.map { cell.result.exposure.after - $0 }
            }.sorted()
            let against =
                gaps.isEmpty
                ? ""
                : String(
                    format: "; against the sets made by hand, median %+.1f, worst %+.1f",
                    gaps[gaps.count / 2], gaps.last ?? 0)
            return String(
                format: "%@: %.1f %% of %d checks of %d services hold%@; %d trials%@",
                level.rawValue, share(own), own.reduce(0) { $0 + $1.answers.count }, own.count, aim,
                own.reduce(0) { $0 + $1.result.trials }, against)
        }
    }

    /// What leads to root out of the sandboxes, without the drop-in and with it, and why each way that
    /// is left stays open.
    private var waysToRoot: [String] {
        cells.flatMap { cell -> [String] in
            guard let ways = cell.result.waysOut else { return [] }
            return [
                "\(cell.service.name), \(cell.level.rawValue): ways to root "
                    + "\(ways.toRootBefore) → \(ways.toRootAfter)"
            ] + ways.openToRoot.map { "    \($0.way): \($0.because ?? "")" }
        }
    }

    /// What does not hold any more, with what breaks it and whether the result said so.
    private var breakages: [String] {
        cells.flatMap { cell in
            // What does not start does nothing, for one reason.
            let isDown = Set(cell.answers.map(\.failure)).count == 1
            return (isDown ? cell.failed.prefix(1) : cell.failed[...]).map { answer in
                let cause = cell.causes[answer.name].map { "\n    by \($0)" } ?? ""
                return "\(cell.service.name), \(cell.level.rawValue): \(answer.name) "
                    + "(\(cell.isNamed(answer) ? "named" : "not named"))\(cause)\n    "
                    + (answer.failure ?? "")
            }
        }
    }
}

extension String {
    fileprivate func leftPadded(_ width: Int) -> String {
        String(repeating: " ", count: max(0, width - count)) + self
    }
}
