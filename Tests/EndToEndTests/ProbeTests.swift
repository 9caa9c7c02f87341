import Fixtures
import Foundation
import Reports
import Testing
import Trials

extension EndToEnd {
    @Suite("shows what probes answer", .serialized)
    struct ProbeTests {
        private func probe(
            _ unit: String, root: String = Release.trixie.root, _ arguments: String...
        ) async throws -> (status: Int32, report: ProbeReport) {
            let run = try await Tool.temper.run(
                ["probe", unit, "--root", root, "--json", "--quiet"] + arguments,
                within: .seconds(90))
            #expect(run.errors.isEmpty, "\(run.errors)")
            let data = Data(run.output.utf8)
            try Tool.keeps(data, to: "temper.probe/1")
            #expect(try await Tool.leftovers(of: root) == [])
            return (run.status, try JSONDecoder().decode(ProbeReport.self, from: data))
        }

        @Test("of a service that works: all of them, and what others see of it")
        func passing() async throws {
            let (status, report) = try await probe(
                "nginx", "--probe-http", "http://127.0.0.1/", "--probe-tcp", "127.0.0.1:80",
                "--probe", "test -s /run/nginx.pid")
            #expect(status == 0 && report.verdict == .passed && report.because == nil)
            #expect(report.unit == "nginx.service" && report.isUp)
            // Commands come first, whatever the order on the command line.
            let names = [
                "test -s /run/nginx.pid", "GET http://127.0.0.1/", "TCP 127.0.0.1:80",
            ]
            #expect(report.probes.map(\.probe) == names + names, "\(report.probes)")
            #expect(
                report.probes.map(\.stage.rawValue).prefix(4) == [
                    "ready", "ready", "ready", "reloaded",
                ])
            #expect(report.probes.allSatisfy { $0.answer == .healthy && $0.checks >= 1 })
            #expect(report.listeners.contains("tcp 0.0.0.0:80"), "\(report.listeners)")
            #expect(report.files.contains { $0.path == "/run/nginx.pid" && $0.mode == "0644" })
            #expect(report.processes.contains { $0.name == "nginx" && $0.count > 1 })
            #expect(report.log.isEmpty && report.commands.isEmpty && report.warnings.isEmpty)
        }

        @Test("one that is wrong is told apart from a service that is broken")
        func failing() async throws {
            let patience = ["--start-period", "300ms"]
            let (status, wrong) = try await probe(
                "nginx", "--probe-http", "http://127.0.0.1/no-such-page", patience[0], patience[1])
            #expect(status == 1 && wrong.verdict == .failed && wrong.isUp)
            #expect(wrong.because?.hasSuffix("HTTP 404") == true, "\(wrong.because ?? "")")
            #expect(wrong.probes.count == 1 && wrong.probes[0].because == "HTTP 404")
            #expect(wrong.probes[0].checks >= 3 && wrong.probes[0].milliseconds >= 300)
            #expect(wrong.commands.contains { $0.contains("http://127.0.0.1/no-such-page") })

            let units = [
                "mine.service": "[Service]\nType=exec\nExecStart=/bin/sh -c 'echo oh >&2; exit 3'\n"
            ]
            try await withTree(.trixie, units: units) { root in
                let (status, broken) = try await probe("mine", root: root, "--probe", "true")
                #expect(status == 1 && broken.verdict == .failed && !broken.isUp)
                #expect(broken.log.contains { $0.hasSuffix(": oh") }, "\(broken.log)")
            }
            let (unable, unsure) = try await probe("nginx", "--probe", "exit 125")
            #expect(unable == 2 && unsure.verdict == .unresolved)
            #expect(unsure.probes[0].answer == .cannotTell)
        }

        @Test("for people: the whole of it, in 80 columns")
        func text() async throws {
            let run = try await Tool.temper.run(
                ["probe", "nginx", "--root", Release.trixie.root, "--quiet"])
            #expect(run.status == 0, "\(run.errors)")
            #expect(run.output.contains("no probe asked whether nginx.service works"))
            #expect(run.output.contains("\n  listens on tcp "))
            #expect(
                run.output.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(run.output)")
        }

        @Test("bad words, and what no service can make succeed")
        func bad() async throws {
            for (arguments, status, words) in [
                (["nginx", "--probe-tcp", "22"], 64, "--probe-tcp"),
                (["nginx.socket"], 64, "is not a service"),
                (["ngimx"], 2, "there is no ngimx.service here; did you mean nginx.service?"),
                (["nginx", "--probe", "kurl x"], 2, "there is no program kurl"),
                (["nginx", "--plan", "/no/such/plan"], 64, "/no/such/plan"),
            ] as [([String], Int32, String)] {
                let run = try await Tool.temper.run(
                    ["probe"] + arguments + ["--root", Release.trixie.root, "--quiet"])
                #expect(run.status == status, "\(run.errors)")
                #expect(run.complaints.count == 1 && run.errors.contains(words), "\(run.errors)")
                #expect(run.output.isEmpty)
            }
            #expect(try await Tool.leftovers(of: Release.trixie.root) == [])
        }
    }
}
