import Fixtures
import Foundation
import Hardening
import Lab
import Linux
import Testing
import Trials

@testable import Systemd

@Suite("What a copy leaves in /run", .serialized, .timeLimit(.minutes(5)))
struct LeftoverTests {
    /// Ends at once where its lock is there, or where its pid file names a living process.
    private static let unit = """
        [Service]
        Type=exec
        ExecStart=/bin/bash -c 'own=/run/left/pid; \\
            if [ -e /run/left/lock ] || { read -r old <$own && kill -0 $old; }; then exit 3; fi; \\
            echo $$ >$own; if [ -e /srv/locks ]; then : >/run/left/lock; fi; sleep 1000'
        """

    private func number(in lab: Lab) throws -> String {
        try String(contentsOfFile: lab.rootPath + "/run/left/pid", encoding: .utf8)
    }

    private func works(_ service: Service, under restrictions: String...) async throws -> Bool {
        let profile = Profile(restrictions, in: .standard)
        let copy = try await startedCopy(of: service.copies, under: profile).copy
        try await Task.sleep(for: .milliseconds(200))
        let isUp = try await copy.state().isUp
        await copy.end()
        return isUp
    }

    @Test("does not decide the next trial, but for what it leaves as it is")
    func putBack() async throws {
        try await withLab(.sid) { lab, machine in
            _ = try await lab.run(["mkdir", "/run/left"])
            try await CopyTests.install(["left.service": Self.unit], in: lab)
            let service = try await Service(named: "left.service", on: machine)

            #expect(try await works(service))
            let own = try number(in: lab)
            // It is process 1 there, and is what every later start finds alive.
            #expect(try await works(service, under: "PrivatePIDs=yes"))
            #expect(try number(in: lab) == own)
            #expect(try await works(service, under: "PrivatePIDs=yes"))

            _ = try await lab.run(["touch", "/srv/locks", "/run/left/other"])
            #expect(try await works(service, under: "PrivateTmp=yes"))
            #expect(try await works(service, under: "PrivateTmp=yes"))
            #expect(machine.tree.has("/run/left/other") && !machine.tree.has("/run/left/lock"))
            // As it is it has to live with that on any machine.
            #expect(try await works(service))
            #expect(try await !works(service))
        }
    }

    /// What it makes once, it makes in places of all kinds; and it starts only where none of it is.
    private static let maker = """
        [Service]
        Type=exec
        ExecStart=/bin/sh -ec 'mkdir /srv/once /srv/once/below /run/once; ln -s /etc /srv/once/link; \\
            : >/srv/once/below/file; exec sleep 1000'
        """

    @Test("and elsewhere is told from what the tree has, and gone before each start")
    func once() async throws {
        try await withLab(.trixie) { lab, machine in
            try await CopyTests.install(["once.service": Self.maker], in: lab)
            let service = try await Service(named: "once.service", on: machine)
            #expect(try await works(service))
            let made = machine.added(
                [
                    "/srv/once", "/srv/once/below/file", "/srv/none", "/srv", "/etc/passwd",
                    "/run/once", "/proc/self", "/tmp", "",
                ], since: lab.root)
            #expect(made == ["/srv/once"])

            let anew = service.copies(in: .standard, leftovers: made.sorted() + ["/run/once"])
            for _ in 1...2 {
                let copy = try await startedCopy(of: anew).copy
                try await Task.sleep(for: .milliseconds(200))
                #expect(try await copy.state().isUp)
                await copy.end()
            }
            #expect(machine.tree.has("/etc/passwd") && machine.tree.has("/srv/once/link"))
        }
    }

    @Test("but in a directory of the machine's own only files")
    func bound() async throws {
        let shared = try FileManager.default.url(
            for: .itemReplacementDirectory, in: .userDomainMask,
            appropriateFor: URL(filePath: "/var/tmp"), create: true
        ).resolvingSymlinksInPath().path
        defer { try? FileManager.default.removeItem(atPath: shared) }
        let kept = shared + "/queue/of others"
        try FileManager.default.createDirectory(
            atPath: shared + "/queue", withIntermediateDirectories: true)
        try Data().write(to: URL(filePath: kept))
        func sharing(_ plan: inout LabPlan) { plan.binds = [shared] }
        try await withLab(.trixie, changing: sharing) { lab, machine in
            try await CopyTests.install(["once.service": Self.maker], in: lab)
            let service = try await Service(named: "once.service", on: machine)
            #expect(machine.added([shared + "/queue"], since: lab.root) == [])
            let copies = service.copies(
                in: .standard, leftovers: [shared + "/queue", shared, "/srv/once"])
            await (try await startedCopy(of: copies).copy).end()
            #expect(FileManager.default.fileExists(atPath: kept))
        }
    }
}
