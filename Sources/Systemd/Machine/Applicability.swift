import Hardening
import SystemdBus
import Trials

extension Service {
    /// The restrictions under which not even a program that does nothing starts, each with how it
    /// failed: it is this manager that cannot apply them, whatever the service.
    ///
    /// Asked of a user's manager only, whose rights depend on the kernel, the machine and the
    /// systemd. About 60 starts of `/bin/true`, 3 seconds.
    public var inapplicable: [String: String] {
        get async throws(ExperimentError) {
            guard dialect.scope == .user else { return [:] }
            let catalogue = Catalogue.standard(under: dialect.scope)
            let bare = try await experiment { () async throws(BusError) in
                try await machine.readingOfBareUnit(for: .oneshot)
            }
            let program = IdleProgram(
                machine: machine,
                subject: HardeningSubject(
                    Sandbox(properties: bare.properties), in: catalogue, dialect: dialect))
            let offered = Offer(of: program.subject).restrictions
            var found: [String: String] = [:]
            for group in program.groups(offered) {
                let profile = Profile(group.map(\.id), in: catalogue)
                guard let failure = try await program.failure(under: profile) else { continue }
                for restriction in group { found[restriction.id] = failure }
            }
            return found
        }
    }
}

/// A program that does nothing, in the place of the service.
private struct IdleProgram {
    let machine: Machine
    let subject: HardeningSubject

    /// The steps of a ladder one by one; the elements of a set are applied in the same way, so
    /// they are asked about together.
    func groups(_ restrictions: [Restriction]) -> [[Restriction]] {
        let byDirective = Dictionary(grouping: restrictions, by: \.directive)
        return byDirective.sorted { $0.key < $1.key }.flatMap { _, group in
            group.allSatisfy(\.change.isOrdered) ? group.map { [$0] } : [group]
        }
    }

    /// How `/bin/true` fails to start, or nil if it does not.
    func failure(under profile: Profile) async throws(ExperimentError) -> String? {
        let name = TrialName.fresh()
        let changes = subject.changes(taking: profile)
        let program = BusValue.array(
            element: "(sasb)",
            [.structure([.string("/bin/true"), .strings(["/bin/true"]), .bool(false)])])
        let properties: [(String, BusValue)] =
            [
                ("Type", .string("oneshot")), ("ExecStart", program), ("AddRef", .bool(true)),
                ("CollectMode", .string("inactive-or-failed")),
            ] + changes.replacing + changes.appended
        do {
            let job = try await machine.startTransientUnit(name, properties: properties)
            let state = try await machine.state(of: Machine.path(ofUnit: name))
            await machine.forget(name)
            if job == .done { return nil }
            return "a program that does nothing fails under it: \(Verdict.ending(state))"
        } catch {
            await machine.forget(name)
            if error.isRefusal { return "the manager refuses it: \(error.message)" }
            throw ExperimentError(error)
        }
    }
}
