import Fixtures
import Foundation
import Hardening
import Reports
import TemperTesting
import Testing
import TrialLedger

@testable import Lab
@testable import Systemd
@testable import TemperKit
@testable import Trials

/// Everything that reads what others wrote, fed with what nobody would write: real inputs, mutated.
/// `TEMPER_FUZZ=1000000` gives each reader so many inputs; `TEMPER_FUZZ_SEED` another beginning.
@Suite("Readers of foreign text survive anything", .serialized, .timeLimit(.minutes(10)))
struct ReaderFuzzTests {
    private static let count =
        ProcessInfo.processInfo.environment["TEMPER_FUZZ"].flatMap(Int.init) ?? 3_000
    private static let seed =
        ProcessInfo.processInfo.environment["TEMPER_FUZZ_SEED"].flatMap(UInt64.init) ?? 1

    /// Runs a reader over mutations of real inputs. A crash ends the tests; the input is then in
    /// the file that is named. An input that takes a second is a hang.
    private func feed(
        _ reader: String, _ corpus: [String], count: Int = ReaderFuzzTests.count,
        _ read: (String) throws -> Void
    ) rethrows {
        let keeper = try? FuzzKeeper(reader)
        var mutator = Mutator(corpus: corpus, seed: Self.seed)
        let clock = ContinuousClock()
        var slowest = Duration.zero
        for _ in 0..<count {
            let input = mutator.next()
            keeper?.keep(input)
            let began = clock.now
            try read(input)
            slowest = max(slowest, clock.now - began)
        }
        print("fuzz: \(count) inputs for \(reader), slowest \(slowest)")
        #expect(slowest < .seconds(10), "\(reader) hangs")
        keeper?.close()
    }

    @Test("plans: an error names the line, which is there")
    func plans() {
        feed("plan", Corpus.plans) { text in
            do throws(PlanError) {
                let plan = try Plan(reading: text, file: "x.temper")
                #expect(plan.probes.allSatisfy { $0.problem == nil })
            } catch {
                let number = Int(error.place.split(separator: ":").last ?? "") ?? 0
                let lines = text.unitFileLines
                #expect(error.place.hasPrefix("x.temper:"))
                #expect(number >= 1 && number <= lines.count, "\(error)")
            }
        }
    }

    @Test("records for version control: what is taken of one is what it takes written again")
    func recordFiles() {
        feed("record", Corpus.records, count: max(300, Self.count / 10)) { text in
            do throws(PlanError) {
                let record = try HardeningRecord(reading: text, file: "x.temper")
                let again = try HardeningRecord(reading: record.text, file: "x.temper")
                #expect(again.unit == record.unit && again.plan == record.plan)
                #expect(again.profile == record.profile && again.isStrict == record.isStrict)
            } catch {
                #expect(error.place.hasPrefix("x.temper"), "\(error)")
                #expect(!error.description.contains("\n"), "\(error)")
            }
        }
    }

    @Test("unit files")
    func unitFiles() {
        feed("unit file", Corpus.units) { text in
            let file = UnitFile(path: "/x.service", text: text)
            for assignment in file.assignments {
                let text = assignment.key + assignment.value
                #expect(!text.unicodeScalars.contains { ["\n", "\r", "\0"].contains($0) })
            }
            _ = [file].values(of: "ExecStartPre")
        }
    }

    @Test("installed drop-ins: only what temper wrote counts as untouched")
    func dropIns() {
        let real = InstalledDropIn(
            "[Service]\nPrivateTmp=yes\n", by: "temper", on: "today", systemd: "257",
            revert: "temper revert x.service"
        ).text
        feed("drop-in", [real]) { text in
            #expect(InstalledDropIn(found: text).isUntouched == (text == real))
        }
    }

