import Hardening
import TemperTesting
import Testing

@testable import Trials

@Suite("What the kernel grants the service as it is and refuses in a trial")
struct BiteTests {
    private static let (eperm, enoent, eacces, erofs, enosys): (Int32, Int32, Int32, Int32, Int32) =
        (1, 2, 13, 30, 38)
    private static let up = UnitState(
        type: "exec", active: "active", sub: "running", result: "success")

    private static func call(
        _ name: String, _ error: Int32 = eperm, _ path: String? = nil, writing: Bool = false,
        family: String? = nil, port: UInt16? = nil
    ) -> KernelRequest {
        KernelRequest(
            .call(name), by: "daemon", error: error, path: path, isWriting: writing,
            family: family, port: port)
    }

    /// Of a service that was granted all this, and refused all that, without restriction.
    private static func baseline(
        granted: [ObservedAccess], refused: [KernelRequest] = []
    ) -> Baseline {
        let trial = Trial(
            number: 0, purpose: .warmUp, profile: .unrestricted, began: 0, microseconds: .init(),
            observations: [.unit(.ready, up)] + granted.map(Observation.saw)
                + refused.map(Observation.refused), baseline: .unknown)
        return Baseline(learnedFrom: [trial])
    }

    private static func verdict(_ request: KernelRequest, _ baseline: Baseline) -> Verdict {
        Verdict(of: [.unit(.ready, up), .refused(request)], baseline: baseline)
    }

    @Test("is a process that is not found, only where something hides processes")
    func endedProcess() async throws {
        let looked = Self.call("openat", Self.enoent, "/proc/880/fd")
        let granted = Self.baseline(granted: [.reads("/proc/1/fd"), .reads("/proc/1/stat")])
        func verdict(of request: KernelRequest, under profile: Profile) async throws -> Verdict {
            let service = SimulatedService(refusals: [request])
            let procedure = TrialProcedure(
                service: service, probes: [service.probe], canReload: false, settle: .zero)
            return try await procedure.run(TrialSpec(profile, "why"), baseline: granted).verdict
        }
        let blind = Profile(["PrivateTmp=yes", "ProtectProc=noaccess"], in: .standard)
        let seeing = Profile(["PrivateTmp=yes"], in: .standard)
        #expect(try await verdict(of: looked, under: seeing) == .passed)
        #expect(try await verdict(of: looked, under: blind).isFailure)
        let forbidden = Self.call("openat", Self.eacces, "/proc/880/fd")
        #expect(try await verdict(of: forbidden, under: seeing).isFailure)
        // What else is in /proc is another matter.
        let withoutFiles = Profile(["ProcSubset=pid"], in: .standard)
        #expect(try await verdict(of: looked, under: withoutFiles) == .passed)
        let kept = Self.call("openat", Self.enoent, "/proc/stat")
        let telling = Self.baseline(granted: [.reads("/proc/stat")])
        #expect(Self.verdict(kept, telling).isFailure)
    }

