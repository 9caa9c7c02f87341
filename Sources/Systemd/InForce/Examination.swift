import Foundation
public import Hardening
import SystemdBus
public import Trials

/// Finds out what a machine really enforces: units that only sleep, each under one restriction,
/// are compared with units without it.
public struct Examination: Sendable {
    let machine: Machine
    /// A transient unit with nothing set.
    let bare: HardeningSubject
    let facts: MachineFacts

    /// How many units are looked at side by side.
    private static let width = 6

    public init(
        of machine: Machine, dialect: Dialect, facts: MachineFacts
    ) async throws(ExperimentError) {
        self.machine = machine
        self.facts = facts
        let properties = try await experiment { () async throws(BusError) in
            try await machine.neverStarted(with: [])
        }
        bare = HardeningSubject(Sandbox(properties: properties), dialect: dialect)
    }

    /// Looks at every restriction of the catalogue that this systemd should know.
    ///
    /// - Throws: `ExperimentError` where the manager can no longer be asked.
    public func enforcement() async throws(ExperimentError) -> Enforcement {
        let (catalogue, dialect) = (bare.catalogue, bare.dialect)
        let known = catalogue.restrictions.filter { $0.introduced <= dialect.version }
        let specimens = specimens(for: known)
        let rooms = Set(specimens.flatMap { [$0.bare, $0.restricted] })
        let observed = try await observe(rooms)
        var findings: [String: Enforcement.Measurement] = [:]
        for restriction in catalogue.restrictions where restriction.introduced > dialect.version {
            findings[restriction.id] = finding(
                restriction, .unknown(since: restriction.introduced))
        }
        for specimen in specimens {
            guard let bare = observed[specimen.bare],
                let restricted = observed[specimen.restricted]
            else { continue }
            for restriction in specimen.restrictions {
                findings[restriction.id] = finding(
                    restriction, restriction.standing(bare: bare, restricted: restricted))
            }
        }
        let witness = findings[Catalogue.fileSystemWitness]?.standing
        for restriction in known {
            guard let found = findings[restriction.id]?.standing else { continue }
            let believed = restriction.believable(found, beside: witness)
            findings[restriction.id] = finding(
                restriction, try await settled(believed, of: restriction))
        }
        return Enforcement(findings)
    }

    /// What no canary could try may be more than the machine stands: where its root has a file
    /// system of a denied kind, nothing starts.
    private func settled(
        _ standing: EnforcementState, of restriction: Restriction
    ) async throws(ExperimentError) -> EnforcementState {
        guard case .cannotTell = standing, restriction.inForceCheck.canaries.contains(.fileSystem),
            let specimen = specimens(for: [restriction]).first
        else { return standing }
        let program = Observed(
            specimen.restricted.pairs, expecting: [:],
            InForceCheck([.init("a process to look at", .umask(0))]), paths: [])
        guard case .nothingRan(let how) = try await machine.observe(program) else {
            return standing
        }
        return .failing(how)
    }

    private func finding(_ restriction: Restriction, _ standing: EnforcementState)
        -> Enforcement.Measurement
    {
        Enforcement.Measurement(
            standing, cure: restriction.cure(of: standing, on: facts))
    }

    /// Units to be compared, and the restrictions that the comparison tells of.
    private struct Specimen {
        let restrictions: [Restriction]
        let bare: Observed
        let restricted: Observed
    }

    private func specimens(for restrictions: [Restriction]) -> [Specimen] {
        Catalogue.examinedTogether(restrictions).map { group in
            let check = group[0].inForceCheck
            let profile = Profile(recorded: Set(group.map(\.id)))
            let paths = Set(group.flatMap(\.inForceCheck.paths))
            let settings = check.against.map { ($0.key.rawValue, $0.value) }
            let before = HardeningSubject(
                Sandbox(bare.sandbox.settings.merging(settings) { $1 }), in: bare.catalogue,
                dialect: bare.dialect)
            let after = before.tightened(by: profile).withImplied(by: bare.dialect)
            let changes = before.changes(taking: profile)
            let given = properties(check.against)
            let replaced = Set(changes.replacing.flatMap { Siblings.replaced(by: $0.0) })
                .union(changes.dropped)
            let directives = Set(group.map(\.directive))
            return Specimen(
                restrictions: group,
                bare: Observed(
                    given, expecting: [:], check, paths: check.against.isEmpty ? everyPath : paths),
                restricted: Observed(
                    given.filter { !replaced.contains($0.0) } + changes.replacing
                        + changes.appended + properties(check.beside),
                    expecting: directives.reduce(into: [:]) { expected, name in
                        expected[name] = after[name]
                    }, check, paths: paths))
        }
    }

    private func properties(_ settings: [DirectiveName: SettingValue]) -> [(String, BusValue)] {
        settings.sorted { $0.key.rawValue < $1.key.rawValue }
            .flatMap { $1.properties(of: $0.rawValue) }
            .compactMap { name, value in value.map { (name, $0) } }
    }

    /// For the unit that most others are compared with, which is looked at once.
    private var everyPath: Set<String> {
        Set(bare.catalogue.restrictions.flatMap(\.inForceCheck.paths))
    }

    private func observe(
        _ units: Set<Observed>
    ) async throws(ExperimentError) -> [Observed: InForceObservation] {
        do {
            let found = try await sideBySide(Array(units), width: Examination.width) { unit in
                (unit, try await machine.observe(unit))
            }
            return Dictionary(uniqueKeysWithValues: found)
        } catch let error as ExperimentError {
            throw error
        } catch {
            throw ExperimentError("\(error)")
        }
    }
}
