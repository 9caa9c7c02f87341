import CLab
import Glibc
import Testing

@testable import Lab

@Suite("The set-up of a lab", .timeLimit(.minutes(5)))
struct LabSetupTests {
    private func setup(_ change: (inout LabPlan) -> Void = { _ in }) -> LabSetup {
        var plan = LabPlan(name: "web")
        change(&plan)
        return LabSetup(
            plan: plan, stage: "/run/labs/web/stage",
            machineID: "0123456789abcdef0123456789abcdef")
    }

    private func index(_ steps: [BootStep], _ action: BootStep.Action) throws -> Int {
        try #require(steps.firstIndex { $0.action == action }, "no \(action)")
    }

    @Test func `the root is an overlay whose upper layer is on a tmpfs of its own`() throws {
        let steps = setup { $0.root = "/srv/trixie" }.steps
        #expect(steps.first == .propagation(.private))
        #expect(steps[1] == .mount("tmpfs", on: "/run/labs/web/stage", options: "mode=0755"))
        let overlay = BootStep.mount(
            "overlay", on: "/run/labs/web/stage/root",
            options: "lowerdir=/srv/trixie,upperdir=/run/labs/web/stage/upper,"
                + "workdir=/run/labs/web/stage/work")
        #expect(steps.contains(overlay))
    }

    @Test func `nothing is written by name before the root is changed`() throws {
        let steps = setup { $0.binds = ["/data"] }.steps
        let entered = try index(steps, .enter("/run/labs/web/stage/root"))
        for step in steps[..<entered] {
            switch step.action {
            case .mount: continue
            case .directory(let path, _): #expect(path.hasPrefix("/run/labs/web/stage/"))
            default: Issue.record("too early: \(step)")
            }
        }
    }

