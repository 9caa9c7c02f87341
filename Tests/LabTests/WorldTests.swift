import CLab
import Foundation
import Testing

@testable import Lab

@Suite("The world around a lab", .serialized, .timeLimit(.minutes(5)))
struct WorldTests {
    /// The machine's interfaces, by their names.
    private var interfaces: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/sys/class/net")) ?? []).sorted()
    }

    /// The process behind the network of a lab with this keeper.
    private func neighbours(of keeper: pid_t) -> [pid_t] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { pid_t($0) }.filter {
            LabFixture.text("/proc/\($0)/comm") == "temper-world\n"
                && LabFixture.text("/proc/\($0)/status").contains("PPid:\t\(keeper)\n")
        }
    }

    private func keeper(of lab: Lab) throws -> pid_t {
        let registry = LabRegistry(directory: LabFixture.stateDirectory)
        return try #require(registry.record(of: lab.name)).keeper
    }

    private func attempt(_ lab: Lab, _ words: String) async throws -> String {
        let said = try await lab.run(["bash", "-c", words])
        return "\(said.status) \(said.stdout)"
    }

    @Test(arguments: LabFixture.releases)
    func `takes what is sent to any address and port, and knows every name`(
        release: String
    ) async throws {
        let plan = LabFixture.plan(root: try LabFixture.tree(release)) { $0.network = .world }
        let before = LabFixture.text("\(plan.root)/etc/resolv.conf")
        try await Lab.with(plan) { (lab) async throws in
            #expect(lab.network == .world && lab.worldObstacle == nil)
            #expect(try await attempt(lab, "ls /sys/class/net") == "0 eth0\nlo\n")
            let addresses = try await attempt(lab, "hostname -I")
            #expect(addresses == "0 192.0.2.2 2001:db8::2 \n")
            // Connects, sends, and is told at once that there is no answer.
            for place in [
                "192.0.2.1/80", "192.0.2.200/1", "8.8.8.8/443", "203.0.113.9/65535",
                "any.example/25", "2001:db8::77/80", "2a00::1/5432", "fe80::1%eth0/9",
            ] {
                let said = try await attempt(
                    lab, "exec 3<>/dev/tcp/\(place) && echo hello >&3 && cat <&3 && echo sent >&3")
                #expect(said == "0 ", "\(place)")
            }
            for place in ["192.0.2.1/123", "9.9.9.9/53", "2001:db8::77/514", "ff02::1%eth0/5353"] {
                let said = try await attempt(
                    lab, "for i in 1 2 3; do echo hello >/dev/udp/\(place) || exit; done")
                #expect(said == "0 ", "\(place)")
            }
            let names = try await attempt(
                lab, "getent ahosts any.example | cut -d' ' -f1 | sort -u")
            #expect(names == "0 198.51.100.1\n2001:db8:1::1\n")
            #expect(try await attempt(lab, "getent hosts 198.51.100.1") == "2 ")
        }
        #expect(LabFixture.text("\(plan.root)/etc/resolv.conf") == before)
    }

    @Test func `is nowhere on the machine, and has nothing of it`() async throws {
        let before = interfaces
        try await Lab.with(LabFixture.plan { $0.network = .world }) { (lab) async throws in
            #expect(interfaces == before)
            let neighbour = try #require(neighbours(of: try keeper(of: lab)).first)
            let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/net")
            let its = try FileManager.default.destinationOfSymbolicLink(
                atPath: "/proc/\(neighbour)/ns/net")
            let labs = try FileManager.default.destinationOfSymbolicLink(
                atPath: lab.networkNamespace)
            #expect(Set([own, its, labs]).count == 3)
            let status = LabFixture.text("/proc/\(neighbour)/status")
            #expect(status.contains("Uid:\t65534\t65534\t65534\t65534\n"))
            #expect(status.contains("CapPrm:\t0000000000000000\n"))
            // Its sockets, its set, and what steers; the standard streams lead nowhere.
            let open = try FileManager.default.contentsOfDirectory(
                atPath: "/proc/\(neighbour)/fd"
            ).compactMap {
                try? FileManager.default.destinationOfSymbolicLink(
                    atPath: "/proc/\(neighbour)/fd/\($0)")
            }
            for place in open {
                #expect(
                    place == "/dev/null" || place.hasPrefix("socket:")
                        || place.hasPrefix("anon_inode:"), "\(place)")
            }
        }
    }

    @Test(arguments: [LabNetwork.world, .host])
    func `is gone when the lab has ended, and when it is killed`(
        network: LabNetwork
    ) async throws {
        let plan = LabFixture.plan { $0.network = network }
        let lab = try await Lab.boot(plan)
        let first = try #require(neighbours(of: try keeper(of: lab)).first)
        try await lab.end()
        #expect(kill(first, 0) != 0)
        let killed = try await Lab.boot(plan)
        let keeper = try keeper(of: killed)
        let second = try #require(neighbours(of: keeper).first)
        let followers = LabFixture.followers(of: second)
        #expect(followers.isEmpty == (network == .world))
        kill(keeper, SIGKILL)
        #expect(try await LabFixture.soon { ([second] + followers).allSatisfy(LabFixture.isGone) })
        try await killed.end()
    }

    @Test func `can be none`() async throws {
        let plan = LabFixture.plan { $0.network = .none }
        try await Lab.with(plan) { (lab) async throws in
            #expect(lab.network == .none)
            #expect(neighbours(of: try keeper(of: lab)).isEmpty)
            #expect(try await attempt(lab, "ls /sys/class/net") == "0 lo\n")
            #expect(try await attempt(lab, "exec 3<>/dev/tcp/192.0.2.1/80") == "1 ")
            #expect(
                LabFixture.text("\(lab.rootPath)/etc/resolv.conf")
                    == LabFixture.text("/etc/resolv.conf"))
        }
    }

    @Test func `can be the machine's own`() async throws {
        let before = interfaces
        try await Lab.with(LabFixture.plan { $0.network = .host }) { (lab) async throws in
            #expect(lab.network == .host)
            #expect(interfaces == before)
            #expect(try await attempt(lab, "ls /sys/class/net") == "0 eth0\nlo\n")
            let machines = try HostCommand(["hostname", "-I"])
            #expect(try await machines.wait() == 0)
            let address = try #require(machines.text.split(separator: " ").first)
            #expect(try await attempt(lab, "hostname -I").contains(address))
            let routes = try await attempt(lab, "cut -f 1,2 /proc/net/route")
            #expect(routes.contains("eth0\t00000000\n"))
            #expect(
                LabFixture.text("\(lab.rootPath)/etc/resolv.conf") == "nameserver 203.0.113.53\n")
        }
    }

    @Test func `needs pasta to be the machine's own, and says so`() {
        #expect(throws: LabError.noPasta) { try Pasta.find(stage: "/x", path: "/nowhere:/etc") }
        #expect(
            LabError.noPasta.description
                == "a lab with the machine's network needs pasta: install the package passt")
    }

    @Test func `is a reason that is told where a kernel does not make it`() {
        let setup = LabSetup(plan: LabPlan(name: "web"), stage: "/x", machineID: "1")
        #expect(
            setup.error(atStage: LAB_STAGE_WORLD_PAIR.rawValue, number: EOPNOTSUPP)
                == .noWorld(
                    reason: "a pair of virtual Ethernet interfaces: Operation not supported"))
    }
}

