import Fixtures
import Foundation
import Reports
import Testing

extension EndToEnd {
    @Suite("hardens a service of a user's own manager", .serialized)
    struct UserServiceTests {
        private static let plan = URL(filePath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Examples/Services/syncthing.temper").path

        @Test("syncthing: what its manager cannot apply is not what it needs")
        func syncthing() async throws {
            try await withState { state in
                let report = try await Tool.harden(
                    "syncthing", root: Release.services, state: state,
                    [
                        "--user", "--as", "mona", "--plan", Self.plan, "--fast", "--good-enough",
                        "3.0", "--json", "--quiet",
                    ])
                #expect(report.status == 0, "\(report.errors)")
                let result = try Tool.result(report)
                print("syncthing: \(result.exposure) \(result.trials) trials, \(report.seconds) s")
                #expect(result.exposure.after <= 3.0)
                #expect(result.verified)
                #expect(result.dropIn.contains("\nPrivateUsers=yes\n"))
                #expect(result.dropIn.contains("\nCapabilityBoundingSet=\n"))
                let beyond = Set((result.beyondManager ?? []).map(\.restriction))
                #expect(
                    beyond.isSuperset(of: [
                        "ProtectProc=invisible", "IPAddressDeny=any", "PrivateUsers=identity",
                    ]))
                for refused in result.refused {
                    #expect(!beyond.contains(refused.restriction))
                    // A step of systemd's own preparation says nothing of the service.
                    for step in ["217/USER", "218/CAPABILITIES", "226/NAMESPACE"] {
                        #expect(!refused.because.contains(step), "\(refused)")
                    }
                }
                for ignored in ["IPAddressDeny", "ProtectProc", "DevicePolicy"] {
                    #expect(!result.dropIn.contains("\n\(ignored)="))
                }
            }
            #expect(try await Tool.leftovers(of: Release.services) == [])
        }

        @Test("one that never passes: how its user can see it")
        func neverPasses() async throws {
            try await withState { state in
                let report = try await Tool.harden(
                    "syncthing", root: Release.services, state: state,
                    [
                        "--user", "--quiet", "--probe", "false", "--start-period", "300ms",
                    ])
                #expect(report.status == 2)
                #expect(report.errors.contains("fails without any restriction"))
                #expect(
                    report.errors.contains(
                        "runuser -u mona -- env XDG_RUNTIME_DIR=/run/user/1000 "
                            + "systemctl --user start syncthing.service"), "\(report.errors)")
            }
        }

        @Test("whose service it is must be said of a user that exists, and only with --user")
        func whose() async throws {
            try await withState { state in
                let probe = ["--probe", "true", "--quiet"]
                let alone = try await Tool.harden(
                    "syncthing", root: Release.services, state: state, probe + ["--as", "mona"])
                #expect(alone.status == 64)
                #expect(alone.errors.contains("add --user"), "\(alone.errors)")
                let unknown = try await Tool.harden(
                    "syncthing", root: Release.services, state: state,
                    probe + ["--user", "--as", "lisa"])
                #expect(unknown.status == 2)
                #expect(unknown.complaints.count == 1, "\(unknown.errors)")
                #expect(unknown.errors.contains("there is no user lisa here"))
                let system = try await Tool.harden(
                    "ssh", root: Release.services, state: state, probe + ["--user"])
                #expect(system.status == 2)
                #expect(system.errors.contains("there is no ssh.service here"), "\(system.errors)")
            }
        }
    }
}
