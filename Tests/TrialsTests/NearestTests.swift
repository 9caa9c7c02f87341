import Testing

@testable import Trials

@Suite("What was mistyped is told with what is near")
struct NearestTests {
    private let names = ["PrivateNetwork", "PrivateTmp", "PrivateUsers", "UMask"]

    @Test(
        "case, a letter too many, too few, another one, or two exchanged",
        arguments: [
            ("privatenetwork", "PrivateNetwork"), ("PrivateTmpp", "PrivateTmp"),
            ("PrivateUser", "PrivateUsers"), ("PrivateNetwerk", "PrivateNetwork"),
            ("PrivateTpm", "PrivateTmp"), ("umsak", "UMask"),
        ])
    func near(_ word: String, _ meant: String) { #expect(word.nearest(of: names) == meant) }

    @Test("what is near to nothing is not guessed", arguments: ["", "x", "Network", "PrivatePIDs"])
    func far(_ word: String) { #expect(word.nearest(of: names) == nil) }
}