    @Test func `its processes are bounded where the number is its own and not the machine's`()
        throws
    {
        let bound = BootStep.Action.file("/proc/sys/kernel/pid_max", text: "8192\n")
        let steps = setup().steps
        let index = steps.firstIndex { $0.action == bound }
        #expect((index != nil) == (KernelRelease.running >= KernelRelease(6, 14)))
        let sealed = try #require(steps.firstIndex(of: .makeReadOnly("/proc/sys", .inert)))
        #expect(index ?? 0 < sealed)
        #expect(KernelRelease("6.9.12-amd64") < KernelRelease("6.14.0"))
        #expect(
            KernelRelease("7.0") > KernelRelease("6.14") && KernelRelease("?") < KernelRelease("1"))
    }

    @Test func `its name server is in a file of its own, where there is a network`() throws {
        let file = BootStep.Action.file("/etc/resolv.conf", text: "nameserver 192.0.2.1\n")
        let steps = setup { $0.network = .world }.steps
        let entered = try index(steps, .enter("/run/labs/web/stage/root"))
        #expect(try index(steps, file) > entered)
        let without = setup { $0.network = .none }.steps
        #expect(
            !without.contains {
                if case .file("/etc/resolv.conf", _) = $0.action { true } else { false }
            })
    }

    @Test func `a hidden file goes after the root is changed, so that the tree keeps it`() throws {
        let steps = setup { $0.hidden = ["/usr/lib/libgone.so"] }.steps
        let entered = try index(steps, .enter("/run/labs/web/stage/root"))
        #expect(try index(steps, .remove("/usr/lib/libgone.so")) > entered)
    }

    @Test func `the host's tree is let go of after the last bind`() throws {
        let steps = setup { $0.binds = ["/srv/data"] }.steps
        let bound = try index(steps, .bind("/srv/data"))
        #expect(steps[bound - 1].action == .directory("/srv/data", mode: 0o755))
        #expect(steps[bound - 2].action == .directory("/srv", mode: 0o755))
        #expect(try bound < index(steps, .leave))
        // Nothing is written afterwards that could land in what was bound.
        for step in steps[bound...] {
            switch step.action {
            case .file, .append, .symlink: Issue.record("too late: \(step)")
            default: continue
            }
        }
    }

    @Test func `/proc/sys is read-only except for the network`() throws {
        let steps = setup().steps
        let bound = try #require(steps.firstIndex(of: .bindOntoItself("/proc/sys/net")))
        let readOnly = try #require(steps.firstIndex(of: .makeReadOnly("/proc/sys", .inert)))
        #expect(bound < readOnly)
    }

    @Test func `/sys is read-only unless the plan says otherwise`() {
        #expect(setup().steps.contains(.makeReadOnly("/sys", .inert)))
        #expect(!setup { $0.writableSys = true }.steps.contains(.makeReadOnly("/sys", .inert)))
    }

    @Test func `a unit that would reach the machine is masked`() throws {
        let steps = setup().steps
        for unit in ["systemd-sysctl.service", "systemd-udevd.service", "modprobe@.service"] {
            _ = try index(steps, .symlink("/etc/systemd/system/\(unit)", to: "/dev/null"))
        }
        #expect(Set(MaskedUnits.all).count == MaskedUnits.all.count)
        #expect(Lab.withholds("systemd-udevd.service") && Lab.withholds("modprobe@loop.service"))
        #expect(!Lab.withholds("nginx.service") && !Lab.withholds("postgresql@17-main.service"))
    }

    @Test func `the lab has a machine id and a host name of its own`() throws {
        let steps = setup().steps
        _ = try index(
            steps, .file("/etc/machine-id", text: "0123456789abcdef0123456789abcdef\n"))
        _ = try index(steps, .hostname("temper-lab-web"))
    }

    @Test func `a path with the overlay's own marks is escaped`() {
        #expect(LabSetup.escaped(#"/a:b,c\d"#) == #"/a\:b\,c\\d"#)
    }

    @Test func `each step reaches C as it was meant`() {
        let strings = CStrings()
        let device = BootStep(.device(LabDevice.standard[0])).inC(strings)
        #expect(device.kind == Int32(LAB_STEP_DEVICE.rawValue))
        #expect(device.major == 1 && device.minor == 3 && device.mode == 0o666)
        #expect(String(cString: device.target) == "/dev/null")

        let mount = BootStep.mount("bpf", on: "/x", .inert, options: "mode=0700").optional
            .inC(strings)
        #expect(mount.kind == Int32(LAB_STEP_MOUNT.rawValue) && mount.optional == 1)
        #expect(mount.flags == 14)
        #expect(String(cString: mount.text) == "mode=0700")
    }

    @Test func `an error names the step and the kernel's reason`() throws {
        let setup = setup()
        let step = try #require(setup.steps.firstIndex(of: .mount("proc", on: "/proc", .inert)))
        #expect(
            setup.error(atStage: Int32(step), number: 2)
                == .stepFailed(step: "mount proc on /proc", reason: "No such file or directory"))
        #expect(
            setup.error(atStage: LAB_STAGE_CGROUP.rawValue, number: 30)
                == .stepFailed(step: "make the lab's cgroup", reason: "Read-only file system"))
    }

    @Test func `a kernel without BPF is an error of its own, with what allows it`() {
        let error = setup().error(atStage: LAB_STAGE_DEVICES.rawValue, number: 1)
        #expect(error == .noDeviceGuard(reason: "Operation not permitted"))
        #expect("\(error)".contains("allow bpf(2)"))
    }

    @Test func `an overlay that the kernel does not know is an error of its own`() throws {
        let setup = setup()
        let step = try #require(setup.steps.firstIndex { "\($0)".hasPrefix("mount overlay") })
        #expect(
            setup.error(atStage: Int32(step), number: 19)
                == .overlayUnavailable(reason: "No such device"))
    }

    @Test(
        "a cage that is forbidden is refused in one line that names what allows it",
        arguments: [
            (LAB_STAGE_CAGE_NAMESPACES, ENOSPC, "sysctl user.max_user_namespaces"),
            (LAB_STAGE_CAGE_NAMESPACES, EUSERS, "sysctl user.max_user_namespaces"),
            (
                LAB_STAGE_CAGE_NAMESPACES, EPERM,
                "sysctl kernel.apparmor_restrict_unprivileged_userns"
            ),
            (
                LAB_STAGE_CAGE_NAMESPACES, EACCES,
                "sysctl kernel.apparmor_restrict_unprivileged_userns"
            ),
            (LAB_STAGE_CAGE_USERS, EPERM, "user namespace around this one"),
            (LAB_STAGE_CAGE_TREE, EINVAL, "Linux 5.19 and the tree on ext4"),
        ])
    func forbidden(stage: lab_stage, number: Int32, words: String) {
        let error = setup { $0.isCaged = true }.error(atStage: stage.rawValue, number: number)
        guard case .noCage = error else {
            Issue.record("\(error)")
            return
        }
        #expect(error.description.contains(words) && !error.description.contains("\n"))
        #expect(error.description.contains("what is not trusted cannot be run here"))
    }
}
