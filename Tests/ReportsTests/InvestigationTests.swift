import Hardening
import Testing
import Trials

@testable import Reports

@Suite("Why a restriction was refused") struct InvestigationTests {
    private func evidence(
        against restriction: String, with others: [String] = [], _ seen: [Observation],
        passing: [Observation] = [], conflict: [String]? = nil
    ) -> [Evidence] {
        let trials = [
            Sample.trial(1, [], passes: true), Sample.trial(2, others, passing, passes: true),
            Sample.trial(3, others + [restriction] + (conflict ?? []), seen),
        ]
        return Investigation(
            trials: trials, catalogue: Sample.provenance.catalogue, dialect: Sample.dialect,
            accepted: Set(others)
        ).evidence(against: restriction, conflict: conflict ?? [restriction], witness: 3)
    }

    @Test("is certain where the kernel refused one thing of its kind")
    func one() throws {
        let found = evidence(
            against: "ProtectSystem=full", [Sample.refused("openat", 30, path: "/etc/x")])
        let first = try #require(found.first)
        #expect(first.certainty == .certain && first.source == .kernel)
        #expect(first.text == "x: openat /etc/x failed with EROFS")
        #expect(first.request?.path == "/etc/x" && first.request?.error == "EROFS")
    }

    @Test("is the security label where that is another one, with what the policy would have to say")
    func label() throws {
        func seen(_ label: String) -> Observation { .footprint(Footprint(labels: [label])) }
        let up = Sample.trial(1, [], [seen("u:r:x_t:s0")], passes: true)
        let held = Sample.trial(
            2, ["NoNewPrivileges=yes"], [seen("u:r:init_t:s0")],
            baseline: Baseline(learnedFrom: [up]), passes: true)
        let found = Investigation(
            trials: [up, held], catalogue: .standard, dialect: Sample.dialect
        ).evidence(
            against: "NoNewPrivileges=yes", conflict: ["NoNewPrivileges=yes"], witness: 2)
        let first = try #require(found.first)
        #expect(first.source == .label && first.certainty == .certain)
        #expect(first.text == "its security label is u:r:init_t:s0 instead of u:r:x_t:s0")
        let advice = Advice.on(
            try #require(Catalogue.standard["NoNewPrivileges=yes"]), found, in: Sample.result,
            passedIn: nil)
        #expect(
            advice.map(\.text) == [
                "SELinux leaves a process that can gain no privileges in the domain where it is, "
                    + "unless its policy has (allow init_t x_t (process2 (nnp_transition)))"
            ])
        var result = Sample.result
        result.refused = [
            .init(
                restriction: "NoNewPrivileges=yes", conflict: ["NoNewPrivileges=yes"], trial: 2,
                because: held.because, alongside: ["LockPersonality=yes"])
        ]
        // Lines are broken where they are full.
        let words = HardeningText(result, isColoured: false).text.split { $0.isWhitespace }
        let text = words.joined(separator: " ")
        #expect(text.contains("(allow init_t x_t (process2 (nnp_transition)))"), "\(text)")
        #expect(text.contains("left open with it: LockPersonality=yes"), "\(text)")
    }

    /// A trial under more restrictions, of which another one took the right to bind, is no better
    /// witness than the trial of its own.
    @Test("is the mode of a file where others may no longer read it")
    func mode() throws {
        func seen(_ mode: UInt32) -> Observation {
            .footprint(
                Footprint(files: ["/run/x.pid": .init(user: 0, group: 0, mode: mode)]))
        }
        let up = Sample.trial(1, [], [seen(0o644)], passes: true)
        let narrowed = Sample.trial(
            2, ["UMask=0027"], [seen(0o640)], baseline: Baseline(learnedFrom: [up]), passes: true)
        let bind = Sample.trial(
            3, ["UMask=0027", "CapabilityBoundingSet=~CAP_NET_BIND_SERVICE"],
            [Sample.refused("bind", 13)])
        func found(_ trials: [Trial], witness: Int) -> Evidence? {
            Investigation(trials: trials, catalogue: .standard, dialect: Sample.dialect)
                .evidence(against: "UMask=0027", conflict: ["UMask=0027"], witness: witness).first
        }
        let first = try #require(found([up, narrowed, bind], witness: 2))
        #expect(first.source == .footprint && first.certainty == .certain && first.trial == 2)
        #expect(first.text == narrowed.because)
        #expect(first.text.hasPrefix("not all may read its file /run/x.pid"))
        #expect(try #require(found([up, bind], witness: 3)).source != .kernel)
    }

    @Test("is only likely where it refused two, of which the last stands first")
    func two() {
        let found = evidence(
            against: "ProtectSystem=full",
            [
                Sample.refused("openat", 30, path: "/etc/x"),
                Sample.refused("mkdir", 30, path: "/etc/y"),
            ])
        #expect(found.prefix(2).map(\.certainty) == [.likely, .likely])
        #expect(found.first?.request?.path == "/etc/y")
    }

    @Test("and the one that the service complains of comes before the last")
    func complaint() {
        let found = evidence(
            against: "ProtectSystem=full",
            [
                Sample.refused("openat", 30, path: "/etc/first"),
                Sample.refused("mkdir", 30, path: "/etc/last"),
                Sample.said("cannot open /etc/first"),
            ])
        #expect(found.first?.request?.path == "/etc/first")
        #expect(found.first?.certainty == .likely)
    }

    @Test("is not what it does without in a trial that passed")
    func tolerated() {
        let tolerated = Sample.refused("openat", 30, path: "/etc/x")
        let found = evidence(
            against: "ProtectSystem=full", with: ["ProtectHome=yes"], [tolerated],
            passing: [tolerated])
        #expect(!found.contains { $0.source == .kernel })
    }

    /// PrivateUsers=identity takes rights, and so refuses much; a filter in the same trial refused
    /// pipe2, which asks for no right.
    @Test("is not what another restriction of the same trial refused")
    func anothers() {
        func found(with other: [String]) -> [Evidence] {
            let trials = [
                Sample.trial(1, [], passes: true), Sample.trial(2, ["PrivateUsers=identity"], []),
                Sample.trial(
                    3, other + ["PrivateUsers=identity"], [Sample.refused("mount", 1)]),
            ]
            return Investigation(
                trials: trials, catalogue: Sample.provenance.catalogue, dialect: Sample.dialect
            ).evidence(
                against: "PrivateUsers=identity", conflict: ["PrivateUsers=identity"], witness: 2)
        }
        #expect(found(with: ["SystemCallFilter=~@mount"]).allSatisfy { $0.source != .kernel })
        #expect(found(with: []).first?.source == .kernel)
    }

    @Test(
        "of RestrictSUIDSGID=yes is mostly openat2, which the advice then speaks of",
        arguments: [("openat2", 38, "ENOSYS"), ("fchmodat", 1, "set the bit")])
    func modernOpen(call: String, error: Int, words: String) throws {
        let id = "RestrictSUIDSGID=yes"
        let found = evidence(
            against: id, [Sample.refused(call, Int32(error), path: "/srv/f")])
        let restriction = try #require(Catalogue.standard[id])
        let advice = Advice.on(restriction, found, in: Sample.result, passedIn: nil)
        #expect(advice.first?.text.contains(words) == true, "\(advice)")
    }

    @Test("is not what another kind of restriction refuses")
    func other() {
        let found = evidence(
            against: "ProtectSystem=full",
            [Sample.refused("fchownat", 1, lacking: ["CAP_CHOWN"])])
        #expect(found.allSatisfy { $0.certainty == .seen })
    }

    @Test("names what an exception is for")
    func exception() {
        let seen = [Sample.refused("openat", 30, path: "/var/lib/x/deep/file")]
        let found = evidence(
            against: "ReadWritePaths=~/var/lib/x",
            with: ["ProtectSystem=strict", "ProtectSystem=full", "ProtectSystem=yes"], seen)
        #expect(found.first?.certainty == .certain)
        let strange = evidence(
            against: "ReadWritePaths=~/var/lib/x",
            [Sample.refused("openat", 30, path: "/var/lib/xyz")])
        #expect(strange.allSatisfy { $0.certainty == .seen })
    }

    @Test("names the call of a filter that kills, and the groups that hold it")
    func kill() throws {
        let found = evidence(
            against: "SystemCallErrorNumber=kill",
            [.refused(KernelRequest(.killed(call: "mount"), by: "x"))],
            conflict: ["SystemCallErrorNumber=kill", "SystemCallFilter=~@mount"])
        let first = try #require(found.first)
        #expect(first.certainty == .certain && first.request?.wasKilled == true)
        #expect(first.groups == ["@mount"])
    }

    @Test("names a set-up step with its path, without where systemd mounts it")
    func setup() throws {
        let state = UnitState(
            type: "exec", active: "failed", sub: "failed", result: "exit-code", mainCode: 1,
            mainStatus: 226)
        func line(_ source: String, _ words: String) -> Observation {
            .log(LogLine(priority: 3, source: source, message: words))
        }
        let found = evidence(
            against: "PrivateTmp=yes",
            [
                .unit(.start, state),
                line(
                    "(x)",
                    "Failed to set up mount namespacing: /run/systemd/mount-rootfs/var/tmp: No"),
                line("systemd", "temper0a.service: Failed at step NAMESPACE spawning /bin/x: No"),
            ])
        let first = try #require(found.first)
        #expect(first.certainty == .certain && first.step == "226/NAMESPACE")
        #expect(first.path == "/var/tmp" && !first.text.contains("mount-rootfs"))
    }

    @Test("says so where a program ended with a status of systemd's")
    func ownStatus() throws {
        let state = UnitState(
            type: "exec", active: "failed", sub: "failed", result: "exit-code", mainCode: 1,
            mainStatus: 226)
        let found = evidence(against: "PrivateTmp=yes", [.unit(.start, state)])
        #expect(found.first?.certainty == .likely)
    }

    @Test("what the service always says, and says in trials that pass, is no news")
    func words() {
        let found = evidence(
            against: "ProtectSystem=full", with: ["ProtectHome=yes"],
            [Sample.said("warning: old"), Sample.said("error: new")],
            passing: [Sample.said("warning: old")])
        #expect(found.filter { $0.source == .journal }.map(\.text) == ["x: error: new"])
    }
}

