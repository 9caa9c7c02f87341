import Hardening
import Systemd
import Trials

/// What makes the trials of two runs comparable, as 16 hexadecimal digits: the copied settings, the
/// systemd, the probes, what is to be tried and the tree. A changed unit or package never resumes an old
/// campaign.
enum Fingerprint {
    static func of(
        _ service: Service, _ plan: Plan, _ probes: [String], root: String, isStrict: Bool
    ) -> String {
        digits(
            of: [service.unit, service.systemdVersion, root] + service.unitFiles.map(\.text)
                + service.copiedSettings + probes + plan.preparations + plan.keep.sorted()
                + ["keep"] + plan.attempt.sorted() + Catalogue.standard.restrictions.map(\.id)
                + (isStrict ? ["strict logs"] : []))
    }

    /// 16 hexadecimal digits that differ where any of the parts does.
    static func digits(of parts: [String]) -> String {
        // FNV-1a, 64 bits: enough to tell a handful of campaigns apart, the same everywhere.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in parts.joined(separator: "\0").utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
