import Glibc
import Testing

@testable import SystemdBus

@Suite(.timeLimit(.minutes(5))) struct WireTests {
    @Test(arguments: [
        BusValue.byte(255), .bool(true), .bool(false), .int16(.min), .uint16(.max), .int32(.min),
        .uint32(.max), .int64(.min), .uint64(.max), .double(-0.1), .double(.infinity),
        .string(""), .string("größer 🙂"), .objectPath("/"), .objectPath("/a/b_1"),
        .signature(""), .signature("a{sv}"),
        .strings([]), .strings(["", "a"]), .bytes([]), .bytes([0, 255]),
        .array(element: "as", [.strings([]), .strings(["a"])]),
        .array(element: "(sv)", []), .properties([("a", .bool(true)), ("a", .strings([]))]),
        .array(element: "{uas}", [.dictionaryEntry(.uint32(1), .strings(["a"]))]),
        .array(element: "v", [.variant(.byte(1)), .variant(.variant(.bytes([2])))]),
        .structure([.byte(1), .uint64(2), .structure([.string("x"), .double(0)])]),
        .variant(.dictionary(["a": .dictionary([:]), "b": .properties([])])),
    ])
    func `a value arrives as it was sent`(value: BusValue) async throws {
        let peer = try EchoPeer()
        let (signature, values) = try await peer.echo([value])
        #expect(values == [value])
        #expect(signature == value.signature)
        await peer.end()
    }

    @Test(arguments: [1, 0x7e3_9e2, 20_250_711])
    func `thousands of random messages arrive as they were sent`(seed: UInt64) async throws {
        let peer = try EchoPeer()
        var generator = ValueGenerator(seed: seed)
        for round in 0..<2000 {
            let arguments = generator.arguments()
            let (signature, values) = try await peer.echo(arguments)
            try #require(values == arguments, "seed \(seed), message \(round)")
            try #require(signature == arguments.signature, "seed \(seed), message \(round)")
        }
        await peer.end()
    }

    @Test func `a NaN keeps its bits`() async throws {
        let peer = try EchoPeer()
        let number = Double(bitPattern: 0x7FF8_0000_0000_BEEF)
        let (_, values) = try await peer.echo([.double(number)])
        #expect(values.first?.double?.bitPattern == number.bitPattern)
        await peer.end()
    }

    @Test func `a megabyte of bytes and a list of a hundred thousand strings arrive`() async throws
    {
        let peer = try EchoPeer()
        let bytes = BusValue.bytes((0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) })
        let strings = BusValue.strings((0..<100_000).map { "line \($0)" })
        let (_, values) = try await peer.echo([bytes, strings])
        #expect(values == [bytes, strings])
        await peer.end()
    }

    @Test func `variants can be nested as deep as D-Bus allows`() async throws {
        let peer = try EchoPeer()
        let value = (0..<60).reduce(BusValue.byte(1)) { value, _ in .variant(value) }
        let (_, values) = try await peer.echo([value])
        #expect(values == [value])
        await peer.end()
    }

    @Test func `a descriptor arrives as another one for the same file`() async throws {
        let peer = try EchoPeer()
        var ends: [Int32] = [-1, -1]
        #expect(pipe(&ends) == 0)
        let (_, values) = try await peer.echo([
            .array(element: "h", [.fileDescriptor(ends[1])]), .variant(.fileDescriptor(ends[0])),
        ])
        let received = values.flatMap(\.fileDescriptors)
        #expect(received.count == 2)
        #expect(Set(received).isDisjoint(with: ends))
        for descriptor in ends + received {
            #expect(fcntl(descriptor, F_GETFD) >= 0, "still open, and ours to close")
        }
        #expect(fcntl(received[0], F_GETFD) & FD_CLOEXEC != 0)
        var sent: UInt8 = 42
        var got: UInt8 = 0
        #expect(write(received[0], &sent, 1) == 1)
        #expect(read(ends[0], &got, 1) == 1)
        #expect(got == sent)
        for descriptor in ends + received { close(descriptor) }
        await peer.end()
    }

    @Test(arguments: [
        BusValue.string("a\0b"), .string("\u{FFFF}"), .objectPath("not/a/path"), .objectPath("/a/"),
        .signature("("),
        .array(element: "s", [.byte(1)]), .array(element: "y", [.byte(1), .string("a")]),
        .array(element: "", []), .array(element: "{vs}", []), .structure([]),
        .dictionaryEntry(.byte(1), .byte(2)), .fileDescriptor(-1), .fileDescriptor(1_000_000),
    ])
    func `what is no valid message is refused here, and the connection lives on`(
        value: BusValue
    ) async throws {
        let peer = try EchoPeer()
        await #expect {
            try await peer.echo([.string("before"), value])
        } throws: { error in
            guard case BusError.unsendable(let call, let errno) = error else { return false }
            return call.member == "Echo" && errno > 0
        }
        let (_, values) = try await peer.echo([.string("after")])
        #expect(values == [.string("after")])
        await peer.end()
    }
}