    @Test("environment files and accounts")
    func accounts() {
        feed("environment file", Corpus.environments) { text in
            let redaction = Redaction(EnvironmentText.secrets(in: text))
            _ = redaction.applied(to: text)
        }
        feed("passwd", [Corpus.passwd]) { text in
            for account in UserAccount.all(in: text) { #expect(!account.name.contains(":")) }
        }
    }

    @Test("what /proc says of processes")
    func processes() {
        feed("status", Corpus.files(["/proc/self/status", "/proc/1/status"])) { text in
            var reading = ProcessReading()
            reading.read(status: text)
        }
        feed("mountinfo", Corpus.files(["/proc/self/mountinfo"])) { _ = MountTable(mountinfo: $0) }
        feed("cgroups", Corpus.files(["/proc/self/mountinfo"])) { text in
            _ = CgroupTree.mountPoints(in: text)
        }
        feed("cgroup", ["0::/system.slice/x.service", "1:name=systemd:/user@1000.service/a"]) {
            _ = CriticalUnits.Session.units(inControlGroup: Substring($0))
        }
    }

    @Test("journal lines, times, ports, mounts")
    func words() {
        feed("journal line", Corpus.lines) { text in
            let line = LogLine(priority: 6, source: "x", message: text)
            _ = (line.plain, line.isComplaint, line.crash)
        }
        feed("time span", ["500ms", "2s", "1min 3s", "1e9", "0.5h", "９９s"]) { text in
            if let time = Duration(timeSpan: text) { #expect(time >= .zero) }
        }
        feed("port", ["tcp:80", "udp:53", "tcp:65535"]) { text in
            if let port = PortRange(text: text) { #expect(PortRange(text: port.text) == port) }
        }
        feed("address", ["192.0.2.1/32", "2001:db8:0:0:0:0:0:1/128"]) { text in
            if let address = AddressPrefix(text: text) {
                #expect(AddressPrefix(text: address.text) == address)
            }
        }
        feed("bind mount", ["-/a:/b:norbind", "/a", "/a:/b"]) { _ = BindMount(text: $0).text }
    }

    @Test("records: trials, results, labs, what a machine enforces")
    func records() throws {
        let trial = try Corpus.trial()
        let decoder = JSONDecoder()
        feed("trial", [trial]) { text in
            if let trial = try? decoder.decode(Trial.self, from: Data(text.utf8)) {
                _ = (trial.verdict, trial.because)
            }
        }
        feed("result", [Corpus.result]) { text in
            _ = try? decoder.decode(HardeningResult.self, from: Data(text.utf8))
        }
        let lab = LabRecord(
            name: "x", keeper: 1, pid: 2, root: "/", since: 3, patience: 4)
        feed("lab record", [lab.text]) { _ = LabRecord(text: $0) }
        let enforcement = String(
            decoding: try JSONEncoder().encode(Enforcement.unmeasured), as: UTF8.self)
        feed("enforcement", [enforcement]) { text in
            _ = try? decoder.decode(Enforcement.self, from: Data(text.utf8))
        }
    }

    @Test("ledgers: any damage is an error of one line, or the record is whole")
    func ledgers() throws {
        try withDirectory { top in
            let real = try Corpus.ledger(in: top + "/real")
            var random = SplitMix64(seed: Self.seed)
            for _ in 0..<max(300, Self.count / 10) {
                var bytes = real
                for _ in 0..<Int.random(in: 1...20, using: &random) {
                    let place = Int.random(in: 0..<bytes.count, using: &random)
                    switch Int.random(in: 0..<4, using: &random) {
                    case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                    case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                    case 2: bytes.removeLast(min(bytes.count - 1, place))
                    default:
                        let end = min(bytes.count, place + 16)
                        bytes.replaceSubrange(
                            place..<end, with: repeatElement(0xff, count: end - place))
                    }
                }
                let directory = top + "/mutated"
                try? FileManager.default.removeItem(atPath: directory)
                try FileManager.default.createDirectory(
                    atPath: directory, withIntermediateDirectories: true)
                try Data(bytes).write(to: URL(fileURLWithPath: directory + "/trials.sqlite"))
                do throws(ExperimentError) {
                    let store = try TrialStore(directory: directory)
                    _ = try store.campaigns(of: "x.service")
                    _ = try store.results()
                    _ = try store.units()
                    _ = try store.records()
                    _ = try store.records(of: "x.service")
                    _ = try store.record(ofCampaign: 1)
                    let ledger = try store.campaign(unit: "x.service", fingerprint: "f", now: 2)
                    _ = ledger.trial(under: .unrestricted, repetition: 0)
                } catch {
                    #expect(!error.description.contains("\n"), "\(error)")
                    #expect(error.description.contains("trials.sqlite"), "\(error)")
                }
            }
        }
    }
}

/// Keeps the input that is being read, for the case that reading it ends the process.
private final class FuzzKeeper {
    private let path: String
    private let file: FileHandle

    init(_ reader: String) throws {
        path = NSTemporaryDirectory() + "temper-fuzz-\(reader.replacing(" ", with: "-"))"
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    }

    func keep(_ input: String) {
        try? file.truncate(atOffset: 0)
        try? file.write(contentsOf: Data(input.utf8))
    }

    func close() {
        try? file.close()
        try? FileManager.default.removeItem(atPath: path)
    }
}
