// The columns that a row fills in behind its restrictions, so that it reads as a sentence.

extension Directive {
    func by(_ mechanisms: Mechanism...) -> Directive {
        changing { $0.mechanisms = Set(mechanisms) }
    }

    func failing(at steps: ExecStep...) -> Directive { changing { $0.steps = Set(steps) } }

    func prepared(by process: String) -> Directive { changing { $0.preparer = process } }

    func refusing(_ refusals: KernelRefusal...) -> Directive {
        changing { $0.refusals.formUnion(refusals) }
    }

    func refusing(calls: String...) -> Directive {
        changing { $0.refusals.formUnion(calls.map(KernelRefusal.call)) }
    }

    func logged(as signatures: LogSignature...) -> Directive {
        changing { $0.logSignatures = Set(signatures) }
    }

    func scored(_ assessments: Assessment...) -> Directive { scored(assessments) }

    func scored(_ assessments: [Assessment]) -> Directive {
        changing { $0.assessments = assessments }
    }

    /// One test of whether a flag is on.
    func scored(_ weight: UInt64) -> Directive {
        let name = name
        return scored(Assessment(name, weight) { $0.sandbox.settings[name] == .flag(true) })
    }

    /// One test of whether the *boolean* property reads true. Modes that the boolean does not know
    /// (`PrivateTmp=disconnected`) read true as well.
    func scoredAsBoolean(_ weight: UInt64) -> Directive {
        let name = name
        return scored(
            Assessment(name, weight) { $0.sandbox[name].value(default: "no") != "no" })
    }

    /// One test of which word it is; an unknown one is as bad as can be.
    func scored(
        _ weight: UInt64, range: UInt64 = 1, default unset: String, _ badness: [String: UInt64]
    ) -> Directive {
        let name = name
        return scored(
            Assessment(id: name, weight: weight, range: range) {
                badness[$0.sandbox[name].value(default: unset)] ?? range
            })
    }

    /// Its tests are left out for units with `DefaultDependencies=no`.
    var scoredOnlyWithDefaultDependencies: Directive {
        scored(assessments.map(\.onlyWithDefaultDependencies))
    }

    func loading(_ change: @escaping @Sendable (inout Sandbox, Dialect) -> Void) -> Directive {
        changing { $0.loading = change }
    }

    func changed(_ changes: MeaningChange...) -> Directive {
        changing { $0.meaningChanges = changes }
    }

    func beyondUsers(_ why: String) -> Directive { changing { $0.userObstacle = why } }

    func granting(by name: DirectiveName) -> Directive { changing { $0.grant = name } }

    func survived(because help: String) -> Directive { changing { $0.survivedBecause = help } }

    func cuttingOff(_ how: String) -> Directive { changing { $0.cutsOff = how } }

    var takingRights: Directive { changing { $0.takesRights = true } }

    var holdingLabels: Directive { changing { $0.holdsLabels = true } }

    func set(
        beside isSet: @escaping @Sendable (Restriction, Sandbox, Dialect) -> Bool
    ) -> Directive {
        changing { $0.setBeside = isSet }
    }

    var silencing: Directive { changing { $0.silencesReadiness = true } }

    func noGood(_ why: @escaping @Sendable (Sandbox, Dialect) -> String?) -> Directive {
        changing { $0.noGood = why }
    }

    func contested(by source: Contest.Source, settledBy: String) -> Directive {
        changing { $0.contest = Contest(source, settledBy: settledBy) }
    }

    var examinedAtOnce: Directive { changing { $0.isExaminedAtOnce = true } }

    func onBus(_ shape: BusShape) -> Directive { changing { $0.bus = shape } }

    // MARK: Columns of each of its restrictions

    func inForce(_ check: InForceCheck) -> Directive { mapping { $0.inForceCheck = check } }

    func inForce(_ sign: InForceSign) -> Directive { inForce(InForceCheck(sign)) }

    func inForce(_ parts: InForceCheck.Part...) -> Directive { inForce(InForceCheck(parts)) }

    func eachLogged(as signatures: LogSignature...) -> Directive {
        mapping { $0.logSignatures = Set(signatures) }
    }

    func likely(_ likelihoods: Likelihood...) -> Directive {
        mapping { $0.likelihoods = likelihoods }
    }

    /// What closes what lets whoever is in the service be root outside of it.
    var closingWaysToRoot: Directive { mapping { $0.closesWayToRoot = true } }

    func advised(_ remedy: Remedy) -> Directive { mapping { $0.remedy = remedy } }

    /// Columns of single restrictions, by what stands behind the sign of equality.
    func steps(_ change: (_ value: String, inout Restriction) -> Void) -> Directive {
        let start = name.count + 1
        return mapping { change(String($0.id.dropFirst(start)), &$0) }
    }
}

extension InForceCheck {
    /// The same trait of several places.
    static func each(_ paths: [String], _ trait: MountTrait) -> InForceCheck {
        InForceCheck(paths.map { Part($0, .mount($0, trait)) })
    }
}

extension InForceCheck.Part {
    static let calls = Self("its system calls", .filtersCalls, need: .seccomp)

    static func lacking(_ names: String...) -> Self {
        Self(names.joined(separator: " and "), .withoutCapabilities(Capability.mask(names)))
    }
}
