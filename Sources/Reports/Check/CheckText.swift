import Hardening
import Trials

/// A check as people read it: what is wrong first, at most 100 columns.
public struct CheckText: Sendable {
    public let text: String

    public init(_ report: CheckReport, isColoured: Bool) {
        let paint = Paint(isOn: isColoured)
        text =
            report.units.map { CheckText.lines($0, paint).joined(separator: "\n") }
            .joined(separator: "\n\n") + "\n"
    }

    private static func lines(_ check: UnitCheck, _ paint: Paint) -> [String] {
        headline(check, paint) + installed(check, paint) + changes(check, paint)
            + culprits(check, paint) + notes(check, paint) + tightenings(check, paint)
            + offer(check, paint)
    }

    private static func headline(_ check: UnitCheck, _ paint: Paint) -> [String] {
        let name = paint.bold(check.unit)
        let seconds = "\((check.seconds * 10).rounded() / 10) s"
        func explained(_ head: String) -> [String] {
            [head]
                + (check.because ?? "").split(separator: "\n").flatMap {
                    String($0).wrapped(to: 96).map { "  \($0)" }
                }
        }
        switch check.standing {
        case .passed:
            let more = check.furtherTrials > 0 ? ", \(check.furtherTrials) more to look around" : ""
            let trials = check.trials == 1 ? "1 trial" : "\(check.trials) trials"
            return [
                "\(name)  \(paint.green("passes")) under its profile of "
                    + "\(check.profile) restrictions: \(trials)\(more), \(seconds)"
            ]
        case .unchanged:
            return ["\(name)  unchanged since its record was made; nothing was tried"]
        case .regressed:
            return explained(
                "\(name)  \(paint.red("REGRESSED")): it works as it is and not under its profile of "
                    + "\(check.profile) restrictions"
            ) + [
                "  \(check.bisecting) trials of bisecting, "
                    + "\(check.trials + check.furtherTrials) in all, \(seconds)"
            ]
        case .broken:
            return explained(
                "\(name)  \(paint.red("BROKEN")): the service itself is broken, hardening is not "
                    + "to blame")
        case .untested: return explained("\(name)  \(paint.red("not checked"))")
        }
    }

    private static func installed(_ check: UnitCheck, _ paint: Paint) -> [String] {
        if let why = check.notApplied {
            return [paint.red("Not installed")] + why.wrapped(to: 96).map { "  \($0)" }
        }
        guard let applied = check.applied else { return [] }
        let seconds = "\((applied.seconds * 10).rounded() / 10) s"
        return [
            paint.green("What passes now is installed")
                + ": tried for \(seconds); `temper revert` takes it away",
            "  \(applied.path)",
        ]
    }

    private static func changes(_ check: UnitCheck, _ paint: Paint) -> [String] {
        if check.changes.isEmpty || check.standing == .unchanged { return [] }
        let most = 12
        let lines = check.changes.prefix(most).flatMap { change in
            change.text.wrapped(to: 96).prefix(2).map { "  \($0)" }
        }
        let rest = check.changes.count - most
        return [paint.bold("Changed since the record was made")] + lines
            + (rest > 0 ? [paint.dim("  and \(rest) more, all of them in --format json")] : [])
    }

    private static func culprits(_ check: UnitCheck, _ paint: Paint) -> [String] {
        if check.culprits.isEmpty { return [] }
        return [paint.bold("What breaks it now")]
            + check.culprits.flatMap { culprit -> [String] in
                let names = culprit.restrictions.joined(separator: " with ")
                let trial = paint.dim("trial \(culprit.trial)")
                return ["  \(paint.red(names))  \(trial)"]
                    + ([culprit.because] + culprit.evidence.filter { !culprit.because.contains($0) })
                    .flatMap { $0.wrapped(to: 94) }.map { "      \($0)" }
            }
    }

    private static func notes(_ check: UnitCheck, _ paint: Paint) -> [String] {
        if check.notes.isEmpty { return [] }
        return [paint.yellow("To be known")]
            + check.notes.flatMap { note in
                note.text.wrapped(to: 94).enumerated().map {
                    ($0.offset == 0 ? "  - " : "    ") + $0.element
                }
            }
    }

    private static func tightenings(_ check: UnitCheck, _ paint: Paint) -> [String] {
        if check.tightenings.isEmpty { return [] }
        return [paint.bold("Could be tightened: passes now")]
            + check.tightenings.map { tightening in
                let before = tightening.refusedBefore.map { "refused then: \($0)" } ?? "new"
                return "  \(tightening.restriction)  "
                    + paint.dim(String(before.prefix(max(10, 94 - tightening.restriction.count))))
            }
    }

    private static func offer(_ check: UnitCheck, _ paint: Paint) -> [String] {
        guard let offer = check.offer else { return [] }
        let how = offer.verified ? "it passed on the real unit" : "copies passed under it"
        var lines = [
            paint.bold(
                "Drop-in that passes now: exposure \(offer.exposure.after), \(how)")
        ]
        if !offer.preparations.isEmpty {
            lines.append(paint.yellow("  Before it is installed, run once"))
            lines += offer.preparations.map { "    \($0)" }
        }
        return lines
            + offer.dropIn.split(separator: "\n").map {
                $0.hasPrefix("#") ? paint.dim("  \($0)") : "  \($0)"
            }
    }
}
