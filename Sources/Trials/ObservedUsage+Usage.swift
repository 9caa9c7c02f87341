public import Hardening

extension ObservedUsage {
    /// What exceptions could be needed for.
    ///
    /// - Parameters:
    ///   - declared: directories that the unit declares (`StateDirectory=` and its kin): systemd
    ///     leaves them writable by itself.
    ///   - userName: the name of a user by its number; nil for one without a name.
    ///   - made: the directories one level below /run that it was seen to make, with their modes.
    ///   - replaceable: those of them that systemd can make in its stead.
    ///   - isDirectory: whether there is a directory of this path on the service's machine.
    public func usage(
        declared: Set<String>, userName: (UInt32) -> String?, making made: [String: UInt32] = [:],
        replaceable: Set<String> = [],
        isDirectory: (String) -> Bool = { _ in false }
    ) -> Usage {
        var usage = Usage()
        let undeclared = made.filter { !declared.contains("/run/\($0.key)") }
        if !undeclared.isEmpty { usage.runtimeDirectories = undeclared }
        for access in accesses {
            switch access {
            case .writes(let path):
                // Nobody needs to write beside a directory to change its owner; beside one that it
                // makes, it does.
                let path = Places.resolved(path)
                let isPlace = isDirectory(path) && !accesses.contains(.makesDirectory(path))
                note(isPlace ? path + "/file" : path, isWritten: true, declared, in: &usage)
                if isDirectory(path) { usage.files.remove(path) }
            case .reads(let path): note(path, isWritten: false, declared, in: &usage)
            case .device(let path) where Places.isPlain(path): usage.devices.insert(path)
            case .listens(let transport, _, let port, _): usage.ports.insert("\(transport):\(port)")
            case .worksIn(let directory) where accesses.contains(.writesRelatively):
                note(directory + "/file", isWritten: true, declared, in: &usage)
            case .uses(let name) where !Capability.ofRoot.contains(name):
                usage.capabilities.insert(name)
            default: break
            }
        }
        // Where it makes nothing else in /run itself, that need not be writable.
        if usage.written.contains("/run"), Set(undeclared.keys).isSubset(of: replaceable),
            !undeclared.isEmpty,
            !usage.files.contains(where: { Places.directory(of: $0) == "/run" })
        {
            usage.written.remove("/run")
            usage.written.formUnion(undeclared.keys.map { "/run/\($0)" })
        }
        // What a unit denies by itself it also allows by itself.
        if isLocalOnly && sandbox.deniedAddresses.isEmpty { usage.peers = peers }
        usage.written = Places.withoutNested(usage.written)
        usage.homes = usage.homes.filter { place in
            !usage.homes.keys.contains { Places.isBelow(place.key, $0) && $0 != place.key }
        }
        // Kernels before 6.14 do not show which capabilities are used.
        if accesses.contains(where: { ($0.port ?? .max) < 1024 }) {
            usage.capabilities.insert("CAP_NET_BIND_SERVICE")
        }
        let users = users.subtracting([0])
        if sandbox.isRoot, users.count == 1, let only = users.first {
            usage.user = userName(only).flatMap { Places.isPlain("/\($0)") ? $0 : nil }
        }
        return usage
    }

    private func note(
        _ path: String, isWritten: Bool, _ declared: Set<String>, in usage: inout Usage
    ) {
        let path = Places.resolved(path)
        // The service chose the name, and the drop-in is root's.
        guard Places.isPlain(path) else { return }
        if path.hasPrefix("/dev/") {
            if !Places.isPseudoDevice(path) { usage.devices.insert(path) }
        } else if let home = Places.home(of: path) {
            if granted.contains(where: { Places.isBelow(path, $0) }) { return }
            usage.homes[home] = usage.homes[home] == true || isWritten
        } else if isWritten, let place = Places.temporary(of: path) {
            if !granted.contains(where: { Places.isBelow(path, $0) }) {
                usage.temporary = (usage.temporary ?? []).union([place])
            }
        } else if isWritten, !Places.isKernelOrTemporary(path),
            !declared.union(granted).contains(where: { Places.isBelow(path, $0) })
        {
            let directory = Places.directory(of: path)
            usage.written.insert(directory)
            if Places.isShared(directory) { usage.files.insert(path) }
        }
    }

    /// What the unit itself keeps writable inside of what it forbids. An exception for a whole
    /// directory around it would loosen the unit.
    private var granted: Set<String> {
        Set(
            sandbox.writablePlaces.map { entry in
                let path = entry.drop { "-+".contains($0) }
                return String(path.split(separator: ":").last ?? path)
            })
    }
}
