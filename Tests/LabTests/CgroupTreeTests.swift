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
}
