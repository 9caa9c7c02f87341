/// A refusal that programs are known to go on from as well as without it.
struct HarmlessRefusal: Sendable {
    private let call: String?
    private let error: ErrorNumber
    /// Of the file that it is about; nil for a call that is about none.
    private let path: String?
    /// Why nothing is lost, with its source.
    let reason: String

    private init(
        call: String? = nil, _ error: ErrorNumber, of path: String? = nil, _ reason: String
    ) {
        self.call = call
        self.error = error
        self.path = path
        self.reason = reason
    }

    static let all: [HarmlessRefusal] = [
        HarmlessRefusal(
            call: "clone3", .enosys,
            "filters that cannot look into clone3 answer so, and the C library goes on with clone "
                + "(glibc 2.34, sysdeps/unix/sysv/linux/clone-internal.c)"),
        HarmlessRefusal(
            .enoent, of: "/proc/sys/vm/overcommit_memory",
            "the allocator only asks how to give memory back (glibc, malloc-sysdep.h)"),
        HarmlessRefusal(
            .enoent, of: "/proc/sys/kernel/ngroups_max",
            "the C library goes on with the number that it was built with (glibc, sysconf.c)"),
        HarmlessRefusal(
            .enoent, of: "/proc/filesystems",
            "libselinux asks whether there is a file system of SELinux, and takes none for no"),
        HarmlessRefusal(
            .enoent, of: "/sys/fs/selinux", "libselinux takes none for no SELinux"),
    ]

    func holds(for request: KernelRequest) -> Bool {
        guard case .call(let name) = request.subject else { return false }
        return request.error == error.rawValue && call.map { $0 == name } ?? true
            && path == request.path
    }
}

extension KernelRequest {
    /// Whether a program that is refused this goes on as well without it.
    public var isHarmless: Bool { HarmlessRefusal.all.contains { $0.holds(for: self) } }

    /// What was asked, whoever asked and however it was answered.
    public var question: KernelRequest {
        let asked = pattern
        return KernelRequest(
            asked.subject, by: "", path: asked.path, isWriting: asked.isWriting,
            family: asked.family, namespaces: asked.namespaces)
    }
}
