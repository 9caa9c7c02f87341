import Foundation

/// Which line of a drop-in breaks a check: found by leaving lines out, as the result never says of
/// what it did not notice.
struct WorkingCauses {
    private let lab: WorkingLab
    private let hardening: WorkingLab.Hardening
    private let lines: [String]
    /// What failed without some lines.
    private var known: [Set<Int>: Set<String>] = [:]

    init(of hardening: WorkingLab.Hardening, in lab: WorkingLab) {
        (self.lab, self.hardening) = (lab, hardening)
        lines = hardening.dropIn.split(separator: "\n").map(String.init)
    }

    /// The lines of a directive without which the check holds; those of several where it takes more
    /// than one, which are what was left when no half of them did.
    mutating func cause(of check: String) async throws -> String {
        // The lines of one directive are one list, or take each other back.
        let settings = lines.indices.filter {
            lines[$0].contains("=") && !lines[$0].hasPrefix("#")
        }
        var suspects = Dictionary(grouping: settings) { lines[$0].prefix { $0 != "=" } }
            .values.sorted { $0[0] < $1[0] }
        func all(_ groups: some Sequence<[Int]>) -> Set<Int> { Set(groups.joined()) }
        guard try await holds(check, without: all(suspects)) else { return "nothing in it" }
        while suspects.count > 1 {
            let middle = suspects.count / 2
            let (first, second) = (suspects[..<middle], suspects[middle...])
            if try await holds(check, without: all(first)) {
                suspects = Array(first)
            } else if try await holds(check, without: all(second)) {
                suspects = Array(second)
            } else {
                break
            }
        }
        return suspects.joined().map { lines[$0] }.joined(separator: " | ")
    }

    private mutating func holds(_ check: String, without left: Set<Int>) async throws -> Bool {
        if let failed = known[left] { return !failed.contains(check) }
        var rest = hardening
        rest.dropIn = lines.indices.filter { !left.contains($0) }.map { lines[$0] }
            .joined(separator: "\n")
        let answers = try await lab.answers(under: rest)
        let failed = Set(answers.filter { $0.failure != nil }.map(\.name))
        known[left] = failed
        return !failed.contains(check)
    }
}
