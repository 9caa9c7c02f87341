import Testing

@testable import Lab

@Suite("Asking the bus for systemd", .timeLimit(.minutes(5)))
struct BusConversationTests {
    private let welcome = Array("OK 0123456789abcdef\r\n".utf8)

    /// A method return without header fields: the conversation looks at none.
    private func reply(_ body: [UInt8], type: UInt8 = 2) -> [UInt8] {
        [UInt8(ascii: "l"), type, 0, 1, UInt8(body.count), 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0] + body
    }

    @Test func `systemd is there when the answer is true`() {
        var conversation = BusConversation()
        #expect(conversation.receive(welcome + reply([1, 0, 0, 0])) == true)
    }

    @Test func `systemd is not there when the answer is false`() {
        var conversation = BusConversation()
        #expect(conversation.receive(welcome + reply([0, 0, 0, 0])) == false)
    }

    @Test func `the reply to hello and a signal answer nothing`() {
        var conversation = BusConversation()
        let name: [UInt8] = [4, 0, 0, 0] + Array(":1.0".utf8) + [0]
        #expect(conversation.receive(welcome + reply(name) + reply(name, type: 4)) == nil)
    }

    @Test func `an answer may come byte by byte`() {
        var conversation = BusConversation()
        var answers: [Bool] = []
        for byte in welcome + reply([1, 0, 0, 0]) {
            if let answer = conversation.receive([byte]) { answers.append(answer) }
        }
        #expect(answers == [true])
    }

    @Test func `each question has a serial number of its own`() {
        var conversation = BusConversation()
        let (first, second) = (conversation.question(), conversation.question())
        #expect(first[8] != second[8])
        #expect(first.count == second.count)
    }
}
