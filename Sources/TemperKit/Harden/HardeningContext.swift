import Hardening
import Lab
import Systemd
import TrialLedger
import Trials

/// What a campaign stands on: the service as it was seen unrestricted, what this machine enforces,
/// and what there is to search.
struct HardeningContext: Sendable {
    let bench: Bench
    let copies: CopyHabits
    let observedUsage: ObservedUsage
    let baseline: Baseline
    var enforcement: Enforcement
    /// What the manager was seen to fail with.
    let inapplicable: [String: String]
    /// What it was seen to use.
    let usage: Usage
    /// The service as it stands, with the catalogue for it.
    let subject: HardeningSubject
    /// What has to change hands for the service to be somebody else than root; nil where it cannot.
    let ownership: Ownership?
    /// What its programs and its unit say of it.
    var traits = ProgramTraits()
    /// Whether all that passes the probes is taken.
    var isStrictest = false
    /// Why nobody but root was tried; nil where somebody was, or it never was root.
    var staysRoot: String?
    /// What was not tried and why, for the user.
    var notes: [String] = []

    var service: Service { bench.service }
    var procedure: TrialProcedure { procedure(at: bench) }
    var plan: Plan { bench.plan }

    func problem(fixed: Profile = .unrestricted) throws -> SearchProblem {
        let under = subject.under(fixed)
        let contested = isStrictest ? [:] : contested(in: under)
        return try SearchProblem(
            subject,
            offer: Offer(
                of: under, enforcement: enforcement, keep: plan.keep,
                attempt: plan.attempt,
                unmet: bench.unmet(by: observedUsage.unmetNeeds), contested: contested,
                inapplicable: inapplicable),
            fixed: fixed)
    }

    private func contested(in subject: HardeningSubject) -> [String: ContestedRestriction] {
        bench.contested(in: subject, by: traits, observedUsage)
    }

    /// Another identity to try, with its files given to it for as long as it holds.
    func identity(_ owners: Owners) throws -> Identity? {
        guard let ownership else { return nil }
        let name = Restriction.becoming(ownership.user)
        return Identity(
            name: name, problem: try problem(fixed: Profile([name], in: subject.catalogue)),
            prepare: { () throws(ExperimentError) in try owners.give(ownership) },
            undo: owners.takeBack)
    }

    /// Trials of copies at another bench with the same service.
    func procedure(at bench: Bench) -> TrialProcedure {
        bench.procedure(of: copies.made(of: bench.service, in: subject.catalogue))
    }

    /// What must be done before the drop-in of this outcome can work.
    func preparation(for outcome: Outcome) -> Ownership? { outcome.hasIdentity ? ownership : nil }

    /// The same as commands, without what systemd does at each start.
    func preparations(
        for outcome: Outcome, with directories: ServiceDirectories? = nil
    ) -> [String] {
        preparation(for: outcome)?.beside(directories).commands ?? []
    }

    /// What systemd can make in place of changes of owners and exceptions.
    func directories(for outcome: Outcome) -> ServiceDirectories? {
        let ownership = preparation(for: outcome)
        // Its directories move to other places.
        if ownership?.newUser == .dynamic { return nil }
        let subject = outcome.problem.subject
        let opened = subject.tightened(by: outcome.accepted)
            .openedPlaces(beyond: subject.sandbox)
        return service.directories(
            among: opened, given: Set(ownership?.trees ?? []),
            to: ownership?.user ?? service.unitUser, named: service.names(in: baseline))
    }
}

/// What copies of a service are made by.
struct CopyHabits: Sendable {
    /// What a start is not to find.
    var leftovers: [String]
    /// How long the service takes to stop as it is, where that is known.
    var usualStop: Duration?

    func made(of service: Service, in catalogue: Catalogue) -> TransientService {
        service.copies(in: catalogue, leftovers: leftovers, usualStop: usualStop)
    }
}

