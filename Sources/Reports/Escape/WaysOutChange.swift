import Trials
public import WaysOut

/// The ways out of the real unit's sandbox, without the drop-in and with it.
public struct WaysOutChange: Hashable, Codable, Sendable {
    /// How many that lead to root were open.
    public var toRootBefore: Int
    /// How many still are.
    public var toRootAfter: Int
    /// In the order of the table; those that were open without the drop-in, or are with it.
    public var ways: [Way]

    public struct Way: Hashable, Codable, Sendable {
        /// Such as `system-bus`.
        public var way: String
        /// In words.
        public var what: String
        public var gain: WayOut.Gain
        public var before: EscapeReport.State
        public var after: EscapeReport.State
        /// Where it got out with the drop-in.
        public var targets: [String]
        /// What keeps it open: why nothing that closes it was taken. Absent where it is closed.
        public var because: String?
    }

    /// - Parameters:
    ///   - before: without the drop-in, in the order of the table.
    ///   - after: with it.
    public init(before: [WayState], after: [WayState]) {
        ways = WayOut.all.indices.compactMap { index in
            guard before[index].isOpen || after[index].isOpen else { return nil }
            let (row, then) = (
                WayOut.all[index], EscapeReport.Way(WayOut.all[index], before[index])
            )
            let now = EscapeReport.Way(row, after[index])
            return Way(
                way: row.id, what: row.name, gain: row.gain, before: then.state, after: now.state,
                targets: now.targets)
        }
        toRootBefore = ways.count { $0.gain == .root && $0.before == .open }
        toRootAfter = ways.count { $0.gain == .root && $0.after == .open }
    }

    /// Those that are still open, the worst first.
    var open: [Way] {
        WayOut.Gain.allCases.flatMap { gain in
            ways.filter { $0.gain == gain && $0.after == .open }
        }
    }

    /// How many are closed that were open.
    var closed: Int { ways.count { $0.before == .open && $0.after != .open } }

    /// Those that still lead to root.
    public var openToRoot: [Way] { open.filter { $0.gain == .root } }
}

extension HardeningResult {
    /// Takes in what a canary found, with why each way that is open stays so.
    public mutating func tell(_ change: WaysOutChange) {
        var change = change
        for index in change.ways.indices where change.ways[index].after == .open {
            change.ways[index].because = whyOpen(change.ways[index].way)
        }
        waysOut = change
    }

    private func whyOpen(_ way: String) -> String {
        let closers = WayOut.all.first { $0.id == way }?.closedBy ?? []
        // A setting may close a way beside each of several others.
        let settings = closers.flatMap { $0.split(separator: " + ").map(String.init) }
        let reasons = settings.enumerated().filter { !settings[..<$0].contains($1) }
            .compactMap { whyNotClosing($1) }
        return reasons.isEmpty
            ? "nothing that closes it was on offer: \(closers.joined(separator: ", "))"
            : reasons.joined(separator: "; ")
    }

    /// Why a restriction, or `User=` whoever that is, does not close a way; nil where nothing is said
    /// of it.
    private func whyNotClosing(_ closer: String) -> String? {
        func isIt(_ id: String) -> Bool {
            closer.hasSuffix("=") ? id.hasPrefix(closer) : id == closer
        }
        if let refusal = refused.first(where: { isIt($0.restriction) }) {
            return "\(refusal.restriction) is refused (trial \(refusal.trial))"
        }
        if let exception = accommodations.first(where: { isIt($0.restriction) }) {
            return "\(exception.restriction) leaves \(exception.settings.joined(separator: " "))"
        }
        if accepted.contains(where: isIt) {
            return "\(closer) is taken and does not close all of it"
        }
        if let known = known?.first(where: { isIt($0.restriction) && $0.known == .contested }) {
            return "\(known.restriction) is contested: \(known.because ?? "")"
        }
        if let absent = skipped.first(where: { isIt($0.what) }) { return absent.because }
        let others = ignored + (leftOut ?? []) + (beyondManager ?? [])
        return others.first { isIt($0.restriction) }.map {
            "\($0.restriction) was not tried: \($0.because)"
        }
    }

    /// Every way that was open or is, the open ones first.
    var waysOutTable: [Section] {
        guard let waysOut, !waysOut.ways.isEmpty else { return [] }
        func row(_ way: WaysOutChange.Way) -> [Phrase] {
            let why: Phrase =
                way.after == .open
                ? ", seen: \(way.targets.joined(separator: " ")); \(way.because ?? "")" : ""
            return [
                Phrase(way.what), way.before.word + " → " + way.after.word,
                "\(way.gain.leadsTo)" + why,
            ]
        }
        return [
            Section(
                Phrase("Ways out", .strong),
                [
                    .table(
                        Document.Table(
                            head: ["what is done", "before → after", "where it leads"],
                            rows: (waysOut.open + waysOut.ways.filter { $0.after != .open })
                                .map(row)))
                ])
        ]
    }

    /// The ways out that stay open, the worst first.
    var waysOutSection: [Section] {
        guard let waysOut else { return [] }
        let entries = waysOut.open.map { way in
            Entry(
                lead: Phrase(way.what, way.gain == .root ? .bad : nil),
                note: "\(way.gain.leadsTo)",
                details: [
                    .init(.none, "seen: \(way.targets.joined(separator: " "))", .quiet),
                    .init(.none, "\(way.because ?? "")", .quiet),
                ])
        }
        return Document.section(
            Phrase("Ways out that stay open (\(waysOut.closed) were closed)", .strong), entries)
    }
}

extension EscapeReport.State {
    fileprivate var word: Phrase {
        switch self {
        case .open: Phrase("open", .bad)
        case .closed: Phrase("closed", .good)
        case .absent: Phrase("nothing to try it on", .quiet)
        case .untold: Phrase("not to be seen in a lab", .quiet)
        }
    }
}
