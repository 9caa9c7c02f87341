import Foundation
import Testing

@testable import Lab

@Suite("The registry of labs", .timeLimit(.minutes(5)))
struct LabRegistryTests {
    private let home: FakeTree
    private let registry: LabRegistry

    init() throws {
        home = try FakeTree()
        registry = LabRegistry(directory: "\(home.path)/labs")
    }

    @Test func `a name is taken as long as its lock is held`() throws {
        let lock = try registry.claim("web")
        withExtendedLifetime(lock) {
            #expect(throws: LabError.nameTaken("web")) { _ = try registry.claim("web") }
            #expect(registry.isHeld("web"))
        }
    }

    @Test func `a name is free again once its holder is gone`() throws {
        _ = try registry.claim("web")
        #expect(!registry.isHeld("web"))
        _ = try registry.claim("web")
    }

    @Test func `what a holder left behind is swept, what is held is not`() throws {
        let held = try registry.claim("held")
        // By hand: what another test forks in this moment has the file as well, until it executes.
        let left = try registry.claim("left")
        flock(left.number, LOCK_UN)
        withExtendedLifetime(held) {
            registry.sweep()
            #expect(registry.names() == ["held"])
        }
    }

    @Test func `a record is read back as it was written, and only while the lab is up`() throws {
        let lock = try registry.claim("web")
        let record = LabRecord(
            name: "web", keeper: 7, pid: 8, root: "/srv/a \"b\"", since: 9, patience: 0.5)
        try registry.record(record)
        withExtendedLifetime(lock) { #expect(registry.record(of: "web") == record) }
        flock(lock.number, LOCK_UN)
        #expect(registry.record(of: "web") == nil)
    }

    @Test func `a directory that cannot be made is an error that names it`() {
        let registry = LabRegistry(directory: "/proc/temper")
        #expect {
            _ = try registry.claim("web")
        } throws: {
            "\($0)".hasPrefix("'/proc/temper' cannot hold the state of labs (")
        }
    }
}
