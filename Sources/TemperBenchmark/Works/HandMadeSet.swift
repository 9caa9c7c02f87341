import Foundation

/// A drop-in for a service of `works` that somebody made by hand: does it pass what Temper's has to?
struct HandMadeSet: Sendable {
    let service: WorkingService
    /// Who made it.
    let author: String
    let dropIn: String

    /// Those of a directory for these services: `SERVICE.AUTHOR.conf`.
    static func all(in directory: String, for services: [WorkingService]) throws -> [HandMadeSet] {
        try FileManager.default.contentsOfDirectory(atPath: directory).sorted().compactMap { file in
            let parts = file.split(separator: ".", maxSplits: 1).map(String.init)
            guard parts.count == 2, parts[1].hasSuffix(".conf"),
                let service = services.first(where: { $0.name == parts[0] })
            else { return nil }
            return HandMadeSet(
                service: service, author: String(parts[1].dropLast(".conf".count)),
                dropIn: try String(contentsOfFile: "\(directory)/\(file)", encoding: .utf8))
        }
    }

    /// Installs it on the real unit of a lab, has that do its work, and says what came of it.
    ///
    /// - Parameters:
    ///   - tree: to make labs of.
    ///   - findsCauses: whether to find the line that breaks each check that fails.
    func measure(in tree: String, findsCauses: Bool) async throws {
        let lab = WorkingLab(service: service, tree: tree)
        let hardening = WorkingLab.Hardening(dropIn: dropIn)
        let answers = try await lab.answers(under: hardening)
        let failed = answers.filter { $0.failure != nil }
        let exposure = try await lab.exposure(under: hardening) ?? "?"
        say(
            "\(service.name), \(author): \(exposure), \(answers.count - failed.count) of "
                + "\(answers.count) hold")
        // What does not start does nothing, for one reason.
        let isDown = failed.count == answers.count && Set(failed.map(\.failure)).count == 1
        var search = WorkingCauses(of: hardening, in: lab)
        for answer in isDown ? failed.prefix(1) : failed[...] {
            say("    \(isDown ? "all" : answer.name): \(answer.failure ?? "")")
            if findsCauses { say("        by \(try await search.cause(of: answer.name))") }
        }
    }
}
