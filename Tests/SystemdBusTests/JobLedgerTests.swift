import Testing

@testable import SystemdBus

@Suite(.timeLimit(.minutes(5))) struct JobLedgerTests {
    private func removal(of path: String, _ result: String) -> [BusValue] {
        [.uint32(1), .objectPath(path), .string("a.service"), .string(result)]
    }

    @Test func `a result that comes before the reply is kept for it`() {
        let ledger = JobLedger()
        ledger.began()
        #expect(ledger.removed(removal(of: "/job/1", "done"))?.waiting == [])
        #expect(ledger.result(of: "/job/1", for: 7) == "done")
        #expect(ledger.result(of: "/job/1", for: 8) == "done", "a merged job has several")
    }

    @Test func `a result that comes after the reply goes to whoever waits`() throws {
        let ledger = JobLedger()
        ledger.began()
        #expect(ledger.result(of: "/job/1", for: 7) == nil)
        let removed = try #require(ledger.removed(removal(of: "/job/1", "failed")))
        #expect(removed.waiting == [7] && removed.result == "failed")
        #expect(ledger.removed(removal(of: "/job/1", "failed"))?.waiting == [], "only once")
    }

    @Test func `whoever no longer waits is left out, the others are not`() {
        let ledger = JobLedger()
        ledger.began()
        for id: Waiters.ID in [7, 8, 9] {
            #expect(ledger.result(of: "/job/1", for: id) == nil)
        }
        ledger.forget("/job/1", 8)
        #expect(ledger.removed(removal(of: "/job/1", "done"))?.waiting == [7, 9])
    }

    @Test func `results of other people's jobs do not pile up`() {
        let ledger = JobLedger()
        _ = ledger.removed(removal(of: "/job/1", "done"))
        ledger.began()
        _ = ledger.removed(removal(of: "/job/2", "done"))
        ledger.ended()
        ledger.began()
        #expect(ledger.result(of: "/job/1", for: 7) == nil)
        #expect(ledger.result(of: "/job/2", for: 8) == nil)
    }

    @Test func `a signal of another shape is ignored`() {
        let ledger = JobLedger()
        ledger.began()
        #expect(ledger.removed([.uint32(1), .string("done")]) == nil)
    }
}
