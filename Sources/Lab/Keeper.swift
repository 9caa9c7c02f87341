import CLab
import Glibc
import Linux

/// The process that holds a lab: it starts the lab's pid 1, ends it when told to or when its owner
/// dies, and removes what is left. `keeper.c` is what it does; this is what it is told to begin with.
struct Keeper {
    let plan: LabPlan
    let setup: LabSetup
    /// The lab's directory in the registry.
    let home: String
    /// What brings the machine's network, for a lab that has it.
    let pasta: Pasta?

    /// - Parameter lock: held from now on by the keeper.
    func start(systemd: String, lock: OpenFile) throws(LabError) -> DeathWatch {
        let cgroups = try CgroupTree.open()
        do throws(Errno) {
            let null = try OpenFile("/dev/null", O_RDWR)
            let log = try OpenFile(
                plan.bootLog ?? "/dev/null", O_WRONLY | O_CREAT | O_APPEND, mode: 0o644)
            let (watch, other) = try DeathWatch.withOtherEnd(keepsMessages: true)
            let theirs = OpenFile(owning: other)

            let strings = CStrings()
            let steps = setup.steps.map { $0.inC(strings) }
            let users = plan.isCaged ? UserShift.ofCage() : nil
            let filter = try LabFilter.inC(strings)
            let devices = DeviceGuard.granting(
                LabDevice.standard
                    + plan.binds.flatMap { bind in
                        (try? RootedDirectory(bind)).map { LabDevice.nodes(in: $0, at: bind) } ?? []
                    })
            let started = steps.withUnsafeBufferPointer { steps in
                devices.withUnsafeBufferPointer { devices in
                    var orders = lab_orders()
                    if let users {
                        orders.cage = lab_cage(
                            first_user: users.first, user_count: UserShift.count,
                            root: strings.string(plan.root))
                    }
                    orders.steps = steps.baseAddress
                    orders.step_count = steps.count
                    orders.filter = filter
                    orders.devices = devices.baseAddress
                    orders.device_count = devices.count
                    orders.memory = strings.string("\(LabPlan.mostMemory)")
                    orders.processes = strings.string("\(LabPlan.mostProcesses)")
                    orders.cgroup = strings.string(CgroupTree.cgroup(of: plan.name))
                    orders.argv = strings.array([systemd, "--unit=basic.target"])
                    orders.envp = strings.environment(environment)
                    orders.state_directory = strings.string(home)
                    orders.owner = theirs.number
                    orders.lock = lock.number
                    orders.cgroup_root = cgroups.number
                    orders.log = log.number
                    orders.null = null.number
                    orders.network = Int32(plan.network.inC.rawValue)
                    if let pasta {
                        orders.pasta = strings.array(pasta.command)
                        orders.pasta_stage = strings.string(pasta.stage)
                        orders.pasta_network = strings.string(pasta.network)
                    }
                    orders.patience_ms = UInt32(clamping: plan.endDeadline.milliseconds)
                    return withExtendedLifetime((strings, null, log, theirs, cgroups, lock)) {
                        lab_start(&orders)
                    }
                }
            }
            guard started == 0 else { throw Errno(code: -started) }
            return watch
        } catch {
            throw .stepFailed(step: "start the lab's keeper", reason: error.description)
        }
    }

    private var environment: [String: String] {
        plan.environment.merging(["container": "lab"]) { _, ours in ours }
    }
}

extension Duration {
    var milliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }
}
