/// How exposed a service is: the number that `systemd-analyze security` prints.
///
/// Computed from the table that systemd 252 to 262 share (src/analyze/analyze-security.c):
/// each test gives ceil(badness x weight / range) points; exposure is
/// ceil(100 x points / weights), over the tests that apply. A test holds it against
/// `systemd-analyze security` on live units.
public struct Exposure: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// 0 (nothing exposed) to 100; people read a tenth of it.
    public let tenths: Int

    public init(tenths: Int) { self.tenths = tenths }

    public init(of sandbox: Sandbox, dialect: Dialect) {
        let seen = AnalyzedSandbox(sandbox, dialect)
        var points: UInt64 = 0
        var weights: UInt64 = 0
        for assessment in Assessment.table {
            guard let badness = assessment.badness(seen) else { continue }
            points += assessment.points(badness)
            weights += assessment.weight
        }
        tenths = Int((points * 100 + weights - 1) / weights)
    }

    /// As systemd prints it: `9.6`.
    public var description: String { "\(tenths / 10).\(tenths % 10)" }

    /// systemd's word for it, such as `UNSAFE`.
    public var label: String {
        switch tenths {
        case 100...: "DANGEROUS"
        case 90...: "UNSAFE"
        case 75...: "EXPOSED"
        case 50...: "MEDIUM"
        case 10...: "OK"
        case 1...: "SAFE"
        default: "PERFECT"
        }
    }

    public static func < (left: Exposure, right: Exposure) -> Bool { left.tenths < right.tenths }
}

/// One test of the table.
struct Assessment: Sendable {
    let id: String
    let weight: UInt64
    let range: UInt64
    /// 0...range, or nil where the test does not apply.
    let badness: @Sendable (AnalyzedSandbox) -> UInt64?

    func points(_ badness: UInt64) -> UInt64 { (badness * weight + range - 1) / range }

    /// Left out for units with `DefaultDependencies=no`.
    var onlyWithDefaultDependencies: Assessment {
        Assessment(id: id, weight: weight, range: range) { [badness] seen in
            seen.sandbox[.defaultDependencies] == .flag(false) ? nil : badness(seen)
        }
    }

    /// The tests of every row, and one of settings that no search changes.
    static let table: [Assessment] =
        Catalogue.withExamples.directives.flatMap(\.assessments) + [
            Assessment("RootDirectory/RootImage", 200) { seen in
                seen.sandbox.hasOwnRoot
            }.onlyWithDefaultDependencies
        ]
}

extension Assessment {
    /// A test with two answers.
    init(
        _ id: String, _ weight: UInt64, isGood: @escaping @Sendable (AnalyzedSandbox) -> Bool
    ) {
        self.init(id: id, weight: weight, range: 1) { isGood($0) ? 0 : 1 }
    }
}
