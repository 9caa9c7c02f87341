import CLab
import Glibc
import Linux

extension LabSetup {
    /// The error for what the keeper reports.
    /// - Parameter stage: the index of a step, or one of C's `lab_stage` below zero.
    func error(atStage stage: Int32, number: Int32) -> LabError {
        let reason = Errno(code: number).description
        if steps.indices.contains(Int(stage)) {
            let step = steps[Int(stage)]
            if case .mount(_, _, "overlay", _, _) = step.action {
                return .overlayUnavailable(reason: reason)
            }
            return .stepFailed(step: step.description, reason: reason)
        }
        if stage == LAB_STAGE_DEVICES.rawValue { return .noDeviceGuard(reason: reason) }
        if let missing = Self.part(ofWorldAtStage: stage) {
            return .noWorld(reason: "\(missing): \(reason)")
        }
        if let (missing, wanting) = part(ofCageAtStage: stage, number: number) {
            return .noCage(reason: "\(missing): \(reason); \(wanting)")
        }
        return .stepFailed(step: Self.name(ofStage: stage), reason: reason)
    }

    private static func part(ofWorldAtStage stage: Int32) -> String? {
        switch stage {
        case LAB_STAGE_WORLD_NAMESPACE.rawValue: "a network namespace"
        case LAB_STAGE_WORLD_PAIR.rawValue: "a pair of virtual Ethernet interfaces"
        case LAB_STAGE_WORLD_ADDRESSES.rawValue: "addresses and routes"
        case LAB_STAGE_WORLD_SINK.rawValue: "sockets for every address and port"
        default: nil
        }
    }

    /// What the kernel refused of a cage, and what allows it (user_namespaces(7), mount_setattr(2)).
    private func part(
        ofCageAtStage stage: Int32, number: Int32
    ) -> (missing: String, wanting: String)? {
        switch stage {
        case LAB_STAGE_CAGE_NAMESPACES.rawValue:
            let isTooMany = number == ENOSPC || number == EUSERS
            return (
                "a user namespace",
                isTooMany
                    ? "the sysctl user.max_user_namespaces allows no more of them"
                    : "a security module or a container forbids it, such as AppArmor by the sysctl "
                        + "kernel.apparmor_restrict_unprivileged_userns"
            )
        case LAB_STAGE_CAGE_USERS.rawValue:
            return (
                "users of its own", "a user namespace around this one may not have enough of them"
            )
        case LAB_STAGE_CAGE_TREE.rawValue:
            return (
                "the files of \(plan.root) under other owners",
                "that needs Linux 5.19 and the tree on ext4, xfs, btrfs or tmpfs"
            )
        default: return nil
        }
    }

    private static func name(ofStage stage: Int32) -> String {
        switch stage {
        case LAB_STAGE_KEEPER.rawValue: "prepare the lab's keeper"
        case LAB_STAGE_CGROUP.rawValue: "make the lab's cgroup"
        case LAB_STAGE_NAMESPACES.rawValue: "make namespaces"
        case LAB_STAGE_OPEN_CGROUP.rawValue: "open the lab's cgroup"
        case LAB_STAGE_CGROUP_NAMESPACE.rawValue: "make a cgroup namespace"
        case LAB_STAGE_INIT.rawValue: "start systemd"
        case LAB_STAGE_PASTA_NAMESPACE.rawValue: "show pasta the lab's network"
        case LAB_STAGE_PASTA.rawValue: "bring the machine's network by pasta"
        case LAB_STAGE_CONFINE.rawValue: "take from the lab what reaches the machine"
        default: "stage \(stage)"
        }
    }
}
