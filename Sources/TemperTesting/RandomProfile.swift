public import Hardening

extension Profile {
    /// A profile out of some of these restrictions: a few of them, about half, or nearly all.
    public static func random(
        of restrictions: [Restriction], in catalogue: Catalogue,
        using generator: inout some RandomNumberGenerator
    ) -> Profile {
        let share = [0.02, 0.1, 0.5, 0.9].randomElement(using: &generator) ?? 0.5
        let taken = restrictions.filter { _ in Double.random(in: 0..<1, using: &generator) < share }
        return Profile(taken.map(\.id), in: catalogue)
    }
}
