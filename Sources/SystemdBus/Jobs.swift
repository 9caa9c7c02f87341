extension Bus {
    /// Calls a method of systemd's manager that starts a job (`StartUnit`, `StopUnit`,
    /// `StartTransientUnit`, …) and waits until the job is removed.
    ///
    /// systemd sends JobRemoved to whoever asked for the job, without `Subscribe`. It can
    /// arrive before the reply that names the job has been seen, and is kept until then.
    ///
    /// - Parameter deadline: for the call and the job together. When it passes the job is still
    ///   queued: stop the unit.
    /// - Throws: any ``BusError`` but `cannotConnect`. That a job failed is a result.
    public func runJob(
        deadline: Duration = .seconds(100), _ member: String, _ arguments: [BusValue]
    ) async throws(BusError) -> JobResult {
        let call = BusCall.systemd(member)
        let end = Monotonic.after(deadline)
        try await watchJobs(for: call, limit: deadline, until: end)
        jobs.began()
        defer { jobs.ended() }
        let reply = try await wait(for: call, limit: deadline, until: end) { id throws(BusError) in
            try connection.send(call, arguments, for: id)
        }
        guard reply.count == 1, case .objectPath(let path) = reply[0] else {
            throw .unexpectedReply(call, signature: reply.signature)
        }
        while true {
            let patience = min(Monotonic.after(Self.signalPatience), end)
            do throws(BusError) {
                return try await result(of: path, for: call, limit: deadline, until: patience)
            } catch {
                guard case .timedOut = error, patience < end else { throw error }
            }
            if try await isGone(path) {
                return jobs.known(path).map(JobResult.init(rawValue:)) ?? .lost
            }
        }
    }

    private func result(
        of path: String, for call: BusCall, limit: Duration, until end: Monotonic
    ) async throws(BusError) -> JobResult {
        var waiter: Waiters.ID?
        defer { if let waiter { jobs.forget(path, waiter) } }
        let result = try await wait(for: call, limit: limit, until: end) { id in
            waiter = id
            if let result = jobs.result(of: path, for: id) {
                connection.settle(id) { _ in .success([.string(result)]) }
            }
        }
        return JobResult(rawValue: result.first?.string ?? "")
    }

    /// A manager that executes itself again is not on the bus for a moment; a job that ends then is
    /// removed without a word (seen on systemd 262). So the job itself is asked for now and then.
    private func isGone(_ path: String) async throws(BusError) -> Bool {
        do throws(BusError) {
            _ = try await property(
                destination: BusCall.systemd("").destination, path: path,
                interface: "org.freedesktop.systemd1.Job", name: "State")
            return false
        } catch {
            guard case .refused(_, let name, _) = error else { throw error }
            return name == "org.freedesktop.DBus.Error.UnknownObject"
        }
    }

    private static let signalPatience = Duration.seconds(3)

    /// `StartTransientUnit`: makes a unit out of properties and starts it.
    ///
    /// - Parameters:
    ///   - properties: as `systemd-run` sends them, typed; org.freedesktop.systemd1(5) has the
    ///     names. A property may be named more than once.
    ///   - auxiliary: more units made in the same transaction.
    public func startTransientUnit(
        _ name: String, mode: JobMode = .fail, properties: [(String, BusValue)],
        auxiliary: [(name: String, properties: [(String, BusValue)])] = [],
        deadline: Duration = .seconds(100)
    ) async throws(BusError) -> JobResult {
        let others = auxiliary.map { unit in
            BusValue.structure([.string(unit.name), .properties(unit.properties)])
        }
        return try await runJob(
            deadline: deadline, "StartTransientUnit",
            [
                .string(name), .string(mode.rawValue), .properties(properties),
                .array(element: "(sa(sv))", others),
            ])
    }

    public func startUnit(
        _ name: String, mode: JobMode = .replace, deadline: Duration = .seconds(100)
    ) async throws(BusError) -> JobResult {
        try await runJob(deadline: deadline, "StartUnit", .unit(name, mode))
    }

    public func stopUnit(
        _ name: String, mode: JobMode = .replace, deadline: Duration = .seconds(100)
    ) async throws(BusError) -> JobResult {
        try await runJob(deadline: deadline, "StopUnit", .unit(name, mode))
    }

    public func restartUnit(
        _ name: String, mode: JobMode = .replace, deadline: Duration = .seconds(100)
    ) async throws(BusError) -> JobResult {
        try await runJob(deadline: deadline, "RestartUnit", .unit(name, mode))
    }

    public func reloadUnit(
        _ name: String, mode: JobMode = .replace, deadline: Duration = .seconds(100)
    ) async throws(BusError) -> JobResult {
        try await runJob(deadline: deadline, "ReloadUnit", .unit(name, mode))
    }

    // MARK: Inside

    /// One match serves all jobs of this bus. The task that adds it belongs to no caller, so that
    /// one caller's cancellation is not the failure of another.
    private func watchJobs(
        for call: BusCall, limit: Duration, until end: Monotonic
    ) async throws(BusError) {
        guard !jobs.isWatched else { return }
        try await wait(for: call, limit: limit, until: end) { id in
            jobs.watchers.append(id)
            guard jobs.watchers.count == 1 else { return }
            Task { await self.addJobMatch() }
        }
    }

    private func addJobMatch() async {
        let manager = BusCall.systemd("JobRemoved")
        let match = BusMatch(
            sender: manager.destination, path: manager.path, interface: manager.interface,
            member: manager.member)
        var reply = Waiters.Reply.success([])
        do throws(BusError) {
            _ = try await subscribe(match, deadline: Self.defaultDeadline) {
                [jobs, unowned connection] in
                guard let (waiting, result) = jobs.removed($0.arguments) else { return }
                for id in waiting { connection.settle(id) { _ in .success([.string(result)]) } }
            } onEnd: {
            }
            jobs.isWatched = true
        } catch {
            reply = .failure(error)
        }
        let watchers = jobs.watchers
        jobs.watchers = []
        for id in watchers { connection.settle(id) { _ in reply } }
    }
}

extension [BusValue] {
    fileprivate static func unit(_ name: String, _ mode: JobMode) -> [BusValue] {
        [.string(name), .string(mode.rawValue)]
    }
}
