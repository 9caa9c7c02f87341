import Fixtures
import Foundation
import Hardening
import Reports
import TrialLedger
import Trials

/// Real inputs, from this repository, from Debian's packages in the root trees, from this machine.
enum Corpus {
    private static let top = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    static func files(_ paths: [String]) -> [String] {
        paths.compactMap { path in
            FileHandle(forReadingAtPath: path).flatMap { file in
                (try? file.readToEnd()).map { String(decoding: $0, as: UTF8.self) }
            }
        }
    }

    private static func all(in directory: String, suffix: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return files(names.filter { $0.hasSuffix(suffix) }.sorted().map { "\(directory)/\($0)" })
    }

    static var plans: [String] {
        all(in: top + "/Examples/Services", suffix: ".temper")
            + files([top + "/Examples/nginx.temper", top + "/Examples/beacon.service"]) + [
                "[X-Temper]\nProbe=true\nProbeHTTP=http://127.0.0.1/ text\nProbeTCP=h:1\n"
                    + "ProbeUnix=/x\nProbeDBus=a.b\nProbeDoesWork=yes\nProbeUser=mona\nPrepare=x\n"
                    + "Keep=PrivateNetwork=no User\nTry=DynamicUser=yes\nStartPeriod=2s\n"
                    + "Interval=5ms\nTimeout=1min\nSettle=1\nSuccessThreshold=1\n"
                    + "FailureThreshold=3\n"
            ]
    }

    static var records: [String] {
        all(in: top + "/Tests/EndToEndTests/Records", suffix: ".temper")
    }

    static var units: [String] {
        Release.allCases.flatMap { release in
            all(in: release.root + "/usr/lib/systemd/system", suffix: ".service")
        }
    }

    static let environments = [
        "# a comment\nPASSWORD=\"s3cr3t word\"\nTOKEN='abc def'\nLONG=one\\\ntwo\nEMPTY=\n; other\n",
        "export X=1\nA=B=C\nnot an assignment\n",
    ]

    static var passwd: String {
        files([Release.bookworm.root + "/etc/passwd"]).first ?? "root:x:0:0:root:/root:/bin/sh\n"
    }

    static let lines = [
        "2026/11/24 18:20:05 [emerg] 17#17: bind() to 0.0.0.0:80 failed (13: Permission denied)",
        "worker process 7 exited on signal 31", "Main process exited, code=exited, status=203/EXEC",
        "Failed at step NAMESPACE spawning /bin/x: No such file or directory",
    ]

    private static let observations: [Observation] = [
        .job(.start, result: .done),
        .unit(
            .ready, UnitState(type: "notify", active: "active", sub: "running", result: "success")),
        .probe(.ready, name: "GET http://127.0.0.1/", .unhealthy("connection refused")),
        .log(LogLine(priority: 3, source: "x", message: "no", messageID: nil)),
        .saw(.listens(transport: "tcp", family: "AF_INET", port: 80, isLoopback: false)),
        .refused(KernelRequest(.call("openat"), by: "x", error: 13, path: "/etc/x")),
    ]

    private static var one: Trial {
        Trial(
            number: 1, purpose: "can this be taken?",
            profile: Profile(["ProtectSystem=full"], in: .standard), began: 1,
            microseconds: Trial.Timing(), observations: observations, baseline: .unknown)
    }

    static func trial() throws -> String {
        String(decoding: try JSONEncoder().encode(one), as: UTF8.self)
    }

    static let result = """
        {"accepted":["ProtectSystem=full"],"accommodations":[],"dropIn":"[Service]\\n",\
        "ending":"complete","exposure":{"after":1.4,"before":9.6,"possible":1.4},"ignored":[],\
        "notCarriedOver":[],"preparations":[],"refused":[{"because":"no","conflict":["a"],\
        "restriction":"a","trial":3}],"schema":"temper.harden/1","seconds":3.5,"skipped":[],\
        "suspicious":[],"systemd":"257","trials":28,"unit":"x.service","verified":true,\
        "warnings":[]}
        """

    /// The bytes of a ledger with a finished campaign and one that was cut off.
    static func ledger(in directory: String) throws -> [UInt8] {
        do {
            let store = try TrialStore(directory: directory)
            let first = try store.campaign(unit: "x.service", fingerprint: "f", now: 1)
            for _ in 0..<30 { try first.record(one) }
            try first.finish(result: result, now: 2)
            let second = try store.campaign(unit: "x.service", fingerprint: "f", now: 3)
            for _ in 0..<10 { try second.record(one) }
            for text in records {
                try store.keep(
                    KeptRecord(
                        unit: "x.service", root: "/", account: "", made: 4, campaign: 1, text: text)
                )
            }
        }
        return try [UInt8](Data(contentsOf: URL(fileURLWithPath: directory + "/trials.sqlite")))
    }
}
