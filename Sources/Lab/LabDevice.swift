import CLab
import Glibc
import Linux

/// A device node of a lab.
struct LabDevice: Equatable, Sendable {
    let path: String
    var isBlock = false
    /// With the numbers of the kernel's devices.txt.
    let major: UInt32
    let minor: UInt32

    /// Those of every lab; none of them reaches hardware.
    static let standard = [
        LabDevice(path: "/dev/null", major: 1, minor: 3),
        LabDevice(path: "/dev/zero", major: 1, minor: 5),
        LabDevice(path: "/dev/full", major: 1, minor: 7),
        LabDevice(path: "/dev/random", major: 1, minor: 8),
        LabDevice(path: "/dev/urandom", major: 1, minor: 9),
        LabDevice(path: "/dev/tty", major: 5, minor: 0),
    ]

    /// The nodes in a directory, and below it, by paths that begin with `path`. Links are not
    /// followed.
    static func nodes(in directory: RootedDirectory, at path: String) -> [LabDevice] {
        directory.names.flatMap { name -> [LabDevice] in
            let path = "\(path)/\(name)"
            guard let about = directory.status(of: name) else { return [] }
            let kind = about.mode & S_IFMT
            if kind == S_IFDIR {
                return directory.subdirectory(name).map { nodes(in: $0, at: path) } ?? []
            }
            guard kind == S_IFCHR || kind == S_IFBLK else { return [] }
            return [
                LabDevice(
                    path: path, isBlock: kind == S_IFBLK, major: lab_major(dev_t(about.node)),
                    minor: lab_minor(dev_t(about.node)))
            ]
        }
    }
}

/// Which devices can be made and opened in a lab: a BPF program on its cgroup (`BPF_CGROUP_DEVICE`).
enum DeviceGuard {
    /// Besides the nodes of a lab: pseudoterminals, whose numbers are 136 to 143, and the nodes
    /// without meaning that systemd mounts over what is inaccessible.
    private static let unnamed: [lab_device] =
        [lab_device(is_block: 0, major: 5, minor: 2)]
        + (136...143).map { lab_device(is_block: 0, major: $0, minor: .max) }
        + [0, 1].map { lab_device(is_block: $0, major: 0, minor: 0) }

    /// All that can be made and opened besides those.
    static func granting(_ devices: [LabDevice]) -> [lab_device] {
        let named = devices.map {
            lab_device(is_block: $0.isBlock ? 1 : 0, major: $0.major, minor: $0.minor)
        }
        return Array((unnamed + named).prefix(Int(LAB_MOST_DEVICES)))
    }
}

extension Lab {
    /// Lets any device be made and opened in the lab while `body` runs. Afterwards those whose nodes
    /// are in the lab's /dev can be; no other one can be made or opened.
    ///
    /// - Throws: `.stepFailed`, and what `body` throws.
    public func makingDevices<Result: Sendable>(
        isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Result
    ) async throws -> Result {
        // No node is made in a user namespace, and what is in /dev there are the lab's own.
        if isCaged { return try await body() }
        try guardDevices(isLifted: true)
        do {
            let result = try await body()
            try guardDevices(isLifted: false)
            return result
        } catch {
            try guardDevices(isLifted: false)
            throw error
        }
    }

    private func guardDevices(isLifted: Bool) throws(LabError) {
        let tree = try CgroupTree.open()
        do throws(Errno) {
            let cgroup = OpenFile(
                owning: try check {
                    openat(
                        tree.number, CgroupTree.cgroup(of: name),
                        O_RDONLY | O_DIRECTORY | O_CLOEXEC)
                })
            let nodes = try RootedDirectory(rootPath).subdirectory("dev").map {
                LabDevice.nodes(in: $0, at: "/dev")
            }
            let devices = DeviceGuard.granting(nodes ?? [])
            try check {
                lab_guard_devices(cgroup.number, devices, devices.count, isLifted ? 1 : 0)
            }
        } catch {
            throw .stepFailed(
                step: "let the lab open the devices in its /dev", reason: error.description)
        }
    }
}
