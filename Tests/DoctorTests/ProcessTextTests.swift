import Hardening
import Testing

@testable import Systemd

@Suite("The kernel's texts on a process", .timeLimit(.minutes(5))) struct ProcessTextTests {
    @Test("the fields of status are read in their own bases")
    func status() {
        var reading = ProcessReading()
        reading.read(
            status: """
                Name:\tsleep
                Umask:\t0027
                Uid:\t1\t33\t3\t4
                CapBnd:\t000001fffeffffff
                NoNewPrivs:\t1
                Seccomp:\t2
                Seccomp_filters:\t12
                """)
        #expect(reading.umask == 0o027)
        #expect(reading.user == 33)
        #expect(reading.bounding == 0x1ff_feff_ffff)
        #expect(reading.noNewPrivileges)
        #expect(reading.filters == 12)
    }

    @Test("a kernel that tells less leaves it untold")
    func oldKernel() {
        var reading = ProcessReading()
        reading.read(status: "Name:\tsleep\nNoNewPrivs:\t0\n")
        reading.read(mergedMemory: "")
        #expect(reading.filters == nil)
        #expect(reading.umask == nil)
        #expect(reading.mergesMemory == nil)
        #expect(!reading.noNewPrivileges)
        reading.read(mergedMemory: "ksm_rmap_items 0\nksm_merge_any: yes\nksm_mergeable: no\n")
        #expect(reading.mergesMemory == true)
        reading.read(mergedMemory: "ksm_merge_any: no\n")
        #expect(reading.mergesMemory == false)
    }

    @Test("a mount's own options count and those of its file system, but for rw")
    func mountinfo() {
        let table = MountTable(
            mountinfo: """
                23 1 0:21 / / rw,relatime shared:1 - overlay overlay rw,lowerdir=/a - b,upperdir=/c
                40 23 0:30 /sys /proc/sys ro,nosuid master:4 propagate_from:2 - proc proc rw
                41 23 0:31 / /proc rw,nosuid - proc proc rw,hidepid=invisible,subset=pid
                42 23 0:32 / /srv/with\\040blank\\134 rw - tmpfs none ro,size=4k
                broken line
                """)
        #expect(table.mounts.count == 4)
        #expect(table.mount(of: "/proc/sys/net")?.options == ["ro", "nosuid"])
        #expect(table.mount(of: "/proc")?.options.contains("subset=pid") == true)
        #expect(table.mount(of: "/proc")?.options.contains("rw") == true)
        let strange = table.mount(of: "/srv/with blank\\")
        #expect(strange?.options == ["rw", "ro", "size=4k"])
        #expect(strange?.device == "0:32")
        #expect(table.mount(of: "/etc")?.type == "overlay")
    }

    @Test("a program of one call is a whole ELF file whose texts lie where its arguments point")
    func callProgram() throws {
        let file = try #require(CallProgram.searchingKey("invocation_id").file)
        #expect(file.starts(with: [0x7f, 0x45, 0x4c, 0x46, 2, 1]))
        func word(_ offset: Int) -> UInt64 {
            file[offset..<offset + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        let base: UInt64 = 0x40_0000
        #expect(word(24) == base + 120)
        // The segment is the whole file.
        #expect(word(64 + 32) == UInt64(file.count))
        let words = file.count - "user".count - 1 - "invocation_id".count - 1 - 7 * 8
        let type = Int(word(words + 3 * 8) - base)
        let name = Int(word(words + 4 * 8) - base)
        #expect(Array(file[type..<type + 5]) == Array("user".utf8) + [0])
        #expect(Array(file[name...]) == Array("invocation_id".utf8) + [0])
    }
}
