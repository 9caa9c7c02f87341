/// The binary logarithm, since the standard library has none and the search imports nothing;
/// the same to the last bit on every platform, so that a replay asks the same questions.
func log2(_ value: Double) -> Double {
    guard value > 0 else { return -.infinity }
    // value = significand * 2^exponent; ln(m) = 2 atanh(z) with z = (m - 1) / (m + 1), |z| < 1/3.
    let significand = value.significand
    let z = (significand - 1) / (significand + 1)
    let square = z * z
    var term = z
    var sum = 0.0
    var divisor = 1.0
    while divisor < 32 {
        sum += term / divisor
        term *= square
        divisor += 2
    }
    return Double(value.exponent) + sum * 2.885_390_081_777_927
}

/// Bits that the answer to a question tells, if it passes with probability `chance`.
func entropy(_ chance: Double) -> Double {
    guard chance > 0, chance < 1 else { return 0 }
    return -chance * log2(chance) - (1 - chance) * log2(1 - chance)
}

/// 2 to the power of a number, by squaring of roots; for the same reason as `log2`.
func exp2(_ exponent: Double) -> Double {
    let whole = exponent.rounded(.down)
    var rest = exponent - whole
    var result = 1.0
    var root = 2.0
    for _ in 0..<52 {
        root = root.squareRoot()
        rest *= 2
        if rest >= 1 {
            result *= root
            rest -= 1
        }
    }
    return result * Double(sign: .plus, exponent: Int(whole), significand: 1)
}
