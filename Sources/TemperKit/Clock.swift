import Foundation

/// Microseconds since 1970.
@Sendable func now() -> UInt64 { UInt64(Date().timeIntervalSince1970 * 1e6) }

extension Duration {
    package var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
