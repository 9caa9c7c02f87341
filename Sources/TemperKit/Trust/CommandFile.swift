import Foundation
import Glibc
import Linux
import Systemd
public import Trials

/// Files with commands that are run, and by root.
enum CommandFile {
    /// - Parameters:
    ///   - option: the one that named the file.
    ///   - kind: what the file should be.
    ///   - isUntrusted: whoever wrote it.
    static func read(
        _ file: String, _ what: String, option: String, kind: String, isUntrusted: Bool
    ) throws(TemperError) -> (text: String, distrust: Distrust?) {
        let path = CheckedPath(file, by: .ofCommands)
        guard let text = path.text else {
            throw .usage("\(file.isEmpty ? "“”" : file) cannot be read; give \(option) \(kind)")
        }
        let name = "\(what) \(file)"
        return (
            text,
            path.problem.map { Distrust(of: name, because: $0) }
                ?? .asSaid(isUntrusted, of: name)
        )
    }
}

/// A plan in a file, and whether it is obeyed like the command line.
public struct PlanFile: Hashable, Sendable {
    public let plan: Plan
    /// nil where only root, or whoever runs temper, could have written it.
    public let distrust: Distrust?

    /// The plan in the section `[X-Temper]` of a file.
    ///
    /// - Parameter isUntrusted: whoever wrote it.
    /// - Throws: `TemperError.usage` where it cannot be read.
    public init(_ file: String, isUntrusted: Bool = false) throws(TemperError) {
        let (text, distrust) = try CommandFile.read(
            file, "the plan", option: "--plan", kind: "a text file", isUntrusted: isUntrusted)
        do { plan = try Plan(reading: text, file: file) } catch {
            throw .usage(error.description)
        }
        // Else minutes of trials would do without all that it asks for.
        if !Plan.hasSection(in: text) {
            throw .usage(
                "\(file) has no section [X-Temper], so it asks for nothing; begin it with that "
                    + "line, or leave --plan out")
        }
        self.distrust = distrust
    }

    /// Whether anything is done because it says so, and not the plan over it.
    func acts(below other: Plan) -> Bool {
        var plan = plan
        if !other.probes.isEmpty { plan.probes = [] }
        return plan.acts
    }
}

/// A record in a file of its own, for version control.
enum RecordFile {
    static func write(_ record: HardeningRecord, to file: String) throws(TemperError) {
        do {
            try RootedDirectory.write(record.text, to: file)
        } catch {
            throw .experiment("the record cannot be written to \(file): \(error.description)")
        }
    }

    /// Whose file it was it stays, so that it is trusted as before.
    static func update(_ record: HardeningRecord, in file: String) throws(TemperError) {
        do {
            try RootedDirectory.write(record.text, to: file, keepingOwner: true)
        } catch {
            throw .experiment("the record cannot be written to \(file): \(error.description)")
        }
    }

    /// The files themselves, and of each directory those called `*.temper`.
    static func all(_ paths: [String]) throws(TemperError) -> [String] {
        var files: [String] = []
        for path in paths {
            var about = stat()
            guard stat(path, &about) == 0, about.st_mode & S_IFMT == S_IFDIR else {
                files.append(path)
                continue
            }
            let names = ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [])
                .filter { $0.hasSuffix(".temper") && !$0.hasPrefix(".") }.sorted()
            if names.isEmpty { throw .usage("--record \(path): no file there is a *.temper") }
            files += names.map { "\(path)/\($0)" }
        }
        return files
    }

    static func read(
        _ file: String, isUntrusted: Bool
    ) throws(TemperError) -> (record: HardeningRecord, distrust: Distrust?) {
        let (text, distrust) = try CommandFile.read(
            file, "the record", option: "--record", kind: "a file that `temper harden` wrote",
            isUntrusted: isUntrusted)
        do { return (try HardeningRecord(reading: text, file: file), distrust) } catch {
            throw .usage(error.description)
        }
    }
}
