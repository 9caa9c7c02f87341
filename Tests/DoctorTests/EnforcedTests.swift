import Fixtures
import Hardening
import Lab
import SystemdBus
import Testing
import Trials

@testable import Systemd

/// What one machine was measured to enforce, and how long that took.
private struct RestrictedUnit: Sendable {
    let release: Release
    /// Libraries that are taken away from it.
    let lacking: Set<Library>

    func enforcement() async throws -> (MachineFacts, Enforcement) {
        try await withLab(release, changing: change) { _, machine in
            let facts = try await MachineFacts(of: machine)
            let dialect = try await Dialect(of: machine)
            return (
                facts,
                try await Examination(of: machine, dialect: dialect, facts: facts).enforcement()
            )
        }
    }

    func change(_ plan: inout LabPlan) {
        plan.writableSys = true
        let places = ["x86_64", "aarch64"].map { "/usr/lib/\($0)-linux-gnu" }
        plan.hidden = lacking.flatMap(\.files).flatMap { file in places.map { "\($0)/\(file)" } }
            .filter { entryExists(release.root + $0) }
    }
}

@Suite("What is enforced is measured, machine by machine", .serialized, .timeLimit(.minutes(5)))
struct EnforcedTests {
    /// The table of measurements made by hand in a lab, with a program for each directive that
    /// tried what it forbids: ids and directives that are not in force as they stand in it.
    private static let lacking: [String: [(name: String, standing: EnforcementState)]] = [
        "252": [
            ("SocketBindDeny", .ignored), ("RestrictNetworkInterfaces", .ignored),
            ("RestrictFileSystems", .ignored), ("PrivatePIDs", .unknown(since: 257)),
            ("MemoryKSM", .unknown(since: 254)),
            ("ProtectControlGroups=strict", .unknown(since: 257)),
            ("PrivateUsers=identity", .unknown(since: 257)),
            ("PrivateTmp=disconnected", .unknown(since: 257)),
            ("PrivateBPF", .unknown(since: 258)), ("PrivateUsers=full", .unknown(since: 258)),
            ("RestrictNamespaces=~time", .unknown(since: 262)),
            ("SystemCallFilter=~@sandbox", .unknown(since: 253)),
            // There is no engine, and sshd has no unix socket yet.
            ("InaccessiblePaths=containers", .absent),
        ],
        "257": [
            ("RestrictFileSystems", .ignored),
            ("ProtectKernelTunables", .partly(lacking: ["/sys"])),
            ("PrivateBPF", .unknown(since: 258)), ("PrivateUsers=full", .unknown(since: 258)),
            ("RestrictNamespaces=~time", .unknown(since: 262)),
        ],
        "262": [
            ("RestrictFileSystems", .ignored),
            ("ProtectKernelTunables", .partly(lacking: ["/sys"])),
        ],
    ]

    private static let withoutBPF: [(name: String, standing: EnforcementState)] = [
        ("SocketBindDeny", .ignored), ("RestrictNetworkInterfaces", .ignored),
    ]

    private static let calls = "its system calls"

    /// All that is done by system call filters alone, and the rest of what is done by them too.
    private static let withoutSeccomp: [(name: String, standing: EnforcementState)] =
        [
            "RestrictAddressFamilies", "RestrictNamespaces", "SystemCallFilter",
            "SystemCallErrorNumber", "SystemCallArchitectures", "LockPersonality",
            "RestrictRealtime", "RestrictSUIDSGID",
        ].map { ($0, .ignored) }
        + [
            "PrivateDevices", "ProtectKernelModules", "ProtectKernelLogs", "ProtectClock",
            "ProtectHostname",
        ].map { ($0, .partly(lacking: [calls])) }
        + [("ProtectKernelTunables", .partly(lacking: ["/sys", calls]))]

    private func expect(
        _ enforcement: Enforcement, lacking: [(name: String, standing: EnforcementState)]
    ) {
        for restriction in Catalogue.standard.restrictions {
            let row = lacking.last { $0.name == restriction.id || $0.name == restriction.directive }
            #expect(
                enforcement[restriction.id]?.standing == row?.standing ?? .inForce,
                "\(restriction.id)")
        }
    }

    @Test("with everything that its packages recommend", arguments: Release.allCases)
    func whole(_ release: Release) async throws {
        let began = ContinuousClock.now
        let (facts, enforcement) = try await RestrictedUnit(release: release, lacking: [])
            .enforcement()
        expect(enforcement, lacking: try #require(EnforcedTests.lacking["\(release.systemd)"]))
        #expect(facts.libraries == [.seccomp, .bpf])
        #expect(facts.systemd.hasPrefix("\(release.systemd)"))
        // A few seconds, also on a machine that is busy otherwise.
        #expect(ContinuousClock.now - began < .seconds(20))
        let filter = enforcement["SocketBindDeny=any"]?.cure
        #expect(
            filter
                == (release == .bookworm
                    ? "needs a systemd built with BPF_FRAMEWORK; this one is not" : nil))
    }

    @Test("257 without libbpf1 binds what it was told not to")
    func withoutLibbpf() async throws {
        let (facts, enforcement) = try await RestrictedUnit(release: .trixie, lacking: [.bpf])
            .enforcement()
        #expect(facts.libraries == [.seccomp])
        let baseline = try #require(EnforcedTests.lacking["257"])
        expect(enforcement, lacking: baseline + EnforcedTests.withoutBPF)
        for id in ["SocketBindDeny=any", "RestrictNetworkInterfaces=lo"] {
            #expect(enforcement[id]?.cure == "install libbpf1")
        }
    }

    @Test("262 without libseccomp2 skips every filter")
    func withoutLibseccomp() async throws {
        let (facts, enforcement) = try await RestrictedUnit(release: .sid, lacking: [.seccomp])
            .enforcement()
        #expect(facts.libraries == [.bpf])
        let baseline = try #require(EnforcedTests.lacking["262"])
        expect(enforcement, lacking: baseline + EnforcedTests.withoutSeccomp)
        for id in ["LockPersonality=yes", "SystemCallFilter=~@mount", "ProtectClock=yes"] {
            #expect(enforcement[id]?.cure == "install libseccomp2", "\(id)")
        }
    }

    @Test("the cure that is named for /sys helps", arguments: [Release.trixie, .sid])
    func cureOfSys(_ release: Release) async throws {
        let check = try #require(Catalogue.standard["ProtectKernelTunables=yes"]).inForceCheck
        try await withLab(release, changing: RestrictedUnit(release: release, lacking: []).change) {
            _, machine in
            for hasOwnNetwork in [false, true] {
                let unit = Observed(
                    [
                        ("ProtectKernelTunables", .bool(true)),
                        ("PrivateNetwork", .bool(hasOwnNetwork)),
                    ], expecting: [:], check, paths: Set(check.paths))
                guard case .read(let reading) = try await machine.observe(unit) else {
                    Issue.record("it cannot be read")
                    continue
                }
                let options = reading.mounts.mount(of: "/sys")?.options ?? []
                #expect(options.contains("ro") == hasOwnNetwork, "\(options)")
            }
        }
    }
}
