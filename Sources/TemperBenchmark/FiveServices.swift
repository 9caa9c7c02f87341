import Foundation
import Lab
import Reports
import TemperKit
import Trials

/// Campaigns on five services as Debian 13 ships them.
struct FiveServices {
    let root: String

    private var services: [(unit: String, probe: ProbeRequest)] {
        let cluster =
            (try? FileManager.default.contentsOfDirectory(atPath: root + "/etc/postgresql"))
        let version = cluster?.sorted().last ?? "17"
        return [
            ("nginx.service", .http("http://127.0.0.1/", contains: nil)),
            ("redis-server.service", .command("redis-cli set a b | grep -q OK")),
            ("memcached.service", .tcp("127.0.0.1:11211")),
            (
                "postgresql@\(version)-main.service",
                .command("su postgres -c 'psql -c \"create temp table t as select 1\"'")
            ),
            ("ssh.service", .tcp("127.0.0.1:22")),
        ]
    }

    func run() async throws {
        let state = FileManager.default.temporaryDirectory.appending(
            path: "temper-benchmark-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: state) }
        print("\nservice                        exposure      trials   seconds  on the real unit")
        for (unit, probe) in services {
            var plan = Plan()
            plan.probes = [probe]
            var labPlan = LabPlan()
            labPlan.root = root
            var session = HardenSession(unit: unit, stateDirectory: state.path)
            session.plan = plan
            session.host = .lab(labPlan)
            session.isForced = true
            let result = try await session.run().result
            let exposure = "\(result.exposure.before) → \(result.exposure.after)"
            print(
                unit.padding(toLength: 30, withPad: " ", startingAt: 0)
                    + " " + exposure.padding(toLength: 12, withPad: " ", startingAt: 0)
                    + String(format: "%8d %9.1f", result.copyTrials, result.seconds)
                    + "  " + (result.verified ? "passed" : "not tried"))
        }
    }
}
