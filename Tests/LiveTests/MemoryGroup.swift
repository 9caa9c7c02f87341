import Foundation

/// A control group in which the kernel ends whoever needs more memory: the hierarchy of version 1,
/// or version 2 where its root hands the controller on.
struct MemoryGroup {
    private let directory: String
    private let isOld: Bool

    /// - Throws: where this machine has no memory controller that can be used.
    init() throws {
        let name = "temper-oom-\(UUID().uuidString.prefix(8))"
        let files = FileManager.default
        let new = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"].first { root in
            MemoryGroup.text("\(root)/cgroup.subtree_control").split { " \n".contains($0) }
                .contains("memory")
        }
        isOld = new == nil
        directory = "\(new ?? "/sys/fs/cgroup/memory")/\(name)"
        if isOld, !files.fileExists(atPath: "/sys/fs/cgroup/memory/memory.limit_in_bytes") {
            throw Missing()
        }
        try files.createDirectory(atPath: directory, withIntermediateDirectories: false)
    }

    struct Missing: Error, CustomStringConvertible {
        let description = "no memory controller: neither /sys/fs/cgroup/memory nor in cgroup2"
    }

    /// Takes a process in, which may have this much more memory than it has now.
    func confine(_ process: Int32, to bytes: Int) throws {
        try write("\(bytes)", to: isOld ? "memory.limit_in_bytes" : "memory.max")
        try write("\(process)", to: "cgroup.procs")
    }

    /// How many processes the kernel has killed in it.
    var kills: Int {
        MemoryGroup.text(directory + (isOld ? "/memory.oom_control" : "/memory.events"))
            .split(separator: "\n").filter { $0.hasPrefix("oom_kill ") }
            .compactMap { Int($0.split(separator: " ")[1]) }.first ?? 0
    }

    func remove() { rmdir(directory) }

    private func write(_ text: String, to file: String) throws {
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: "\(directory)/\(file)"))
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
    }

    private static func text(_ path: String) -> String {
        (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    }
}
