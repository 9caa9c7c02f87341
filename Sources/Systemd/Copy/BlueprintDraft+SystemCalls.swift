import Hardening
import SystemdBus

extension BlueprintDraft {
    /// An allow-list reads without the members that are denied with an errno. They are added by a
    /// deny-list on top of it, which may have errnos where an allow-list may not; what is allowed
    /// is then said again, since a group may deny more than the original finally did.
    mutating func carrySystemCallFilter(_ row: CopyRow, _ value: BusValue) {
        guard difference(row, value) != nil else { return }
        send(row.name, value)
        guard let fields = value.fields, fields.first?.bool == true else { return }
        let denied = deniedWithErrno
        guard !denied.isEmpty else { return }
        send(row.name, .structure([.bool(false), .strings(denied)]))
        send(row.name, value)
    }

    /// `~@mount:EPERM chmod:EACCES` in the text: `@mount:EPERM` and `chmod:EACCES`.
    private var deniedWithErrno: [String] {
        original.files.values(of: CallFilterChange.directive).filter { $0.hasPrefix("~") }
            .flatMap { $0.dropFirst().split(whereSeparator: \.isWhitespace) }
            .filter { $0.contains(":") }.map(String.init)
    }
}
