import Hardening
public import Trials

/// What one campaign of a unit found otherwise than an earlier one, and under what circumstances.
public struct CampaignDifference: Hashable, Codable, Sendable {
    /// Restrictions taken by the later one only, the strictest step of each ladder.
    public let taken: [String]
    /// Restrictions taken by the earlier one only.
    public let lost: [Lost]
    /// Refused by both, for another reason.
    public let otherReasons: [OtherReason]
    /// Exposure, before and after.
    public let exposure: [Double]
    public let changes: [UpgradeChange]

    public struct Lost: Hashable, Codable, Sendable {
        public let restriction: String
        /// Why the later one refused it; nil where it was not offered.
        public let because: String?
    }

    public struct OtherReason: Hashable, Codable, Sendable {
        public let restriction: String
        public let then: String
        public let now: String
    }

    /// - Parameters:
    ///   - records: what each was valid for; nil where it left no record.
    public init(
        from earlier: HardeningResult, to later: HardeningResult,
        records: (earlier: HardeningRecord?, later: HardeningRecord?)
    ) {
        let reasons = Dictionary(
            later.refused.map { ($0.restriction, $0.because) },
            uniquingKeysWith: { first, _ in first })
        taken = later.accepted.filter { !earlier.accepted.contains($0) }
        lost = earlier.accepted.filter { !later.accepted.contains($0) }.map {
            Lost(restriction: $0, because: reasons[$0])
        }
        otherReasons = earlier.refused.compactMap { refused in
            guard let now = reasons[refused.restriction],
                !Self.sayTheSame(now, refused.because)
            else { return nil }
            return OtherReason(restriction: refused.restriction, then: refused.because, now: now)
        }
        exposure = [earlier.exposure.after, later.exposure.after]
        if let before = records.earlier?.validity, let after = records.later?.validity {
            changes = after.changes(since: before)
        } else {
            changes = []
        }
    }

    /// Times, process ids and counters differ from run to run; a port or a status does not.
    private static func sayTheSame(_ reason: String, _ other: String) -> Bool {
        func words(_ text: String) -> [Substring] {
            var last: Substring = ""
            return text.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map { word in
                defer { last = word }
                let isPlain = !word.allSatisfy(\.isNumber) || telling.contains(last.lowercased())
                return isPlain ? word : "#"
            }
        }
        return words(reason) == words(other)
    }

    /// What a number after such a word says is no accident.
    private static let telling: Set = ["status", "signal", "code", "errno", "port", "tcp", "udp"]

    /// At most 100 columns.
    public var lines: [String] {
        func part(_ title: Phrase, _ entries: [String]) -> [Document.Section] {
            Document.section(title, entries.map { Document.Entry(lead: "\($0)") })
        }
        func name(_ restriction: String) -> String { RestrictionWords(restriction).name }
        let sections =
            part("Changed", changes.map(\.text)) + part("Taken now", taken.map(name))
            + part(
                "Not taken any more",
                lost.map { name($0.restriction) + ($0.because.map { ": \($0)" } ?? "") })
            + part(
                "Refused for another reason",
                otherReasons.map { "\(name($0.restriction)): \($0.now); then: \($0.then)" })
        var opening: [Document.Block] = [
            .paragraph("exposure \(exposure[0]) → \(exposure[1])")
        ]
        if sections.isEmpty { opening.append(.paragraph("nothing else is different")) }
        return DocumentText(
            Document(opening: opening, sections: sections), isColoured: false, isTight: true
        ).lines
    }
}
