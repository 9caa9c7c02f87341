import Foundation
import Testing

@testable import Reports

@Suite("The result of harden") struct HardeningResultTests {
    /// As the first version of temper wrote it.
    static let first = """
        {"schema": "temper.harden/1", "unit": "x.service", "systemd": "252.39",
         "exposure": {"before": 9.6, "after": 2.3, "possible": 2.3}, "trials": 45, "seconds": 37.5,
         "accepted": ["ProtectHome=yes"],
         "refused": [{"restriction": "PrivateNetwork=yes", "conflict": ["PrivateNetwork=yes"],
                      "trial": 12, "because": "GET http://127.0.0.1/: connection refused"}],
         "ignored": [{"restriction": "RestrictFileSystems=~@network", "because": "no BPF"}],
         "notCarriedOver": [], "dropIn": "[Service]\\nProtectHome=yes\\n", "ending": "complete",
         "verified": true, "warnings": []}
        """

    func decoded(_ text: String) throws -> HardeningResult {
        try JSONDecoder().decode(HardeningResult.self, from: Data(text.utf8))
    }

    @Test("a result of the first version is still read, without what was unknown then")
    func old() throws {
        let result = try decoded(Self.first)
        #expect(result.exposure.after == 2.3 && result.refused.count == 1)
        #expect(result.accommodations.isEmpty && result.suspicious.isEmpty)
        #expect(result.partlyInForce == nil)
    }

    @Test("what is written is read as it was")
    func roundTrip() throws {
        var result = try decoded(Self.first)
        result.accommodations = [
            .init(restriction: "ProtectSystem=strict", settings: ["ReadWritePaths=-/run"], cost: 0)
        ]
        result.preparations = ["chown -R x /var/lib/x"]
        result.suspicious = [.init(line: "x: oh", restrictions: ["UMask=0077"], trial: 3)]
        result.skipped = [.init(what: "reload", because: "the unit has no reload")]
        let text = String(decoding: try JSONEncoder().encode(result), as: UTF8.self)
        #expect(try decoded(text) == result)
    }

    @Test("a result that lacks what every version has is no result")
    func broken() {
        #expect(throws: (any Error).self) {
            try decoded(Self.first.replacing("\"ending\": \"complete\",", with: ""))
        }
    }

    @Test(
        "the text says how many answers seem wrong, however it ended",
        arguments: HardeningResult.Ending.allCases)
    func wrongAnswers(ending: HardeningResult.Ending) throws {
        var result = try decoded(Self.first)
        result.ending = ending
        #expect(!HardeningText(result, isColoured: false).text.contains("of the answers"))
        result.wrongAnswers = 0.07
        let text = HardeningText(result, isColoured: false).text
        #expect(text.components(separatedBy: "about 7 % of the answers seem wrong").count == 2)
    }

    @Test("the text names exceptions, and what has to be done first, in at most 100 columns")
    func text() throws {
        var result = try decoded(Self.first)
        result.accommodations = [
            .init(
                restriction: "ProtectSystem=strict",
                settings: (1...12).map { "ReadWritePaths=-/var/lib/some-service-\($0)" }, cost: 0.1)
        ]
        result.preparations = ["chown -R x /var/lib/x"]
        let text = HardeningText(result, isColoured: false).text
        #expect(text.contains("Exceptions that the service needs"))
        #expect(text.contains("ReadWritePaths=-/var/lib/some-service-12"))
        #expect(text.contains("ProtectSystem=strict  costs 0.1 of exposure"))
        #expect(text.contains("run once\n  chown -R x /var/lib/x"))
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 100 })
    }
}
