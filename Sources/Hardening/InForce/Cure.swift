extension Restriction {
    /// What would bring a restriction into force on a machine, as far as that is known; nil where
    /// nothing is lacking.
    public func cure(of standing: EnforcementState, on facts: MachineFacts) -> String? {
        switch standing {
        case .inForce, .absent, .cannotTell: return nil
        case .unknown(let since?): return "needs systemd \(since)"
        case .unknown(nil): return "this systemd was built without it"
        case .failing:
            return needs.map { $0.cure(on: facts) }.first { $0.isCertain }?.text
                ?? (facts.isCaged ? MachineFacts.uncaged : nil)
        case .ignored:
            return cure(needing: needs.union(inForceCheck.parts.compactMap(\.need)), facts)
        case .partly(let names):
            let lacking = inForceCheck.parts.filter { names.contains($0.name) }
            if let known = lacking.compactMap(\.cure).first { return known }
            return cure(needing: Set(lacking.compactMap(\.need)), facts)
        }
    }

    private func cure(needing needs: Set<Need>, _ facts: MachineFacts) -> String {
        let cures = needs.sorted { $0.rawValue < $1.rawValue }.map { $0.cure(on: facts) }
        // What is lacking for certain comes before what the kernel may refuse, of which the most
        // particular counts.
        return cures.first { $0.isCertain }?.text
            ?? (facts.isCaged ? MachineFacts.uncaged : cures.last?.text)
            ?? "no cure is known; please report this"
    }
}

extension Restriction {
    /// What of a standing can be believed: that a canary was not stopped says nothing where it opens
    /// no file of the kind that is forbidden, and the one that does is seen to be stopped.
    ///
    /// - Parameter witness: what was measured of ``Catalogue/fileSystemWitness``.
    public func believable(
        _ standing: EnforcementState, beside witness: EnforcementState?
    ) -> EnforcementState {
        guard standing == .ignored, inForceCheck.canaries.contains(.fileSystem) else {
            return standing
        }
        switch witness {
        case .inForce, .failing:
            return .cannotTell("no file of these file systems is here to be opened")
        default: return standing
        }
    }
}

extension MachineFacts {
    /// What would let a restriction be judged that a manager in a user namespace has no right to.
    public static let uncaged =
        "no caged lab can enforce it: it is judged where what runs there is trusted"
}

extension Need {
    /// What a machine lacks that does not enforce what needs this.
    func cure(on facts: MachineFacts) -> (text: String, isCertain: Bool) {
        switch self {
        // What is there of these cannot be seen.
        case _ where facts.isCaged && [.bpfSecurityModule, .bpfFileSystem].contains(self):
            (MachineFacts.uncaged, false)
        case .seccomp: facts.cure("SECCOMP", .seccomp, kernel: "CONFIG_SECCOMP_FILTER")
        case .bpfFramework: facts.cure("BPF_FRAMEWORK", .bpf, kernel: "CONFIG_CGROUP_BPF")
        case .bpfSecurityModule:
            facts.securityModules.contains("bpf")
                ? (
                    "the kernel has the security module bpf and refuses its programs; it needs "
                        + "CONFIG_BPF_LSM and CONFIG_DEBUG_INFO_BTF", false
                ) : ("boot the kernel with bpf in lsm=", true)
        case .bpfFileSystem: (cure, !facts.hasBPFFileSystem)
        case .realNetwork, .loopbackListener, .reachableNetwork, .quietNetwork, .unservedNetwork,
            .untouchedNetwork, .unwatched:
            (cure, false)
        }
    }
}

extension MachineFacts {
    fileprivate func cure(
        _ feature: String, _ library: Library, kernel setting: String
    ) -> (text: String, isCertain: Bool) {
        if !features.contains("+\(feature)") {
            return ("needs a systemd built with \(feature); this one is not", true)
        }
        if !libraries.contains(library) { return ("install \(library.package)", true) }
        return ("needs a kernel with \(setting)", false)
    }
}
