import CLab
import Glibc
import Testing

@testable import Lab

@Suite("The cgroup2 tree", .timeLimit(.minutes(5)))
struct CgroupTreeTests {
    @Test func `is found beside the version 1 hierarchies`() {
        let mounts = """
            32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu
            41 31 0:38 / /sys/fs/cgroup/unified rw,relatime shared:9 - cgroup2 cgroup2 rw
            """
        #expect(CgroupTree.mountPoints(in: mounts) == ["/sys/fs/cgroup/unified"])
    }

    @Test func `is not a read-only mount, nor a part of the tree`() {
        let mounts = """
            41 31 0:38 / /a ro,relatime - cgroup2 cgroup2 rw
            42 31 0:38 /user.slice /b rw,relatime - cgroup2 cgroup2 rw
            """
        #expect(CgroupTree.mountPoints(in: mounts).isEmpty)
    }

    @Test func `may be mounted at a path with a blank`() {
        let mounts = #"41 31 0:38 / /my\040tree rw - cgroup2 none rw"#
        #expect(CgroupTree.mountPoints(in: mounts) == ["/my tree"])
    }

    @Test(arguments: ["memory.max", "pids.max"])
    func `bounds what it can, and passes over what it cannot`(limit: String) throws {
        let group = try FakeTree()
        let directory = try OpenFile(group.path, O_RDONLY | O_DIRECTORY)
        #expect(lab_bound(directory.number, limit, "4096") == 0)
        try group.write(limit, "max\n")
        #expect(lab_bound(directory.number, limit, "4096") == 0)
        #expect(try TextFile.read("\(group.path)/\(limit)") == "4096")
        let machine = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
        #expect(LabPlan.mostMemory < machine && LabPlan.mostMemory > machine / 2)
    }

    @Test func `bounds the memory and the processes of a lab of this machine`() async throws {
        try await Lab.with(LabFixture.plan()) { lab in
            let tree = try CgroupTree.open()
            let group = "/proc/self/fd/\(tree.number)/\(CgroupTree.cgroup(of: lab.name))"
            let bounds = [
                "memory.max": LabPlan.mostMemory, "pids.max": LabPlan.mostProcesses,
            ]
            for (limit, most) in bounds {
                let bound = LabFixture.text("\(group)/\(limit)")
                // Hybrid hierarchies give the controller to the first version.
                #expect(bound == "\(most)\n" || bound.isEmpty)
            }
        }
    }
}
