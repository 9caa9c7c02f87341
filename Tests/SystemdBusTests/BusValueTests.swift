import Testing

@testable import SystemdBus

@Suite(.timeLimit(.minutes(5))) struct BusValueTests {
    @Test(arguments: [
        (BusValue.strings([]), "as"),
        (.bytes([1]), "ay"),
        (.properties([("Type", .string("exec"))]), "a(sv)"),
        (.dictionary(["Type": .string("exec")]), "a{sv}"),
        (.structure([.int64(1), .array(element: "{st}", []), .objectPath("/")]), "(xa{st}o)"),
        (.variant(.variant(.bool(true))), "v"),
    ])
    func `a value knows its signature`(value: BusValue, signature: String) {
        #expect(value.signature == signature)
    }

    @Test func `an accessor answers only for its own type`() {
        #expect(BusValue.uint32(7).uint32 == 7)
        #expect(BusValue.uint32(7).int32 == nil)
        #expect(BusValue.string("7").uint32 == nil)
        #expect(BusValue.objectPath("/a").string == "/a")
        #expect(BusValue.bytes([1, 2]).bytes == [1, 2])
        #expect(BusValue.bytes([1, 2]).strings == nil)
        #expect(BusValue.strings(["a", "b"]).strings == ["a", "b"])
        #expect(BusValue.strings([]).bytes == nil)
        #expect(BusValue.array(element: "o", [.objectPath("/a")]).strings == ["/a"])
        #expect(BusValue.structure([.byte(1)]).elements == nil)
    }

    @Test func `a variant answers for its content`() {
        #expect(BusValue.variant(.variant(.double(0.5))).double == 0.5)
        #expect(BusValue.variant(.strings(["a"])).strings == ["a"])
        #expect(
            BusValue.dictionary(["a": .int32(1), "b": .string("x")]).dictionary
                == ["a": .int32(1), "b": .string("x")])
    }

    @Test func `an array that is no dictionary with text keys is not read as one`() {
        #expect(BusValue.strings([]).dictionary == nil)
        #expect(
            BusValue.array(element: "{ub}", [.dictionaryEntry(.uint32(1), .bool(true))])
                .dictionary == nil)
    }

    @Test func `properties keep their order and their repetitions`() {
        let value = BusValue.properties([("B", .byte(1)), ("A", .byte(2)), ("B", .byte(3))])
        #expect(value.elements?.compactMap { $0.fields?.first?.string } == ["B", "A", "B"])
    }

    @Test func `every file descriptor is found, however deep`() {
        let value = BusValue.array(
            element: "(sv)", [.structure([.string("a"), .variant(.fileDescriptor(5))])])
        let entry = BusValue.array(
            element: "{uh}", [.dictionaryEntry(.uint32(1), .fileDescriptor(6))])
        #expect(BusValue.structure([value, entry, .byte(7)]).fileDescriptors == [5, 6])
    }

    @Test func `the description is for people`() {
        let value = BusValue.dictionary([
            "Caps": .uint64(3), "Exec": .array(element: "(sas)", [.structure([.string("/bin/x")])]),
        ])
        #expect(value.description == #"{"Caps": 3, "Exec": [("/bin/x")]}"#)
        #expect(BusValue.variant(.bool(true)).description == "yes")
    }
}
