import KernelWatch
import Lab
import Systemd
import SystemdBus
import Trials

/// From a host to a service on which trials can be made.
struct ServiceSetup: Sendable {
    let unit: String
    let manager: ManagerChoice
    /// What is wanted of it, over what its unit says itself.
    let plan: Plan
    /// In a lab a drop-in of temper's gives way, also one that somebody changed since.
    var setsAsideTouched = false
    var progress: any ProgressListener

    /// The service as it stands once a lab is prepared, and all that is wanted of it. Preparations
    /// of the plan come before those of the unit.
    func bench(at host: Host) async throws -> Bench {
        try refuseWithheld(at: host)
        // The account whose manager it is may be made by them.
        if !host.isLive { try await prepare(plan.preparations, at: host) }
        var machine = try await host.machine(of: manager, progress)
        let missing = watch(&machine)
        func bench(_ service: Service, _ plan: Plan) async throws -> Bench {
            try await service.holdBack()
            var plan = plan
            let isUnprobed = plan.probes.isEmpty
            if isUnprobed { plan.probes = [.footprint] }
            // Its copies are not of type dbus: two units cannot have one name.
            let claim = service.claimedName.map(ProbeRequest.busName)
            if let claim, !plan.probes.contains(claim) { plan.probes.insert(claim, at: 0) }
            var bench = try Bench(
                host: host, unit: unit, service: service, plan: plan, missing: missing,
                progress: progress)
            bench.isUnprobed = isUnprobed
            if host.tree == "/" {
                bench.production = ProductionUsage(of: service.unit, user: machine.user)
            }
            return bench
        }
        if host.isLive {
            let (service, own) = try await read(on: machine)
            return try await bench(service, try own.overridden(by: plan).bounded())
        }
        if try await machine.setAside(unit: unit, evenIfTouched: setsAsideTouched) {
            progress.step("setting aside the drop-in that temper installed for \(unit) before")
        }
        let (service, own) = try await read(on: machine)
        let more = own.preparations.filter { !plan.preparations.contains($0) }
        let whole = own.overridden(by: plan)
        try await prepare(more, at: host)
        let opened = try await openSockets(of: service, at: host)
        if more.isEmpty && opened.isEmpty { return try await bench(service, whole) }
        var prepared = try await bench(
            try await Service(named: unit, on: machine, speaking: service.dialect), whole)
        prepared.openedSockets = opened
        return prepared
    }

    /// A socket that is up on this machine and not enabled does not come up in a lab by itself, and
    /// its service would find none of its sockets.
    private func openSockets(of service: Service, at host: Host) async throws -> [String] {
        guard host.tree == "/" else { return [] }
        let bus =
            service.machine.user.map { user in
                BusAddress.socket("\(user.runtimeDirectory)/bus", asUser: user.id)
            } ?? .system
        let active = await service.socketsActive(at: bus)
        var opened: [String] = []
        for socket in active {
            progress.step("starting \(socket), as on this machine")
            do throws(ExperimentError) {
                try await service.start(socket: socket)
                opened.append(socket)
            } catch {
                if error.isInterruption { throw error }
                // It may do without; where it does not, its failure tells of them.
                progress.say("\(error) in the lab")
            }
        }
        return opened
    }

    /// The service as its files have it, temper's drop-in among them, in a lab that is prepared for it.
    func serviceAsItStands(at host: Host) async throws -> Service {
        try refuseWithheld(at: host)
        let machine = try await host.machine(of: manager, progress)
        let (service, own) = try await read(on: machine)
        if own.preparations.isEmpty { return service }
        try await prepare(own.preparations, at: host)
        return try await Service(named: unit, on: machine, speaking: service.dialect)
    }

    /// To systemd in the lab such a unit is masked, which is not the unit's own doing.
    private func refuseWithheld(at host: Host) throws(TemperError) {
        guard !host.isLive, manager == .system, Lab.withholds(unit) else { return }
        throw .experiment(
            "no lab starts \(unit): it would set the machine's own kernel, clock or devices, or has "
                + "nothing to do in one; `temper harden --live` tries it on the machine itself")
    }

    /// The service, and what its unit's files want of it.
    private func read(on machine: Machine) async throws -> (Service, Plan) {
        progress.step("reading \(unit)")
        let service = try await Service(named: unit, on: machine)
        var plan = Plan()
        for (path, text) in service.unitFiles {
            do { plan = plan.overridden(by: try Plan(reading: text, file: path)) } catch {
                throw TemperError.usage(error.description)
            }
        }
        return (service, plan)
    }

    /// Runs `Prepare=` commands as root, each to its end. Labs only: they change the machine. The
    /// device nodes that they make are the lab's.
    private func prepare(_ commands: [String], at host: Host) async throws {
        guard !commands.isEmpty, let lab = host.lab else { return }
        progress.step("preparing the lab")
        try await lab.makingDevices {
            try await host.carryOut(commands, of: "Prepare", orElse: "the lab cannot be prepared")
        }
    }

    /// Lets the machine see what its kernel refuses. Without that the search goes on with fewer
    /// hints; the answer is the same.
    ///
    /// - Returns: what cannot be seen.
    private func watch(_ machine: inout Machine) -> [MissingSource] {
        guard let cgroup = machine.rootControlGroup else {
            return [.kernel(because: "there is no cgroup2 tree to tell copies apart by")]
        }
        do {
            let tracer = try KernelWatch(below: cgroup)
            machine.kernel = tracer
            return KernelBlindSpot.allCases.filter(tracer.blindSpots.contains)
                .map(MissingSource.of)
        } catch {
            progress.step("what the kernel refuses will not be seen: \(error)")
            return [.kernel(because: error.description)]
        }
    }
}
