import Glibc
import Linux

extension UserShift {
    /// One for a caged lab. It is systemd's range for containers (524288 to 1879048191, see its
    /// UIDS-GIDS document) without what useradd(8) gives people for theirs (up to 600100000), in
    /// steps of 65536, where the machine knows no user.
    static func ofCage() -> UserShift {
        let steps = UInt32(0x4000)..<0x6fff
        let first = (0..<32).lazy.map { _ in UInt32.random(in: steps) << 16 }
            .first { getpwuid($0) == nil }
        return UserShift(first: first ?? steps.lowerBound << 16)
    }
}
