/// The few error numbers that restrictions answer with (errno(3), Linux on all architectures that
/// systemd's own default list names).
public enum ErrorNumber: Int32, Sendable {
    case eperm = 1
    case enoent = 2
    case enxio = 6
    case eacces = 13
    case enodev = 19
    case einval = 22
    case erofs = 30
    case enosys = 38
    case eafnosupport = 97
    case eaddrnotavail = 99
    case enetunreach = 101
    case econnrefused = 111

    /// The name of any number; its digits where it is none of these.
    public static func name(_ number: Int32) -> String {
        ErrorNumber(rawValue: number).map { "\($0)".uppercased() } ?? String(number)
    }
}