@Suite("The world's name server", .timeLimit(.minutes(5)))
struct NameServerTests {
    private static let name: [UInt8] = [3, 97, 110, 121, 7] + Array("example".utf8) + [0]

    private func query(type: UInt8, name: [UInt8] = name, flags: UInt8 = 1) -> [UInt8] {
        [0x12, 0x34, flags, 0, 0, 1, 0, 0, 0, 0, 0, 0] + name + [0, type, 0, 1]
    }

    private func answer(to query: [UInt8], room: Int = 512) -> [UInt8] {
        var message = query + Array(repeating: 0, count: max(0, room - query.count))
        let length = lab_answer_query(&message, query.count, room)
        return Array(message.prefix(length))
    }

    @Test func `gives every name an address of each family`() {
        let four = answer(to: query(type: 1))
        #expect(four.prefix(12) == [0x12, 0x34, 0x85, 0x80, 0, 1, 0, 1, 0, 0, 0, 0])
        #expect(
            four.suffix(16) == [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 198, 51, 100, 1])
        let six = answer(to: query(type: 28))
        #expect(six.count == query(type: 28).count + 28)
        #expect(six.suffix(17) == [16, 0x20, 1, 0xd, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])
    }

    @Test func `knows no names of addresses, and nothing else of a name`() {
        #expect(answer(to: query(type: 12))[3] == 0x83)
        let mail = answer(to: query(type: 15))
        #expect(mail[3] == 0x80 && mail[7] == 0 && mail.count == query(type: 15).count)
    }

    @Test func `is silent about what is no query`() {
        #expect(answer(to: []).isEmpty)
        #expect(answer(to: Array(query(type: 1).prefix(11))).isEmpty)
        // A name that does not end, one that is compressed, no question, an answer.
        #expect(answer(to: query(type: 1, name: [63, 97])).isEmpty)
        #expect(answer(to: query(type: 1, name: [0xc0, 12])).isEmpty)
        var none = query(type: 1)
        none[5] = 0
        #expect(answer(to: none).isEmpty)
        #expect(answer(to: query(type: 1, flags: 0x80)).isEmpty)
        // The answer does not fit.
        #expect(answer(to: query(type: 28), room: 40).count == query(type: 28).count)
    }
}
