import Hardening
import Reports
import Systemd
import Trials

/// What the user should know although the profile passes.
extension CheckContext {
    /// Directives that this systemd ignores or does not know, and those that mean something else
    /// to it.
    var notes: [UnitCheck.Note] {
        let offer = Offer(
            of: asItIs.under(identity), enforcement: enforcement,
            attempt: record.profile.restrictions, unmet: [],
            inapplicable: inapplicable)
        let lost = offer.leftOut.filter { profile.restrictions.contains($0.id) }
            .compactMap { left -> UnitCheck.Note? in
                switch left.reason {
                case .ignored(let cure):
                    .init(.ignored, "\(left.id) is accepted here and not in force: \(cure)")
                case .unknownTo(let version):
                    .init(.gone, "\(left.id) is not known to this systemd: it needs \(version)")
                case .failing(let how):
                    .init(.gone, "nothing starts under \(left.id) on this machine: \(how)")
                case .beyondManager(let why), .heldBack(let why):
                    .init(.gone, "\(left.id) was left out: \(why)")
                case .unjudged(let need):
                    .init(.gone, "\(left.id) was left out: \(need.cure)")
                case .alreadyInForce, .kept, .contains: nil
                }
            }
        let (then, now) = (record.validity.systemdVersion, validity.systemdVersion)
        guard then > 0, now > 0 else { return lost }
        return lost
            + MeaningChange.concerning(record.profile, from: then, to: now).map {
                .init(.meaning, "between systemd \(then) and \(now): \($0.text)")
            }
    }

    /// Whether the drop-in on record, on the unit as it is now, still gives what was tried: lists
    /// that the unit has of its own since can be loosened by it.
    func contradictions(under profile: Profile) async throws -> [UnitCheck.Note] {
        if record.dropIn.isEmpty { return [] }
        progress.step("putting the drop-in on record on the unit as it is now")
        let differences = try await service.install(
            dropIn: record.dropIn, expecting: asItIs.tightened(by: profile))
        try await service.uninstall()
        return differences.map {
            .init(
                .loosens,
                "the drop-in on record does not give what the unit and the profile ask for: \($0)")
        }
    }
}