@Suite("Advice") struct AdviceTests {
    private func advice(_ restriction: String) throws -> [Advice] {
        try #require(Sample.unit.refusals.first { $0.restriction == restriction }).advice
    }

    @Test("that was tried names the trial, the rest says that it was not")
    func tried() throws {
        let exception = try advice("ReadWritePaths=~/var/lib/x")
        #expect(exception.first?.triedIn == 6)
        #expect(exception.first?.settings == ["ReadWritePaths=-/var/lib/x"])
        #expect(exception.last?.settings == ["StateDirectory=x"])
        #expect(exception.last?.standing == "not tried")
    }

    @Test("for what systemd has no right to apply says who has it")
    func rightsForPrograms() throws {
        let restriction = try #require(Catalogue.standard["RestrictFileSystems=~@network"])
        func advice(_ text: String) -> [Advice] {
            Advice.on(
                restriction,
                [Evidence(source: .ending, certainty: .seen, text: text, trial: 3)],
                in: Sample.result, passedIn: nil)
        }
        #expect(
            advice("ExecStartPre /bin/x: 244/BPF").map(\.text) == [
                "systemd applies it as the service's user: that takes root, or a system call filter "
                    + "that leaves @privileged open"
            ])
        #expect(advice("ExecStartPre /bin/x: 203/EXEC").isEmpty)
    }

    @Test("for a capability is the line that grants only what is needed")
    func capability() throws {
        let advice = try advice("CapabilityBoundingSet=~CAP_CHOWN")
        #expect(advice.first?.settings == ["CapabilityBoundingSet=CAP_CHOWN"])
        #expect(advice.first?.triedIn == 6)
    }

    @Test("for a killed call is its smallest exception, and a filter that does not kill")
    func call() throws {
        let advice = try advice("SystemCallErrorNumber=kill")
        #expect(
            advice.map(\.settings) == [["SystemCallErrorNumber=EPERM"], ["SystemCallFilter=mount"]])
    }
}
