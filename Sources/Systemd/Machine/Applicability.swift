public import Hardening
import SystemdBus
import Trials

extension Service {
    /// The restrictions under which not even a program that does nothing starts: it is this manager
    /// that cannot apply them, whatever the service.
    ///
    /// A user's manager is asked about all, as its rights depend on the kernel, the machine and the
    /// systemd: about 60 starts of `/bin/true`, 3 seconds. The system's has all rights, and is asked
    /// only about what it applies when the process has given them up: one start.
    public var inapplicable: Inapplicable {
        get async throws(ExperimentError) {
            let bare = try await experiment { () async throws(BusError) in
                try await machine.readingOfBareUnit(for: .oneshot)
            }
            let program = IdleProgram(
                machine: machine,
                subject: HardeningSubject(
                    Sandbox(properties: bare.properties),
                    in: .standard(under: dialect.scope), dialect: dialect))
            switch dialect.scope {
            case .user:
                return Inapplicable(
                    toAnybody: try await program.failures()
                        .mapValues { "a program that does nothing fails under it: \($0)" })
            case .system:
                return Inapplicable(exceptToRoot: try await program.failures(asItsUser: true))
            }
        }
    }
}

/// A program that does nothing, in the place of the service.
private struct IdleProgram {
    let machine: Machine
    let subject: HardeningSubject

    /// What it does not start under, and how it fails.
    ///
    /// - Parameter isUsers: of what is applied as the user of the service, with such a user.
    func failures(asItsUser isUsers: Bool = false) async throws(ExperimentError) -> [String: String]
    {
        let offered = Offer(of: subject).restrictions.filter { restriction in
            !isUsers || restriction.isAppliedAsItsUser
        }
        let user: [(String, BusValue)] = isUsers ? [("User", .string("nobody"))] : []
        var found: [String: String] = [:]
        for group in groups(offered) {
            let profile = Profile(group.map(\.id), in: subject.catalogue)
            guard let failure = try await failure(under: profile, beside: user) else { continue }
            for restriction in group { found[restriction.id] = failure }
        }
        return found
    }

    /// The steps of a ladder one by one; the elements of a set are applied in the same way, so
    /// they are asked about together.
    private func groups(_ restrictions: [Restriction]) -> [[Restriction]] {
        let byDirective = Dictionary(grouping: restrictions, by: \.directive)
        return byDirective.sorted { $0.key < $1.key }.flatMap { _, group in
            group.allSatisfy(\.change.isOrdered) ? group.map { [$0] } : [group]
        }
    }

    /// How `/bin/true` fails to start, or nil if it does not.
    private func failure(
        under profile: Profile, beside properties: [(String, BusValue)]
    ) async throws(ExperimentError) -> String? {
        let name = TrialName.fresh()
        let changes = subject.changes(taking: profile)
        let program = BusValue.array(
            element: "(sasb)",
            [.structure([.string("/bin/true"), .strings(["/bin/true"]), .bool(false)])])
        let all: [(String, BusValue)] =
            [
                ("Type", .string("oneshot")), ("ExecStart", program), ("AddRef", .bool(true)),
                ("CollectMode", .string("inactive-or-failed")),
            ] + properties + changes.replacing + changes.appended
        do {
            let job = try await machine.startTransientUnit(name, properties: all)
            let state = try await machine.state(of: Machine.path(ofUnit: name))
            await machine.forget(name)
            if job == .done { return nil }
            return Verdict.ending(state)
        } catch {
            await machine.forget(name)
            if error.isRefusal { return "refused by the manager (\(error.message))" }
            throw ExperimentError(error)
        }
    }
}
