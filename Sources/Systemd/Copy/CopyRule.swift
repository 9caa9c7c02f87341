/// What a copy does with one property that systemd lets us read.
public enum CopyRule: Hashable, Sendable {
    /// The same name and the same value, where it differs from a bare transient unit.
    case copy
    /// Set in another form than it is read in.
    case transform(Transform)
    /// Set only in part, or only where it is safe.
    case caution(Caution)
    /// Another property says the same and more; setting both would let the poorer one win.
    case superseded(by: String)
    /// Could be set, but would spoil the trial or the machine. Named to the user.
    case never(Withheld)
    /// Cannot be set on a transient unit. Named to the user.
    case impossible(Withheld)
    /// Follows from the other settings: nothing to set, but a faithful copy has the same value.
    case derived
    /// Not a setting of this unit: nothing to copy, nothing to name.
    case notASetting(NotASetting)
}

/// A property whose wire form differs between `GetAll` and `StartTransientUnit`.
public enum Transform: Hashable, Sendable {
    /// Read `a(sasasttttuii)`, set `a(sasas)`: path, arguments, flags; the rest is what happened.
    case commands
    /// Reads `!` where a missing directory is accepted, is set with `-`; `!` is refused.
    case workingDirectory
    /// Read `(bs)`, set `s`; whether a failure is ignored has no setter.
    case seLinuxContext
    /// Read `as`, set `a(bs)`, where true would take the word away again.
    case refreshOnReload
    /// Read `q`, set `u`.
    case widened
    /// Setting either limit sets both where the other is unset, so both are sent if one differs,
    /// the hard one first.
    case hardLimit
    case softLimit(of: String)
    /// Each element is put before the others, so it reads in reverse.
    case reversed
    /// Since 257 lists every directory, also those without a symlink or a flag.
    case directorySymlinks
}

/// A property that is copied under a condition which the draft of a blueprint decides.
public enum Caution: Hashable, Sendable {
    case type
    case busName
    /// Reads as `TimeoutStopUSec` where unset.
    case abortTimeout
    /// Reads as infinite before the first start and as 0 afterwards, where unset.
    case watchdog
    /// Unset reads as false, but false that is set means an explicit no.
    case onlyWhenTrue
    /// A file's path and a descriptor's origin cannot be read.
    case standardStream
    /// Read with what systemd derives from it, so the names of other units are picked out.
    case dependencies
    /// Setting `Delegate` delegates every controller; the list alone says the same and is exact.
    case delegation
    /// A systemd without BPF drops the list that it reads, and keeps only that there was one.
    case fileSystems
    /// Reads in reverse and with the devices that other settings add, which would come twice.
    case deviceAllow
    /// Members that are denied with an errno are missing from an allow-list that is read.
    case systemCallFilter
    case runtimeDirectoryPreserve
}

/// Why a setting stays behind, and what that means for a trial, each a clause without a full stop.
public struct Withheld: Hashable, Sendable {
    public let reason: String
    public let consequence: String

    public init(because reason: String, so consequence: String) {
        self.reason = reason
        self.consequence = consequence
    }
}

/// Why a readable property is nothing that a copy could have in common with its original.
public enum NotASetting: String, Hashable, Sendable {
    case identity = "names the unit itself, and the copy is another unit"
    case text = "text for people, without effect on the service"
    case state = "what has happened to the unit so far"
    case usage = "what the unit's processes use at the moment"
    case ownedByOthers = "a setting of other units that name this one"
    case trial = "set by the trial itself"
    case machine = "computed from the machine and the unit's slices"
}
