import Hardening
import Testing

@Suite("Words of restrictions")
struct RestrictionWordsTests {
    @Test("a reason says what is needed, and names an empty list as one")
    func reasons() {
        func reason(_ refused: String..., because: String = "") -> String {
            RestrictionWords.reason(refused.map { RestrictionWords($0, because: because) })
        }
        #expect(reason("CapabilityBoundingSet=~CAP_CHOWN") == "Needs CAP_CHOWN.")
        #expect(reason("AmbientCapabilities=") == "Refused: an empty list.")
        #expect(reason("ProtectSystem=strict", "ProtectSystem=full") == "Refused: strict, full.")
        // The service never ran.
        #expect(
            reason("RestrictFileSystems=~@network", because: "start failed: 244/BPF: no map")
                == "Refused: ~@network.")
        #expect(
            RestrictionWords("ReadWritePaths=~/run", because: "226/NAMESPACE").refused
                == "ReadWritePaths= without /run")
    }
}
