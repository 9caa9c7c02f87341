import Testing

@testable import Hardening

@Suite("What programs and units say that they may need") struct ProgramTraitsTests {
    private func contested(
        isRoot: Bool = true, _ change: (inout ProgramTraits) -> Void
    ) -> [String: ContestedRestriction] {
        var traits = ProgramTraits()
        traits.keepsRoot = true
        change(&traits)
        return traits.contested(in: .standard, isRoot: isRoot, unless: { _ in false })
    }

    @Test("resolvers that validate are known by their names")
    func validating() {
        var traits = ProgramTraits()
        traits.programs = ["dnsmasq", "unbound-helper"]
        #expect(traits.validatingResolver == nil)
        traits.programs.insert("unbound")
        #expect(traits.validatingResolver == "unbound")
    }

    @Test("who is linked with PAM may log users in, if it stays root")
    func users() {
        let found = contested { $0.libraries = ["libc.so.6", "libpam.so.0"] }
        #expect(found["ProtectHome=yes"]?.because.hasPrefix("linked with libpam.so.0") == true)
        #expect(found["ProtectHome=yes"]?.contest.source == .program)
        #expect(found["CapabilityBoundingSet=~CAP_SETUID"] != nil)
        #expect(found["NoNewPrivileges=yes"] != nil)
        #expect(found["ProtectKernelModules=yes"] == nil)
        #expect(contested(isRoot: false) { $0.libraries = ["libpam.so.0"] }.isEmpty)
        #expect(
            contested {
                $0.libraries = ["libpam.so.0"]
                $0.keepsRoot = false
            }.isEmpty)
    }

    @Test("what a trial can tell is not contested, but for what exceptions are made for")
    func exercised() {
        var traits = ProgramTraits()
        traits.keepsRoot = true
        traits.libraries = ["libpam.so.0"]
        let found = traits.contested(in: .standard, isRoot: true, unless: { _ in true })
        #expect(found["NoNewPrivileges=yes"] == nil)
        let called = contested { $0.imports = ["fchown", "printf"] }
        #expect(called["SystemCallFilter=~@chown"]?.because.contains("call fchown") == true)
        #expect(called["SystemCallFilter=~@setuid"] == nil)
    }

    @Test("who gives files away opens them again as no longer its own, whatever it did without")
    func givenAway() {
        var traits = ProgramTraits()
        traits.keepsRoot = true
        traits.imports = ["fchown"]
        let (chown, override) = (
            "CapabilityBoundingSet=~CAP_CHOWN", "CapabilityBoundingSet=~CAP_DAC_OVERRIDE"
        )
        func contested(isRoot: Bool = true, seen: String...) -> [String] {
            traits.contested(in: .standard, isRoot: isRoot) { seen.contains($0.id) }.keys.sorted()
        }
        #expect(contested(seen: chown, override).contains(override))
        #expect(!contested(seen: chown, override).contains(chown))
        #expect(contested().contains(override), "nothing is known of either")
        #expect(!contested(seen: override).contains(override), "it gave nothing away")
        #expect(contested(isRoot: false, seen: chown).isEmpty)
    }

    @Test("compilers, resolvers, exporters and application servers are kinds of their own")
    func kinds() {
        let compiled = contested(isRoot: false) { $0.libraries = ["libLLVM.so.19.1"] }
        #expect(Set(compiled.keys) == ["MemoryDenyWriteExecute=yes"])
        #expect(contested { $0.libraries = ["libunbound.so.8"] }["PrivateNetwork=yes"] != nil)
        let exporter = contested { $0.programs = ["prometheus-node-exporter"] }
        #expect(exporter["ProtectHome=yes"]?.contest.source == .kind)
        #expect(contested { $0.programs = ["php-fpm8.4"] }["PrivateNetwork=yes"] != nil)
        #expect(contested { $0.programs = ["nginx"] }.isEmpty)
        let writer = contested(isRoot: false) { $0.pidFile = "/run/x/x.pid" }
        #expect(writer.keys.sorted() == ["UMask=0027", "UMask=0077"])
        #expect(writer["UMask=0027"]?.because.hasPrefix("it writes /run/x/x.pid") == true)
        let script = contested { $0.programAmongData = "/srv/www/cgi/hello" }
        #expect(script["NoExecPaths=writable"]?.because.hasPrefix("/srv/www/cgi/hello") == true)
    }

    @Test("who delivers mail works for users, if it stays root") func mail() {
        let found = contested { $0.programs = ["postfix"] }
        #expect(found["ProtectSystem=strict"]?.contest.source == .kind)
        #expect(found["CapabilityBoundingSet=~CAP_CHOWN"] != nil)
        #expect(found["NoExecPaths=writable"] != nil)
        #expect(contested(isRoot: false) { $0.programs = ["postfix"] }.isEmpty)
    }

    @Test("other people's work is another one tomorrow, whatever was seen of it today")
    func hosts() {
        var traits = ProgramTraits()
        traits.hostedWork = "scheduled jobs"
        let found = traits.contested(in: .standard, isRoot: true, unless: { _ in true })
        #expect(found["PrivateTmp=yes"]?.because.hasPrefix("it runs scheduled jobs") == true)
        #expect(found["ProtectProc=ptraceable"]?.contest.source == .kind)
        #expect(found["IPAddressDeny=any"] != nil && found["PrivateMounts=yes"] == nil)
        #expect(found["ProtectKernelLogs=yes"] == nil && found["ProtectHome=yes"] == nil)
    }

    @Test("functions contest the groups of their calls, whoever it is") func groups() {
        let found = contested(isRoot: false) { $0.imports = ["pipe", "fsync", "alarm", "mlock"] }
        #expect(
            found.keys.sorted()
                == ["@ipc", "@memlock", "@sync", "@timer"].map { "SystemCallFilter=~\($0)" })
        #expect(contested { $0.libraries = ["libpam.so.0"] }["SystemCallFilter=~@ipc"] != nil)
        #expect(contested { $0.libraries = ["libunbound.so.8"] }["SocketBindDeny=any"] != nil)
    }

    @Test("a configuration that names the firewall's commands has them run")
    func commands() {
        let found = contested { $0.commands = ["nft": "/etc/x/x.conf:7"] }
        let why = found["CapabilityBoundingSet=~CAP_NET_ADMIN"]
        #expect(why?.because.hasPrefix("/etc/x/x.conf:7 names nft") == true)
        #expect(why?.contest.source == .configuration)
        #expect(found["PrivateNetwork=yes"] != nil)
        #expect(contested(isRoot: false) { $0.commands = ["nft": "/etc/x/x.conf:7"] }.isEmpty)
    }

    @Test("what is wished for is left open, root's only for root")
    func wishes() {
        let wish = Wish(
            .package, needs: ["CapabilityBoundingSet=~CAP_SETUID"], because: "it says so",
            settledBy: "a probe", isOfRoot: true)
        let found = contested { $0.wishes = [wish] }
        #expect(found.mapValues(\.because) == ["CapabilityBoundingSet=~CAP_SETUID": "it says so"])
        #expect(contested(isRoot: false) { $0.wishes = [wish] }.isEmpty)
    }

    @Test("a setting that the unit declines is left as it is")
    func declined() {
        let found = contested(isRoot: false) { $0.declined = ["ProtectHome": "no"] }
        #expect(found.keys.allSatisfy { $0.hasPrefix("ProtectHome=") } && !found.isEmpty)
        #expect(found["ProtectHome=yes"]?.because == "the unit itself says ProtectHome=no")
        #expect(found["ProtectHome=yes"]?.contest.source == .unit)
    }

    @Test("every need is a restriction or a directive of the catalogue")
    func needs() {
        let known = Set(Catalogue.withExamples.restrictions.map(\.id))
            .union(Catalogue.withExamples.directives.map(\.name))
        for kind in ProgramKind.all {
            for need in kind.needs { #expect(known.contains(need), "\(need)") }
        }
    }
}
