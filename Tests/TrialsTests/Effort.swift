import Foundation

/// How many random campaigns are run: few each time, thousands where `TEMPER_CAMPAIGNS` says so.
enum Effort {
    static let campaigns =
        ProcessInfo.processInfo.environment["TEMPER_CAMPAIGNS"].flatMap { Int($0) } ?? 24
}
