import Foundation
import Testing

@testable import Reports

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite("Text in XML")
struct XMLTests {
    /// What a service may say, and what a reader of XML makes of it.
    private static let said = "\"<a> & 'b'\"\n\tc\r\u{0}\u{1b}[1m\u{7f}\u{fffe}\u{ffff} é \u{1f525}"
    private static let read =
        "\"<a> & 'b'\"\n\tc\r\u{fffd}\u{fffd}[1m\u{fffd}\u{fffd}\u{fffd} é \u{1f525}"

    @Test("reads back as it was, but for what no XML can hold")
    func roundTrip() {
        let reader = Reader()
        let document = Element("a", ["b": Self.said]) { Self.said }.xml
        let parser = XMLParser(data: Data(document.utf8))
        parser.delegate = reader
        #expect(parser.parse(), "\(parser.parserError.map { "\($0)" } ?? "")")
        #expect(reader.attribute == Self.read)
        #expect(reader.text == Self.read)
    }

    @Test("a check in JUnit's form holds any reason and any name")
    func check() {
        let check = UnitCheck(unit: "a@\\x2d.service", standing: .broken, because: Self.said)
        let reader = Reader()
        let parser = XMLParser(data: Data(CheckJUnit(CheckReport([check])).text.utf8))
        parser.delegate = reader
        #expect(parser.parse(), "\(parser.parserError.map { "\($0)" } ?? "")")
        #expect(reader.attributes["message"] == Self.read)
        #expect(reader.attributes["name"] == "a@\\x2d.service")
    }

    private final class Reader: NSObject, XMLParserDelegate {
        private(set) var attributes: [String: String] = [:]
        private(set) var text = ""
        var attribute: String? { attributes["b"] }

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
            qualifiedName: String?, attributes: [String: String]
        ) {
            self.attributes.merge(attributes) { $1 }
        }

        func parser(_ parser: XMLParser, foundCharacters characters: String) { text += characters }
    }
}
