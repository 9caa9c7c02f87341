import Foundation
import TemperTesting

extension SplitMix64 {
    /// Streams with different names are independent.
    init(seed: UInt64, stream name: String) {
        self.init(
            seed: name.utf8.reduce(seed &+ 0x5DEE_CE66) {
                ($0 ^ UInt64($1)) &* 0x100_0000_01B3
            })
        _ = next()
    }

    /// Normally distributed, mean 0, standard deviation 1.
    mutating func normal() -> Double {
        (-2 * log(1 - uniform())).squareRoot() * cos(2 * .pi * uniform())
    }
}
