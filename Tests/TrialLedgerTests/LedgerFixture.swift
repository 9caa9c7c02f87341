import Foundation
import Glibc
import Hardening
import Testing
import Trials

/// A trial of which no more counts than its number and its size.
func trial(_ number: Int, bytes: Int = 0) -> Trial {
    Trial(
        number: number, purpose: "x", profile: Profile(recorded: ["A=\(number)"]), began: 7,
        microseconds: Trial.Timing(),
        observations: [
            .log(
                LogLine(
                    priority: 6, source: "x", message: String(repeating: "x", count: bytes)))
        ],
        baseline: .unknown)
}

/// A place for a ledger that is not there yet.
func withDirectory(_ body: (String) throws -> Void) throws {
    let directory = NSTemporaryDirectory() + "temper-ledger-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: directory) }
    try body(directory)
}

/// A small file system in memory for as long as a test needs it.
enum MemoryFileSystem {
    static func make(at directory: String, size: String, _ body: () throws -> Void) throws {
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        try #require(mount("tmpfs", directory, "tmpfs", 0, "size=\(size)") == 0, "needs root")
        defer { umount2(directory, Int32(MNT_DETACH)) }
        try body()
    }

    static func grow(_ directory: String, to size: String) throws {
        let flags = UInt(MS_REMOUNT)
        try #require(mount("tmpfs", directory, "tmpfs", flags, "size=\(size)") == 0)
    }

    static func remountReadOnly(_ directory: String) throws {
        let flags = UInt(MS_REMOUNT) | UInt(MS_RDONLY)
        try #require(mount("tmpfs", directory, "tmpfs", flags, nil) == 0)
    }
}
