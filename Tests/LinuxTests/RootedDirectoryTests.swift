import Foundation
import Glibc
import Linux
import Testing

/// What no hostile tree may be: a way out, or something to wait for.
@Suite("A directory that is the root of what is below it", .timeLimit(.minutes(1)))
struct RootedDirectoryTests {
    @Test func `links lead nowhere out of it, be they absolute or relative`() throws {
        try withTree { top in
            try write("outside", at: "\(top)/outside/secret")
            try write("inside", at: "\(top)/tree/outside/secret")
            try write("inside", at: "\(top)/tree/\(top)/outside/secret")
            for (name, target) in [
                ("absolute", "\(top)/outside/secret"), ("relative", "../../outside/secret"),
            ] {
                #expect(symlink(target, "\(top)/tree/a/\(name)") == 0)
                let tree = try RootedDirectory("\(top)/tree")
                #expect(tree.text(of: "/a/\(name)") == "inside")
                #expect(tree.text(of: "/a/\(name)", followingLink: false) == nil)
                #expect(tree.link("/a/\(name)") == target)
                #expect(tree.status(of: "/a/\(name)")?.isLink == true)
                #expect(tree.status(of: "/a/\(name)", followingLink: true)?.isRegular == true)
                // And where there is nothing of that name inside:
                let below = try RootedDirectory("\(top)/tree/a")
                #expect(!below.has("/\(name)") && below.text(of: name) == nil)
                #expect(below.directory(at: "..")?.names == below.names)
            }
        }
    }

    @Test func `links of the kernel's are not followed`() throws {
        let machine = try RootedDirectory("")
        for path in ["/proc/self/root", "/proc/self/cwd", "/proc/self/root/etc"] {
            #expect(machine.directory(at: path) == nil && !machine.has(path))
        }
        #expect(machine.link("/proc/self/root") == "/")
        let me = try #require(machine.process(UInt32(getpid())))
        #expect(me.text(of: "comm") == KernelFile.text("/proc/self/comm"))
        #expect(me.rootOfProcess?.has("/proc/self/comm") == true)
        #expect(machine.directory(at: "/etc")?.rootOfProcess == nil)
    }

    @Test func `what looks like a file of the kernel's and is none is not believed`() throws {
        try withTree { top in
            try write("1\n", at: "\(top)/tree/sys/fs/cgroup/x.slice/cgroup.procs")
            try write("hostile", at: "\(top)/tree/proc/1/comm")
            #expect(symlink("/", "\(top)/tree/proc/1/root") == 0)
            let tree = try RootedDirectory("\(top)/tree")
            #expect(tree.has("/sys/fs/cgroup/x.slice/cgroup.procs"))
            #expect(tree.controlGroup("/x.slice") == nil && tree.process(1) == nil)
            #expect(tree.directory(at: "/proc/1")?.rootOfProcess == nil)
        }
    }

    @Test func `pipes, sockets and devices are neither read nor waited for`() throws {
        try withTree { top in
            #expect(mkfifo("\(top)/tree/a/pipe", 0o644) == 0)
            let socket = try listener(at: "\(top)/tree/a/socket")
            defer { close(socket) }
            let isRoot = geteuid() == 0
            // /dev/zero never ends.
            if isRoot { #expect(mknod("\(top)/tree/a/device", S_IFCHR | 0o666, 1 << 8 | 5) == 0) }
            let tree = try RootedDirectory("\(top)/tree")
            for name in ["pipe", "socket"] + (isRoot ? ["device"] : []) {
                #expect(tree.has("/a/\(name)"), "\(name)")
                #expect(tree.text(of: "/a/\(name)") == nil, "\(name)")
                #expect(throws: Errno(code: EINVAL)) { try tree.openFile("/a/\(name)") }
            }
            #expect(tree.text(of: "/a") == nil && tree.names(in: "/a/pipe") == [])
        }
    }

    @Test func `no more is read of a file than was asked for`() throws {
        try withTree { top in
            try write("0123456789", at: "\(top)/tree/a/file")
            // A file with a hole of a tebibyte.
            let hole = open("\(top)/tree/a/hole", O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
            #expect(ftruncate(hole, 1 << 40) == 0)
            close(hole)
            let tree = try RootedDirectory("\(top)/tree")
            #expect(tree.bytes(of: "a/file", first: 4) == Array("0123".utf8))
            #expect(tree.bytes(of: "a/file", first: 100)?.count == 10)
            #expect(tree.text(of: "a/hole")?.utf8.count == 1 << 20)
        }
    }

    @Test func `one of a machine that is gone has nothing in it`() {
        #expect(!RootedDirectory.nowhere.has("/") && RootedDirectory.nowhere.names == [])
        #expect(RootedDirectory.nowhere.text(of: "/etc/passwd") == nil)
    }

    private func withTree(_ body: (String) throws -> Void) throws {
        var template = Array("/tmp/temper-rooted-XXXXXX".utf8CString)
        let made = try #require(mkdtemp(&template))
        let top = String(cString: made)
        defer { try? FileManager.default.removeItem(atPath: top) }
        for name in ["tree", "tree/a", "outside"] { #expect(mkdir("\(top)/\(name)", 0o755) == 0) }
        try body(top)
    }

    private func write(_ text: String, at path: String) throws {
        var directory = ""
        for name in path.split(separator: "/").dropLast() {
            directory += "/\(name)"
            mkdir(directory, 0o755)
        }
        let file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        try #require(file >= 0 && Glibc.write(file, text, text.utf8.count) == text.utf8.count)
        close(file)
    }

    private func listener(at path: String) throws -> Int32 {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        let socket = Glibc.socket(AF_UNIX, kind, 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let isBound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        try #require(isBound && listen(socket, 1) == 0)
        return socket
    }
}
