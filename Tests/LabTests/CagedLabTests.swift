import Foundation
import Glibc
import Testing

@testable import Lab

/// A lab whose root is nobody on the machine. What it closes is tried in ContainmentTests.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct `A caged lab` {
    @Test(arguments: LabFixture.releases)
    func `is a machine like others to what runs in it`(release: String) async throws {
        let plan = LabFixture.plan(root: try LabFixture.tree(release)) { $0.isCaged = true }
        try await Lab.with(plan) { lab in
            #expect(lab.isCaged)
            let state = try await lab.run(["systemctl", "is-system-running"])
            #expect(state.stdout == "running\n", "\(state)")
            let root = try await lab.run(["stat", "-c", "%U:%G", "/etc/passwd", "/root", "/run"])
            #expect(root.stdout == "root:root\nroot:root\nroot:root\n")
            let given = try await lab.run([
                "sh", "-c",
                "touch /srv/x && chown daemon:adm /srv/x && mkdir /srv/d && rmdir /srv/d && "
                    + "rm -r /usr/share/doc && mkdir /usr/share/doc && stat -c %U:%G /srv/x",
            ])
            #expect(given.stdout == "daemon:adm\n", "\(given)")
            let service = try await lab.run([
                "systemd-run", "--quiet", "--pipe", "--wait", "-p", "DynamicUser=yes", "-p",
                "PrivateDevices=yes", "-p", "PrivateUsers=yes", "id", "-u",
            ])
            // A dynamic user's number, systemd.exec(5).
            let user = UInt32(service.stdout.dropLast()) ?? 0
            #expect((61184...65519).contains(user), "\(service)")
        }
    }

    @Test func `has users that are nobody's on the machine`() async throws {
        let plan = LabFixture.plan(root: try LabFixture.tree("trixie")) { $0.isCaged = true }
        try await Lab.with(plan) { lab in
            let map = LabFixture.text("/proc/\(lab.pid)/uid_map").split(separator: " ")
            #expect(map.first == "0" && map.last == "65536\n")
            let first = try #require(map.dropFirst().first.flatMap { UInt32($0) })
            #expect((0x4000_0000..<0x6fff_0000).contains(first) && first % 65536 == 0)
            let status = LabFixture.text("/proc/\(lab.pid)/status")
            #expect(status.contains("Uid:\t\(first)\t\(first)\t\(first)\t\(first)\n"))
        }
    }

    @Test func `leaves its tree as it was, owners as well`() async throws {
        let root = try LabFixture.tree("trixie")
        let plan = LabFixture.plan(root: root) { $0.isCaged = true }
        try await Lab.with(plan) { lab in
            _ = try await lab.run(["chown", "daemon", "/etc/hosts"])
        }
        let attributes = try FileManager.default.attributesOfItem(atPath: root + "/etc/hosts")
        #expect(attributes[.ownerAccountID] as? Int == 0)
    }

    @Test func `has nothing of the machine's`() async throws {
        let changes: [(inout LabPlan) -> Void] = [
            { $0.binds = ["/usr"] }, { $0.network = .host }, { $0.writableSys = true },
        ]
        for (change, what) in zip(
            changes, ["no directory such as /usr", "no network", "no writable /sys"])
        {
            var plan = LabFixture.plan { $0.isCaged = true }
            change(&plan)
            await #expect(throws: LabError.notInCage(what)) { try await Lab.boot(plan) }
        }
    }

    /// A file system whose owners cannot be shown shifted: an overlay, as containers have.
    @Test func `cannot be made of every tree, and says so`() async throws {
        let place = try FakeTree()
        for name in ["upper", "work", "root"] { try place.make(name) }
        let options =
            "lowerdir=\(try LabFixture.tree("trixie")),upperdir=\(place.path)/upper,"
            + "workdir=\(place.path)/work"
        let root = "\(place.path)/root"
        try #require(mount("overlay", root, "overlay", 0, options) == 0)
        defer { umount2(root, Int32(MNT_DETACH)) }
        let plan = LabFixture.plan(root: root) { $0.isCaged = true }
        await #expect(
            throws: LabError.noCage(
                reason: "the files of \(root) under other owners: Invalid argument; "
                    + "that needs Linux 5.19 and the tree on ext4, xfs, btrfs or tmpfs")
        ) { try await Lab.boot(plan) }
        #expect(try !LabFixture.isAnythingLeft(of: plan.name))
    }
}