extension Bench {
    /// Starts the service once as it is and looks closely.
    ///
    /// A campaign that is resumed goes on with what was seen of the service before, so that it
    /// asks the same questions.
    ///
    /// - Parameter isStrictest: whether directories of the service's own become read-only where
    ///   the probe passes all the same, and it is cut off from machines that nobody saw it reach.
    func survey(
        _ enforcement: Enforcement, _ ledger: CampaignLedger, isStrictest: Bool
    ) async throws -> HardeningContext {
        progress.step("starting \(unit) once as it is")
        let machine = service.machine
        let before = machine.runtimeDirectories
        let now = try await Campaign.warmUp(
            procedure(of: service.copies.closer, isTold: true), cadence: plan.cadence, now: now())
        let warmUp = try ledger.warmUp(now)
        let observedUsage = ObservedUsage(
            warmUp.accesses, sandbox: service.sandbox, standIns: host.standIns,
            grantsPeers: isStrictest)
        let made = machine.runtimeDirectories.filter { before[$0.key] == nil }
        var usage = observedUsage.usage(
            declared: service.declaredDirectories, userName: machine.userName, making: made,
            replaceable: service.replaceableDirectories(among: made),
            isDirectory: machine.hasDirectory)
        // A user's manager can start nothing as somebody else.
        if machine.user != nil { usage.user = nil }
        var baseline = Baseline(learnedFrom: [warmUp])
        baseline.pidFile = service.pidFile
        let names = service.names(in: baseline)
        var wishes: [Wish] = []
        var commands: [String: String] = [:]
        if !isStrictest {
            usage.own = ownPlaces(usage, named: names, of: observedUsage.users)
            (wishes, commands) = claims(&usage, observedUsage, named: names)
        }
        var traits = service.traits(
            running: observedUsage.programs, staying: names,
            data: usage.written.union(usage.own ?? []).sorted())
        traits.hostedWork =
            WorkloadHost.of(unit: service.unit, programs: service.programs)?.work
        traits.pidFile = service.pidFile == nil ? observedUsage.pidFile : nil
        traits.keepsRoot = observedUsage.users.contains(0)
        traits.wishes = wishes
        traits.commands = commands
        let staysRoot = propose(&usage, traits, observedUsage, named: names)
        let (ownership, obstacle) = ownership(usage, besides: names)
        if obstacle != nil { (usage.user, usage.newUser) = (nil, nil) }
        let subject = service.subject(using: usage)
        // What it used up and is made anew is nothing that it left.
        try await makeAnew()
        return HardeningContext(
            bench: self,
            copies: CopyHabits(
                leftovers: machine.missing(observedUsage.writtenFiles),
                usualStop: .microseconds(now.microseconds.stop)),
            observedUsage: observedUsage, baseline: baseline,
            enforcement: enforcement, inapplicable: try await service.inapplicable,
            usage: usage, subject: subject, ownership: ownership, traits: traits,
            isStrictest: isStrictest, staysRoot: staysRoot,
            notes: [obstacle, host.unsignedNames(for: traits)].compactMap { $0 })
    }

    /// The service's own places that its unit does not keep writable by itself. A place where it
    /// was seen to write is one whether it is its own as a whole or lies in one.
    private func ownPlaces(
        _ usage: Usage, named names: Set<String>, of users: Set<UInt32>
    ) -> Set<String> {
        let own = service.machine.ownPlaces(named: names, of: users)
        return own.filter { !usage.isWritten($0) }.subtracting(service.declaredDirectories)
            .union(service.ownPlaces(among: usage.written, besides: own, named: names))
    }

    /// What would have to change hands for the service to run as the user that it becomes anyway;
    /// nil where it becomes nobody, or the user wants it as it is, or where it cannot be given all
    /// of that, with what stands against it.
    ///
    /// - Parameter names: that directories of the service's own bear.
    private func ownership(
        _ usage: Usage, besides names: Set<String>
    ) -> (Ownership?, obstacle: String?) {
        guard let user = usage.user,
            plan.keep.isDisjoint(with: [Restriction.identity, Restriction.becoming(user)])
        else { return (nil, nil) }
        let ownership = Ownership(user: user, usage)
        let notTried = "\(Restriction.becoming(user)) was not tried"
        if leavesOwners && !ownership.isEmpty {
            return (
                nil,
                "\(notTried): that takes \(ownership.commands.joined(separator: "; ")), which --apply "
                    + "leaves to you"
            )
        }
        guard let foreign = service.foreign(ownership.trees, besides: names) else {
            return (ownership, nil)
        }
        return (
            nil,
            "\(notTried): \(foreign) would have to change hands, and it is not the service's own"
        )
    }
}

extension Usage {
    /// Whether something was seen to be written in this directory.
    fileprivate func isWritten(_ place: String) -> Bool {
        written.contains { Places.isBelow($0, place) }
    }
}

extension Service {
    /// The names that directories of its own bear: its own, and those of its processes.
    fileprivate func names(in baseline: Baseline) -> Set<String> {
        Set(baseline.processSet?.members.keys.map { $0 } ?? []).union([stem])
    }
}
