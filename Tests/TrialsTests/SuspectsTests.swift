import Hardening
import Testing
import Trials

@Suite("What a failing trial points at")
struct SuspectsTests {
    let dialect = Dialect(
        version: 257,
        calls: [
            "@setuid": ["setuid", "setgid"], "@resources": ["setrlimit"],
            "@system-service": ["setuid", "setgid", "setrlimit", "bind", "openat"],
        ])

    func failing(_ observations: Observation..., status: Int32 = 1) -> Trial {
        let dead = UnitState(
            type: "exec", active: "failed", sub: "failed", result: "exit-code", mainCode: 1,
            mainStatus: status)
        return Trial(
            number: 1, purpose: "", profile: .unrestricted, began: 0,
            microseconds: Trial.Timing(), observations: [.unit(.start, dead)] + observations,
            baseline: .unknown)
    }

    func refused(
        _ call: String, _ error: Int32, path: String? = nil, isWriting: Bool = false,
        family: String? = nil, lacking: [String] = []
    ) -> Observation {
        .refused(
            KernelRequest(
                .call(call), by: "daemon", error: error, path: path, isWriting: isWriting,
                family: family, lacking: lacking))
    }

    /// The surest suspects of a trial in which only this was refused.
    func suspects(_ observation: Observation) -> Set<String> {
        failing(observation).suspects(in: dialect).last?.names ?? []
    }

