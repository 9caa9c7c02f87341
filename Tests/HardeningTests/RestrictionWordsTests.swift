import Hardening
import Testing

@Suite("Words of restrictions")
struct RestrictionWordsTests {
    @Test("a reason says what is needed, and names an empty list as one")
    func reasons() {
        #expect(
            RestrictionWords.reason(["CapabilityBoundingSet=~CAP_CHOWN"]) == "Needs CAP_CHOWN.")
        #expect(RestrictionWords.reason(["AmbientCapabilities="]) == "Refused: an empty list.")
        #expect(
            RestrictionWords.reason(["ProtectSystem=strict", "ProtectSystem=full"])
                == "Refused: strict, full.")
    }
}
