/// Directories that systemd makes and gives to the user of a service before each start
/// (`StateDirectory=` and its like, systemd.exec(5)): what a maintainer writes where an administrator
/// changes owners once and keeps places writable.
public struct ServiceDirectories: Hashable, Sendable {
    /// Of one setting.
    private struct Group: Hashable {
        let setting: String
        /// With their full paths.
        let places: [String]
        /// Of all of them; nil where the unit says it already.
        let mode: UInt32?
    }

    private let groups: [Group]

    /// The settings, and where their directories lie for the machine's manager.
    public static let homes = [
        ("StateDirectory", "/var/lib"), ("CacheDirectory", "/var/cache"),
        ("LogsDirectory", "/var/log"),
    ]
    /// What systemd gives them where nothing is said.
    private static let usualMode: UInt32 = 0o755

    /// - Parameters:
    ///   - places: directories and their modes. Left out are those that lie elsewhere or in another
    ///     of them, and all of a setting that differ in their modes: there is one for all.
    ///   - own: the modes of the settings that the unit has already.
    /// - Returns: nil where none is left.
    public init?(of places: [String: UInt32], besides own: [String: UInt32] = [:]) {
        groups = ServiceDirectories.homes.compactMap { setting, home in
            let all = places.filter { ServiceDirectories.isDirectory($0.key, of: home) }
            let mine = all.filter { place in !all.keys.contains { place.key.hasPrefix($0 + "/") } }
            guard let mode = mine.values.first, Set(mine.values).count == 1 else { return nil }
            if let said = own[setting], said != mode { return nil }
            return Group(
                setting: setting, places: mine.keys.sorted(),
                mode: own[setting] == nil && mode != ServiceDirectories.usualMode ? mode : nil)
        }
        if groups.isEmpty { return nil }
    }

    /// Where `DynamicUser=` keeps the true ones, and what has a meaning in the setting, is none.
    private static func isDirectory(_ path: String, of home: String) -> Bool {
        path.hasPrefix(home + "/") && !(path + "/").hasPrefix(home + "/private/")
            && !path.contains { ":\\ ".contains($0) }
    }

    /// Whether it is one of them or in one.
    public func holds(_ path: String) -> Bool {
        groups.contains { group in
            group.places.contains { path == $0 || path.hasPrefix($0 + "/") }
        }
    }

    /// The sandbox without the exceptions that these make needless: systemd leaves its own
    /// directories of a service writable.
    ///
    /// - Parameter before: the unit's own, in which a drop-in takes nothing back.
    func replacing(in sandbox: Sandbox, over before: Sandbox) -> Sandbox {
        var sandbox = sandbox
        for setting in Exception.ofPaths {
            guard case .list(let entries) = sandbox[setting] else { continue }
            let own = before[setting].entries
            sandbox[setting] = .list(
                entries.filter { own.contains($0) || !holds(Sandbox.path(of: $0)) })
        }
        return sandbox
    }

    /// As a drop-in has them.
    public var lines: [String] {
        ["# Made before each start, and the service's user's with all that is in them."]
            + settings
    }

    private var settings: [String] {
        groups.flatMap { group in
            let names = group.places.map { place in
                place.split(separator: "/").dropFirst(2).joined(separator: "/")
            }
            let mode = group.mode.map { mode in
                "\(group.setting)Mode=0\(String(mode, radix: 8))"
            }
            return [
                "\(group.setting)=\(names.joined(separator: " "))"
            ] + [mode].compactMap { $0 }
        }
    }

    /// `StateDirectory=mine LogsDirectory=mine`
    public var text: String {
        settings.joined(separator: " ")
    }
}

extension HardeningSubject {
    /// The sandbox under a profile, with directories that stand for exceptions.
    public func tightened(by profile: Profile, with directories: ServiceDirectories?) -> Sandbox {
        let after = tightened(by: profile)
        return directories?.replacing(in: after, over: sandbox) ?? after
    }
}

extension Sandbox {
    /// The places that stay writable in spite of all.
    ///
    /// - Parameter before: a sandbox whose own exceptions do not count.
    public func openedPlaces(beyond before: Sandbox) -> Set<String> {
        func places(_ sandbox: Sandbox) -> Set<String> {
            Set(Exception.ofPaths.flatMap { sandbox[$0].entries }.map(Sandbox.path))
        }
        return places(self).subtracting(places(before))
    }

    /// Without `-` (it may be missing) and `+` (below the service's own root directory).
    fileprivate static func path(of entry: String) -> String {
        String(entry.drop { "-+".contains($0) })
    }
}
