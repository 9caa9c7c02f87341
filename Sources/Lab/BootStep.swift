import Glibc

/// One thing to do between fork and exec, in the words of the system call it becomes.
struct BootStep: Equatable, Sendable {
    enum Action: Equatable, Sendable {
        /// `mount(2)`
        case mount(source: String, at: String, type: String, flags: MountFlags, options: String)
        /// What the host has at this path, at the same path inside.
        case bind(String)
        /// The tree of a caged lab, with the lab's own owners.
        case tree(at: String)
        case directory(String, mode: mode_t)
        case file(String, text: String)
        case append(String, text: String)
        case symlink(String, to: String)
        case device(LabDevice)
        /// A file or symbolic link goes; in the tree below it stays.
        case remove(String)
        case hostname(String)
        /// Paths lead into the lab from here on; binds still find the host's directories.
        case enter(String)
        /// The host's tree is let go.
        case leave
    }

    let action: Action
    /// A step without which the lab is poorer but sound: its failure is passed over.
    var isOptional = false

    init(_ action: Action) { self.action = action }

    var optional: BootStep {
        var copy = self
        copy.isOptional = true
        return copy
    }
}

struct MountFlags: OptionSet, Sendable {
    let rawValue: UInt

    // The kernel's own numbers, which are part of its ABI: <linux/mount.h>.
    static let readOnly = MountFlags(rawValue: 1)
    static let noSetuid = MountFlags(rawValue: 1 << 1)
    static let noDevices = MountFlags(rawValue: 1 << 2)
    static let noExec = MountFlags(rawValue: 1 << 3)
    static let remount = MountFlags(rawValue: 1 << 5)
    static let bind = MountFlags(rawValue: 1 << 12)
    static let recursive = MountFlags(rawValue: 1 << 14)
    static let `private` = MountFlags(rawValue: 1 << 18)
    static let shared = MountFlags(rawValue: 1 << 20)
    static let strictAccessTime = MountFlags(rawValue: 1 << 24)

    static let inert: MountFlags = [.noSetuid, .noDevices, .noExec]
}

extension BootStep: CustomStringConvertible {
    /// What the step does, as it is named when it fails.
    var description: String {
        switch action {
        case .mount(_, let target, let type, _, _) where !type.isEmpty: "mount \(type) on \(target)"
        case .mount(_, let target, _, let flags, _) where flags.contains(.remount):
            "make \(target) read-only"
        case .mount(_, let target, _, let flags, _) where flags.contains(.bind):
            "bind \(target)"
        case .mount(_, let target, _, _, _): "set the propagation of mounts on \(target)"
        case .bind(let path): "bind the host's \(path)"
        case .tree(let path): "mount the tree on \(path)"
        case .directory(let path, _): "make the directory \(path)"
        case .file(let path, _): "write \(path)"
        case .append(let path, _): "append to \(path)"
        case .symlink(let path, let destination): "link \(path) to \(destination)"
        case .device(let device): "make the device \(device.path)"
        case .remove(let path): "hide \(path)"
        case .hostname(let name): "set the host name \(name)"
        case .enter(let path): "make \(path) the root"
        case .leave: "let go of the host's root"
        }
    }
}

extension BootStep {
    static func mount(
        _ type: String, on target: String, _ flags: MountFlags = [], options: String = ""
    ) -> BootStep {
        .init(.mount(source: type, at: target, type: type, flags: flags, options: options))
    }

    /// A second mount of a directory on itself, so that it can be given flags of its own.
    static func bindOntoItself(_ path: String) -> BootStep {
        .init(.mount(source: path, at: path, type: "", flags: .bind, options: ""))
    }

    /// Of this mount only; the file system itself stays writable through others.
    static func makeReadOnly(_ path: String, _ others: MountFlags = []) -> BootStep {
        let flags: MountFlags = [.remount, .bind, .readOnly]
        return .init(
            .mount(source: "", at: path, type: "", flags: flags.union(others), options: ""))
    }

    static func propagation(_ flags: MountFlags) -> BootStep {
        .init(
            .mount(
                source: "", at: "/", type: "", flags: flags.union(.recursive), options: ""))
    }
}