    @Test("a step of systemd's preparation that failed suspects the directives of that step")
    func failedStep() {
        #expect(
            failing(status: 226).suspects(in: dialect).last?.names.contains("ProtectSystem")
                == true)
        #expect(failing(status: 1).suspects(in: dialect).isEmpty)
    }

    @Test("where systemd names a path, who has something there is suspected")
    func setUpPath() {
        func suspects(_ line: String, from source: String) -> Suspects? {
            let line = LogLine(priority: 3, source: source, message: line)
            return failing(.log(line), status: 226).suspects(in: dialect).last
        }
        // Seen on systemd 262, where both together fail always.
        let words = "temper1.service: Failed to set up mount namespacing: /sys/fs/bpf: Broken pipe"
        #expect(
            suspects(words, from: "(sd-pidns)")
                == Suspects(["PrivateBPF=yes"], with: ["PrivatePIDs"], confidence: 0.9))
        // No longer than the name of the program, as of sh.
        #expect(suspects(words, from: "(sd-") == suspects(words, from: "(sd-pidns)"))
        #expect(suspects(words, from: "(daemon)")?.companions == [])
        let own = "Failed to set up mount namespacing: /srv/x: No such file or directory"
        #expect(suspects(own, from: "(daemon)")?.names.contains("ProtectSystem") == true)
    }

    /// The surest suspects of a trial whose own last line this is.
    func suspects(of line: String) -> Set<String> {
        suspects(.log(LogLine(priority: 6, source: "mkdir", message: line)))
    }

    @Test("a line that names what is read-only suspects who makes that read-only, and nobody else")
    func readOnlyPath() {
        #expect(
            suspects(of: "mkdir: cannot create directory '/var/run/x': Read-only file system")
                == ["ProtectSystem=strict"])
        #expect(
            suspects(of: "/usr/sbin/x: cannot write \"/etc/x.conf\": Read-only file system")
                == ["ProtectSystem=full"])
        #expect(
            suspects(of: "cannot write: Read-only file system").contains("ProtectControlGroups"))
    }

    @Test("what fewer may read than before suspects the mode of new files")
    func narrowedMode() {
        let words =
            "cron (/etc/cron.daily/x): not all may read its file /var/log/x.log who could: it has "
            + "owner 0:0, mode 0640 instead of owner 0:0, mode 0644"
        let trial = Trial(
            number: 1, purpose: "", profile: .unrestricted, began: 0, microseconds: .init(),
            observations: [.exercise(name: "cron (/etc/cron.daily/x)", .unhealthy(words))],
            baseline: .unknown)
        #expect(
            trial.suspects(in: dialect).last
                == Suspects(["UMask=0027", "UMask=0077"], confidence: 0.9))
    }

    @Test("what belongs to somebody else at the same mode suspects no mode of new files")
    func otherOwner() {
        func file(group: UInt32, mode: UInt32 = 0o640) -> Observation {
            .footprint(Footprint(files: ["/var/log/x": .init(user: 0, group: group, mode: mode)]))
        }
        func trial(_ observation: Observation, _ baseline: Baseline = .unknown) -> Trial {
            Trial(
                number: 1, purpose: "", profile: .unrestricted, began: 0, microseconds: .init(),
                observations: [observation], baseline: baseline)
        }
        let baseline = Baseline(learnedFrom: [trial(file(group: 4))])
        let owned = trial(file(group: 0), baseline)
        #expect(
            owned.because
                == "not all may read its file /var/log/x who could: it belongs to 0:0 instead of "
                + "0:4, with mode 0640")
        #expect(owned.suspects(in: dialect).isEmpty)
        #expect(!trial(file(group: 4, mode: 0o600), baseline).suspects(in: dialect).isEmpty)
    }

    @Test("a call that failed for lack of a capability suspects what takes the capability away")
    func capability() {
        let found = suspects(refused("setgid", 1, lacking: ["CAP_SETGID"]))
        #expect(found.contains("CapabilityBoundingSet=~CAP_SETGID"))
        #expect(!found.contains("SystemCallFilter=~@setuid"))
    }

    @Test("a call that is refused though no capability was asked for suspects its filters")
    func filter() {
        let found = suspects(refused("setgid", 1))
        #expect(found.contains("SystemCallFilter=~@setuid"))
        #expect(!found.contains("SystemCallFilter=@system-service"))
        #expect(!found.contains("CapabilityBoundingSet=~CAP_SETGID"))
        #expect(suspects(refused("swapon", 1)) == ["SystemCallFilter=@system-service"])
    }

    @Test(
        "what is read-only suspects what makes it so",
        arguments: [
            ("/usr/lib/x", "ProtectSystem=yes"), ("/etc/x", "ProtectSystem=full"),
            ("/var/lib/x", "ProtectSystem=strict"), ("/home/a/x", "ProtectHome"),
            ("/proc/sys/net/x", "ProtectKernelTunables"),
            ("/sys/fs/cgroup/x", "ProtectControlGroups"),
        ])
    func readOnly(path: String, culprit: String) {
        #expect(suspects(refused("openat", 30, path: path, isWriting: true)).contains(culprit))
    }

    @Test("a missing device node suspects the private /dev, a missing file nobody")
    func missing() {
        #expect(suspects(refused("openat", 2, path: "/dev/i2c-1")).contains("PrivateDevices"))
        #expect(suspects(refused("openat", 2, path: "/usr/share/x")).isEmpty)
    }

    @Test("an address family that is not supported suspects exactly its restriction")
    func family() {
        #expect(
            suspects(refused("socket", 97, family: "AF_INET6"))
                == ["RestrictAddressFamilies=~AF_INET6"])
        #expect(
            suspects(refused("socket", 97, family: "AF_9"))
                == ["RestrictAddressFamilies=~others"])
    }

    @Test("a filter that kills is suspected together with the killing")
    func kill() throws {
        let killed = Observation.refused(
            KernelRequest(.killed(call: "setrlimit"), by: "daemon"))
        let found = try #require(failing(killed).suspects(in: dialect).last)
        #expect(found.names == ["SystemCallFilter=~@resources"])
        #expect(found.companions == ["SystemCallErrorNumber=kill"])
        #expect(found.confidence > 0.9)
    }

    @Test("the last refusal was the last straw, earlier ones are only likely")
    func lastStraw() {
        let trial = failing(
            refused("setgid", 1, lacking: ["CAP_SETGID"]),
            refused("bind", 13, lacking: ["CAP_NET_BIND_SERVICE"]),
            .refused(KernelRequest(.capability("CAP_SYS_ADMIN"), by: "daemon", error: 1)))
        let found = trial.suspects(in: dialect)
        let sure = found.filter { $0.confidence >= 0.9 }
        #expect(sure.count == 1)
        #expect(
            sure.first?.names.contains("CapabilityBoundingSet=~CAP_NET_BIND_SERVICE") == true)
        #expect(found.count == 3)
    }

    @Test("what bites is why it failed, whatever was refused after it")
    func biting() throws {
        let up = UnitState(type: "exec", active: "active", sub: "running", result: "success")
        let asked = Trial(
            number: 0, purpose: .warmUp, profile: .unrestricted, began: 0, microseconds: .init(),
            observations: [.unit(.ready, up), .saw(.calls("setrlimit"))], baseline: .unknown)
        let trial = Trial(
            number: 1, purpose: "", profile: .unrestricted, began: 0, microseconds: .init(),
            observations: [
                .unit(.ready, up), refused("setrlimit", 1),
                refused("openat", 30, path: "/etc/x", isWriting: true),
            ], baseline: Baseline(learnedFrom: [asked]))
        #expect(trial.because == "bites: daemon: setrlimit failed with EPERM")
        let found = try #require(trial.suspects(in: dialect).last { $0.confidence >= 0.9 })
        #expect(found.names == ["SystemCallFilter=~@resources"])
    }

    @Test("the log speaks where the kernel was not seen to refuse anything that matters")
    func log() {
        let line = Observation.log(
            LogLine(priority: 3, source: "nginx", message: "setgid(33) failed: not permitted"))
        let spoken = failing(line).suspects(in: dialect).last?.names ?? []
        #expect(spoken.contains("CapabilityBoundingSet=~CAP_SETGID"))
        let seen = failing(line, refused("openat", 30, path: "/etc/x", isWriting: true))
        #expect(seen.suspects(in: dialect).last?.names == ["ProtectSystem=full"])
    }
}
