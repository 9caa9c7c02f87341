import Foundation
import Lab
import Reports
import TemperKit

/// One service of `works` from as it is to each of its drop-ins.
struct WorkingRun: Sendable {
    let lab: WorkingLab
    let record: WorkingRecord
    let findsCauses: Bool

    private var service: WorkingService { lab.service }

    /// - Throws: where a check does not hold of the service as it is: then the check is wrong.
    func checkUnhardened() async throws {
        if let known = record.answers(of: service, nil),
            WorkingRecord.areOf(service, known), known.allSatisfy({ $0.failure == nil })
        {
            return
        }
        let answers = try await lab.answers(under: .init())
        try record.keep(answers, of: service, nil)
        let wrong = answers.compactMap { answer in
            answer.failure.map { "\n    \(answer.name): \($0)" }
        }
        say("\(service.name), unhardened: \(answers.count - wrong.count) of \(answers.count) hold")
        if !wrong.isEmpty {
            throw TableError(description: "checks that fail unhardened:\(wrong.joined())")
        }
    }

    func go(_ level: HardeningLevel) async throws {
        let result = try await hardened(to: level)
        let hardening = WorkingLab.Hardening(
            dropIn: result.dropIn, preparations: result.preparations)
        var answers = record.answers(of: service, level) ?? []
        if !WorkingRecord.areOf(service, answers) {
            answers = try await lab.answers(under: hardening)
            try record.keep(answers, of: service, level)
        }
        let failed = answers.filter { $0.failure != nil }
        say(
            "\(service.name), \(level.rawValue): \(result.exposure.after), \(result.trials) "
                + "trials, \(failed.count) of \(answers.count) fail")
        if !findsCauses || failed.isEmpty { return }
        var causes = record.causes(of: service, level) ?? [:]
        var search = WorkingCauses(of: hardening, in: lab)
        for answer in failed where causes[answer.name] == nil {
            causes[answer.name] = try await search.cause(of: answer.name)
            try record.keep(causes, of: service, level)
        }
    }

    private func hardened(to level: HardeningLevel) async throws -> HardeningResult {
        if let known = record.result(of: service, level) { return known }
        let state = FileManager.default.temporaryDirectory.appending(
            path: "temper-works-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: state) }
        var session = HardenSession(unit: service.unit, stateDirectory: state.path)
        session.plan = service.plan
        session.manager = service.manager
        var plan = LabPlan()
        plan.root = lab.tree
        session.host = .lab(plan)
        let result = try await level.asked(of: session).run().result
        try record.keep(result, of: service, level)
        return result
    }
}
