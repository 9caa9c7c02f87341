import Foundation

/// What `temper history --json` prints: the campaigns on record for a unit, or how two of them
/// differ.
///
/// The schema is stable: keys are never renamed or removed under the same `schema`; keys may be
/// added.
public struct HistoryReport: Hashable, Codable, Sendable {
    /// `temper.history/1`
    public var schema = "temper.history/1"
    public let unit: String
    /// The newest first; with `--diff` the two, as they were named.
    public let campaigns: [Campaign]
    /// What the second found otherwise; absent without `--diff`.
    public let difference: CampaignDifference?

    public init(unit: String, _ campaigns: [Campaign], difference: CampaignDifference? = nil) {
        self.unit = unit
        self.campaigns = campaigns
        self.difference = difference
    }

    /// A campaign on record.
    public struct Campaign: Hashable, Codable, Sendable {
        public let number: Int64
        /// Whether it is a check rather than a search.
        public let isCheck: Bool
        /// As in RFC 3339, UTC.
        public let began: String
        public let trials: Int
        /// Whether it came to an end.
        public let isFinished: Bool
        /// Of a search that did.
        public private(set) var exposure: HardeningResult.ExposureChange?
        public private(set) var accepted: Int?
        public private(set) var refused: Int?
        /// Of a check that did.
        public private(set) var standing: UnitCheck.Conclusion?

        /// - Parameters:
        ///   - began: microseconds since 1970.
        ///   - result: what was kept of it as JSON; nil where it never ended.
        ///   - trials: how many were made.
        public init(number: Int64, began: UInt64, result: String?, trials: Int, isCheck: Bool) {
            self.number = number
            self.isCheck = isCheck
            self.began = CivilTime(microseconds: began).text
            self.trials = trials
            let kept = KeptResult(result, isCheck: isCheck)
            isFinished = result != nil
            switch kept {
            case .search(let result):
                exposure = result.exposure
                (accepted, refused) = (result.accepted.count, result.refused.count)
            case .check(let check): standing = check.standing
            case nil: break
            }
        }
    }
}

/// What was kept of a campaign that ended.
enum KeptResult {
    case search(HardeningResult)
    case check(UnitCheck)

    /// nil where it did not end, or a later version wrote it otherwise.
    init?(_ text: String?, isCheck: Bool) {
        let (data, decoder) = (Data((text ?? "").utf8), JSONDecoder())
        if isCheck {
            guard let check = try? decoder.decode(UnitCheck.self, from: data) else { return nil }
            self = .check(check)
        } else {
            guard let result = try? decoder.decode(HardeningResult.self, from: data) else {
                return nil
            }
            self = .search(result)
        }
    }
}