    /// As update-alternatives(1) makes a link: the last draft is removed, though there is none.
    @Test("is a failure where what is made is first removed in vain")
    func removedBefore() {
        let draft = "/etc/alternatives/x.new"
        let vain = Self.call("unlink", Self.enoent, draft, writing: true)
        let refused = Self.call("unlink", Self.erofs, draft, writing: true)
        let making = Self.baseline(granted: [.writes(draft)], refused: [vain])
        #expect(
            Self.verdict(refused, making)
                == .failed("bites: daemon: unlink \(draft) failed with EROFS"))
        #expect(Self.verdict(vain, making) == .passed)
        // It removes what it never makes: nothing is lost.
        let other = Self.baseline(
            granted: [.writes("/etc/alternatives/y")], refused: [vain])
        #expect(Self.verdict(refused, other) == .passed)
    }

    @Test(
        "is a failure that names it",
        arguments: [
            ([.calls("fsync")], call("fsync"), "daemon: fsync failed with EPERM"),
            (
                [.calls("bind")], call("bind", family: "AF_INET", port: 40001),
                "daemon: bind AF_INET port 40001 failed with EPERM"
            ),
            (
                [.opensSocket(family: "AF_INET6")], call("socket", 97, family: "AF_INET6"),
                "daemon: socket AF_INET6 failed with EAFNOSUPPORT"
            ),
            (
                [.writes("/var/lib/x/data.1")],
                call("openat", erofs, "/var/lib/x/new", writing: true),
                "daemon: openat /var/lib/x/new failed with EROFS"
            ),
            (
                [.writesRelatively], call("openat", erofs, "spool/1", writing: true),
                "daemon: openat spool/1 failed with EROFS"
            ),
            (
                [.reads("/proc/sys/net/core/somaxconn")],
                call("openat", enoent, "/proc/sys/net/core/somaxconn"),
                "daemon: openat /proc/sys/net/core/somaxconn failed with ENOENT"
            ),
            (
                [.runs("/usr/bin/tool2")], call("execve", eacces, "/usr/bin/tool2"),
                "daemon: execve /usr/bin/tool2 failed with EACCES"
            ),
            (
                [.calls("ptrace")], KernelRequest(.killed(call: "ptrace"), by: "daemon"),
                "daemon was killed for ptrace"
            ),
        ] as [([ObservedAccess], KernelRequest, String)])
    func bites(granted: [ObservedAccess], request: KernelRequest, words: String) {
        #expect(
            Self.verdict(request, Self.baseline(granted: granted)) == .failed("bites: \(words)"))
        // What was never granted cannot be missed.
        #expect(Self.verdict(request, Self.baseline(granted: [.calls("other")])) == .passed)
        #expect(Self.verdict(request, .unknown) == .passed)
    }

    @Test("is none where the service is refused the same without restriction, in whichever way")
    func refusedAnyway() {
        let granted: [ObservedAccess] = [.calls("connect"), .calls("openat")]
        let unreachable = KernelRequest(
            .call("connect"), by: "a", error: 101, family: "AF_INET", port: 53,
            peer: "192.0.2.1/32")
        let baseline = Self.baseline(
            granted: granted, refused: [unreachable, Self.call("openat", 2, "/etc/x.7")])
        for refused in [
            Self.call("connect", Self.eperm, family: "AF_INET", port: 53),
            Self.call("openat", Self.eacces, "/etc/x.8"),
        ] {
            #expect(Self.verdict(refused, baseline) == .passed)
        }
        #expect(Self.verdict(Self.call("openat", Self.eacces, "/etc/y"), baseline).isFailure)
    }

    @Test("is none where programs are known to go on as well")
    func harmless() {
        let baseline = Self.baseline(granted: [
            .calls("clone3"), .calls("openat"), .reads("/proc/filesystems"),
        ])
        #expect(Self.verdict(Self.call("clone3", Self.enosys), baseline) == .passed)
        #expect(Self.verdict(Self.call("clone3", Self.eperm), baseline).isFailure)
        #expect(
            Self.verdict(Self.call("openat", Self.enoent, "/proc/filesystems"), baseline)
                == .passed)
    }

    @Test("is none of systemd's own on the way to the program, nor a check nobody noticed")
    func systemd() {
        let baseline = Self.baseline(granted: [.calls("mount"), .uses(capability: "CAP_SYS_ADMIN")])
        let preparing = KernelRequest(.call("mount"), by: "(daemon)", error: 1)
        let stray = KernelRequest(.capability("CAP_SYS_ADMIN"), by: "daemon", error: 1)
        for request in [preparing, stray] {
            #expect(Self.verdict(request, baseline) == .passed)
        }
    }

    @Test("systemd removes the pid file of a unit that names one; no other file")
    func pidFile() {
        var baseline = Self.baseline(granted: [.writes("/run/x.pid")])
        let request = Self.call("unlink", Self.eacces, "/var/run/x.pid", writing: true)
        let direct = Self.call("unlink", Self.eacces, "/run/x.pid", writing: true)
        #expect(Self.verdict(direct, baseline).isFailure)
        baseline.pidFile = "/run/x.pid"
        #expect(Self.verdict(direct, baseline) == .passed)
        #expect(Self.verdict(request, baseline) == .passed)
        let other = Self.call("unlink", Self.eacces, "/run/y.pid", writing: true)
        #expect(Self.verdict(other, baseline).isFailure)
    }

    @Test("is taken where it is named, by its call, its family or its path, or where all are")
    func tolerance() {
        let requests = [
            Self.call("fsync"), Self.call("socket", 97, family: "AF_INET6"),
            Self.call("openat", Self.erofs, "/var/x/1", writing: true),
        ]
        var baseline = Self.baseline(granted: [
            .calls("fsync"), .opensSocket(family: "AF_INET6"), .writes("/var/x/1"),
        ])
        func passing(_ names: String...) -> [Bool] {
            baseline.tolerance = Tolerance(of: names)
            return requests.map { Self.verdict($0, baseline).isPass }
        }
        #expect(passing() == [false, false, false])
        #expect(passing("fsync") == [true, false, false])
        #expect(passing("AF_INET6", "/var/x/1") == [false, true, true])
        #expect(passing("all") == [true, true, true])
        baseline.tolerance = .everything
        #expect(requests.allSatisfy { Self.verdict($0, baseline).isPass })
    }
}
