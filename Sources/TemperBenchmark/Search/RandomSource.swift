import Foundation

/// SplitMix64: the same numbers from the same seed, everywhere.
struct RandomSource: RandomNumberGenerator {
    private var state: UInt64

    /// Streams with different names are independent.
    init(seed: UInt64, _ name: String = "") {
        state = name.utf8.reduce(seed &+ 0x5DEE_CE66) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        _ = next()
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Whether something of this probability happened.
    mutating func happens(_ probability: Double) -> Bool { uniform() < probability }

    mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Normally distributed, mean 0, standard deviation 1.
    mutating func normal() -> Double {
        (-2 * log(1 - uniform())).squareRoot() * cos(2 * .pi * uniform())
    }
}
