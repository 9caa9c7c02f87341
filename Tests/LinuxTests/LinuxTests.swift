import Glibc
import Linux
import Synchronization
import Testing

@Suite("What Linux gives every program", .timeLimit(.minutes(1)))
struct LinuxTests {
    @Test func `a death watch tells the other end when it is let go, and still hears`() throws {
        for keepsMessages in [false, true] {
            let (watch, other) = try DeathWatch.withOtherEnd(keepsMessages: keepsMessages)
            defer { close(other) }
            var byte: UInt8 = 0
            #expect(recv(other, &byte, 1, Int32(MSG_DONTWAIT)) < 0 && errno == EAGAIN)
            watch.letGo()
            watch.letGo()
            #expect(read(other, &byte, 1) == 0)
            #expect(write(other, "x", 1) == 1)
            #expect(read(watch.socket, &byte, 1) == 1 && byte == UInt8(ascii: "x"))
        }
    }

    @Test func `a death watch tells the other end when nobody holds it`() throws {
        let other = try DeathWatch.withOtherEnd().other
        defer { close(other) }
        var byte: UInt8 = 0
        #expect(read(other, &byte, 1) == 0)
    }

    @Test func `a worker thread has its name and takes no signals`() async throws {
        let (name, blocked) = try await withCheckedThrowingContinuation {
            (told: CheckedContinuation<(String?, Bool), any Error>) in
            do throws(Errno) {
                try WorkerThread("worker") {
                    var mask = sigset_t()
                    pthread_sigmask(SIG_BLOCK, nil, &mask)
                    told.resume(
                        returning: (
                            KernelFile.line("/proc/thread-self/comm"),
                            sigismember(&mask, SIGTERM) == 1
                        ))
                }
            } catch {
                told.resume(throwing: error)
            }
        }
        #expect(name == "worker")
        #expect(blocked)
    }

    @Test func `files of the kernel are read whole, and those that are not there are empty`() {
        #expect(KernelFile.text("/proc/self/status").contains("\nPid:\t\(getpid())\n"))
        #expect(KernelFile.text("/proc/self/mountinfo").hasSuffix("\n"))
        #expect(KernelFile.line("/proc/sys/kernel/ostype") == "Linux")
        #expect(KernelFile.text("/proc/self/nothing").isEmpty)
        #expect(KernelFile.line("/proc/self/nothing") == nil)
    }

    @Test func `mounts are read with their tags left out and their paths as they are`() {
        let mounts = MountInfo.all(
            in: """
                40 23 0:30 /sys /mnt/a\\040b\\134c ro,nosuid master:4 shared:2 - proc proc rw,hidepid=2
                no mount
                41 23 0:31 / /x rw - cgroup2 cgroup2 rw,nsdelegate
                42 23 0:31 / /x rw - cgroup2
                43 23 0:31 / /x
                """)
        #expect(mounts.map(\.point) == ["/mnt/a b\\c", "/x", "/x"])
        #expect(mounts.first?.root == "/sys" && mounts.first?.device == "0:30")
        #expect(mounts.first?.options == ["ro", "nosuid"])
        #expect(mounts.first?.systemOptions == ["rw", "hidepid=2"])
        #expect(mounts.map(\.type) == ["proc", "cgroup2", "cgroup2"])
    }

    @Test func `errors are told in the C library's words`() {
        #expect(Errno(code: ENOENT).description == "No such file or directory")
        #expect(throws: Errno(code: EBADF)) { try check { close(-1) } }
    }
}
