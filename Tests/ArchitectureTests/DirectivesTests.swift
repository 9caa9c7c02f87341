import Foundation
import Testing

/// A directive is one row of the catalogue: nothing else names one to decide something.
struct DirectivesTests {
    private static let top = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static let catalogue = "Sources/Hardening/Catalogue/"

    /// Directives that a file outside the catalogue may name, and why; none stands for all.
    private static let allowed: [String: (names: Set<String>, because: String)] = [
        "Sources/Systemd/Copy/CopyTable+Sandbox.swift": ([], sending),
        "Sources/Systemd/Copy/CopyTable+Resources.swift": ([], sending),
        "Sources/Systemd/Copy/CopyTable+Service.swift": ([], sending),
        "Sources/WaysOut/WayOut+Table.swift": (
            [], "what closes a way, by the catalogue's identifiers"
        ),
        "Sources/Systemd/Escape/Service+Escape.swift": ([], "what makes way for the canary alone"),
        "Sources/Systemd/Trial/CommandProbe.swift": (["User"], "whom a probe runs as"),
        "Sources/TemperCommand/Explain.swift": (["ProtectSystem"], "an example in a help text"),
        "Sources/Trials/Record/HardeningRecord+Reading.swift": (["User"], "a key of the record"),
        "Sources/Trials/Record/HardeningRecord+Text.swift": (["User"], "a key of the record"),
    ]

    private static let sending =
        "where a property comes in the order of sending, which recorded campaigns are known by; what "
        + "a copy does with it is in its row"

    /// Settings that bear on directives and are none of the catalogue.
    private static let besides: Set = [
        "DefaultDependencies", "IPEgressFilterPath", "IPIngressFilterPath",
        "RootDirectory", "RootImage", "Type",
    ]

    /// Targets that are no part of the product: what the tests hold the catalogue against must not
    /// be made from it, and benchmarks break services in ways that they name.
    private static let outside = ["Sources/TemperTesting/", "Sources/TemperBenchmark/"]

    /// The names of the catalogue, each as text has it and as code has it.
    private static func names() throws -> [(text: String, code: String)] {
        let source = try String(
            contentsOf: top.appending(path: catalogue + "DirectiveName.swift"), encoding: .utf8)
        return source.matches(of: /case (\w+) = "(\w+)"/).map { (String($0.2), String($0.1)) }
            .filter { !besides.contains($0.0) }
    }

    private static func sources() throws -> [(path: String, text: String)] {
        let files = FileManager.default.enumerator(atPath: top.appending(path: "Sources").path)
        return try (files?.compactMap { $0 as? String } ?? []).filter { $0.hasSuffix(".swift") }
            .sorted().map { file in
                let text = try String(
                    contentsOf: top.appending(path: "Sources/\(file)"), encoding: .utf8)
                // Comments may say what they like.
                let code: [Substring] = text.split(separator: "\n").map { line in
                    line.firstRange(of: "//").map { line[..<$0.lowerBound] } ?? line
                }
                return ("Sources/\(file)", code.joined(separator: "\n"))
            }
    }

    @Test("No file outside the catalogue names a directive to decide something")
    func oneRow() throws {
        let names = try Self.names()
        #expect(names.count > 45)
        // Words and cases that mean other things as well.
        let words: Set = ["User", "Delegate"]
        let cases: Set = [
            "ambientCapabilities", "delegate", "deviceAllow", "noNewPrivileges",
            "systemCallFilter", "umask", "user",
        ]
        var found: [String: Set<String>] = [:]
        for (path, text) in try Self.sources() where !path.hasPrefix(Self.catalogue) {
            if Self.outside.contains(where: path.hasPrefix) { continue }
            let parts = Set(text.split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == "\"") })
            for (name, code) in names {
                let isWord =
                    parts.contains("\"\(name)") || parts.contains("\"\(name)\"")
                    || (!words.contains(name) && parts.contains(Substring(name)))
                let isCase = parts.contains(Substring(code)) && !cases.contains(code)
                if isWord || isCase || text.contains("DirectiveName.\(code)") {
                    found[path, default: []].insert(name)
                }
            }
        }
        for (path, names) in found.sorted(by: { $0.key < $1.key }) {
            if Self.allowed[path]?.names.isEmpty == true { continue }
            let extra = names.subtracting(Self.allowed[path]?.names ?? [])
            #expect(extra.isEmpty, "\(path) names \(extra.sorted())")
        }
        for (path, entry) in Self.allowed {
            let unused = entry.names.subtracting(found[path] ?? [])
            #expect(unused.isEmpty, "\(path) need not be allowed \(unused.sorted())")
        }
    }

    @Test("No two types of the sources have the same name")
    func oneMeaning() throws {
        var places: [String: [String]] = [:]
        for (path, text) in try Self.sources() {
            for line in text.split(separator: "\n") {
                let declaration =
                    /(?:(?:public|package|internal|private|fileprivate|final|indirect|nonisolated) )*(?:struct|class|enum|actor|protocol|typealias) (\w+)/
                if let match = line.prefixMatch(of: declaration) {
                    places[String(match.1), default: []].append(path)
                }
            }
        }
        #expect(places.count > 300)
        for (name, files) in places.sorted(by: { $0.key < $1.key }) where files.count > 1 {
            Issue.record("\(name) is declared in \(files.joined(separator: " and in "))")
        }
    }
}
