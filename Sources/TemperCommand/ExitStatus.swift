import TemperKit

extension TemperError {
    /// The exit status that the documentation gives: 1 nothing gained, 2 could not experiment,
    /// 64 usage, 130 interrupted.
    package var exitStatus: Int32 {
        switch self {
        case .absent: 1
        case .experiment: 2
        case .usage: 64
        case .interrupted: 130
        }
    }
}
