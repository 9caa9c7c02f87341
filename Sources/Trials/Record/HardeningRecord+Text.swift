import Hardening

/// The record as a file made for version control: sorted, one thing a line, nothing that differs
/// from run to run. systemd ignores its sections `X-…`, so the same file is a drop-in too, and
/// the same file is a plan.
extension HardeningRecord {
    public var text: String {
        [
            "# \(unit): what temper tried and found to pass. For `temper check --record`; a plan for",
            "# `temper harden --plan` and, since systemd reads only [Service] of it, a drop-in too.",
            section(
                "X-Temper-Record",
                [
                    "Schema=\(Self.schema)", "Unit=\(unit)", "ExposureBefore=\(exposure.before)",
                    "ExposureAfter=\(exposure.after)",
                ] + (isStrict ? ["StrictLogs=yes"] : [])
                    + (isUntrusted ? ["Untrusted=yes"] : [])),
            "[X-Temper]\n" + plan.recordLines.map { $0 + "\n" }.joined(),
            section(
                "X-Temper-Profile",
                profile.restrictions.sorted().map { "Take=\($0)" }
                    + offered.sorted().map { "Offered=\($0)" }),
            section("X-Temper-Usage", usage.recordLines),
            section(
                "X-Temper-Usual",
                (healthyWithin.map { ["HealthyWithin=\($0.timeSpan)"] } ?? [])
                    + baseline.recordLines),
            section("X-Temper-Refused", refused.flatMap(\.recordLines)),
            section("X-Temper-Fingerprint", validity.recordLines),
            dropIn.hasSuffix("\n") ? String(dropIn.dropLast()) : dropIn,
        ].joined(separator: "\n") + "\n"
    }

    /// What is ours to read again, and so escaped as a whole: a process may be called as it likes.
    private func section(_ name: String, _ lines: [String]) -> String {
        "[\(name)]\n" + lines.map { $0.assignmentInRecord + "\n" }.joined()
    }

    /// What cannot be written down, or nil: commands can, as one line that does the same.
    public var problem: String? {
        guard let line = plan.probes.map(\.line).first(where: \.isNoLine) else { return nil }
        return "no record can hold a probe of several lines "
            + "(\(line.prefix { !$0.isNewline })…); put it in a script"
    }
}

extension String {
    /// Whether a unit file would take it for less or for more.
    fileprivate var isNoLine: Bool {
        unicodeScalars.contains { $0 == "\n" || $0 == "\r" } || hasSuffix("\\")
    }

    /// A command for `/bin/sh -c` as one line that does the same. printf(1) makes the lines again,
    /// and eval runs them in the same shell.
    fileprivate var onOneLine: String {
        guard isNoLine else { return self }
        let escapes: [Unicode.Scalar: String] = [
            "\n": "\\n", "\r": "\\r", "\\": "\\\\", "%": "%%", "'": "'\\''",
        ]
        let format = unicodeScalars.map { escapes[$0] ?? String($0) }.joined()
        return "eval \"$(printf -- '\(format)')\""
    }
}

extension HardeningRecord.Refused {
    fileprivate var recordLines: [String] {
        let others = conflict.filter { $0 != restriction }.sorted()
        return ["Refused=\(restriction)"] + others.map { "With=\($0)" }
            + ["Because=\(because.replacingLineEnds)"]
    }
}

extension Plan {
    /// As `[X-Temper]` has it.
    var recordLines: [String] {
        let times: [(String, Duration?)] = [
            ("StartPeriod", cadence.startPeriod), ("Interval", cadence.interval),
            ("Timeout", cadence.timeout), ("Settle", settle),
        ]
        let counts = [
            ("SuccessThreshold", cadence.successThreshold),
            ("FailureThreshold", cadence.failureThreshold),
        ]
        return preparations.map { "Prepare=\($0.onOneLine)" }
            + beforeStart.map { "Before=\($0.onOneLine)" }
            + probes.map(\.line)
            + (probeDoesWork ? ["ProbeDoesWork=yes"] : [])
            + (probeUser.map { ["ProbeUser=\($0)"] } ?? [])
            + times.compactMap { name, time in time.map { "\(name)=\($0.timeSpan)" } }
            + counts.compactMap { name, count in count.map { "\(name)=\($0)" } }
            + keep.sorted().map { "Keep=\($0)" } + attempt.sorted().map { "Try=\($0)" }
    }
}

extension ProbeRequest {
    var line: String {
        switch self {
        case .command(let command): "Probe=\(command.onOneLine)"
        case .http(let url, let contains): "ProbeHTTP=\(url)" + (contains.map { " \($0)" } ?? "")
        case .tcp(let address): "ProbeTCP=\(address)"
        case .unixSocket(let path): "ProbeUnix=\(path)"
        case .busName(let name): "ProbeDBus=\(name)"
        case .footprint: "ProbeFootprint=yes"
        }
    }
}

extension Usage {
    var recordLines: [String] {
        (user.map { ["User=\($0)"] } ?? []) + (newUser.map { ["NewUser=\($0)"] } ?? [])
            + capabilities.sorted().map { "Capability=\($0)" }
            + written.sorted().map { "Writes=\($0)" }
            + (temporary ?? []).sorted().map { "WritesTemporary=\($0)" }
            + (own ?? []).sorted().map { "Owns=\($0)" } + files.sorted().map { "File=\($0)" }
            + (runtimeDirectories ?? [:]).sorted { $0.key < $1.key }.map {
                "Makes=\(String($0.value, radix: 8)) \($0.key)"
            }
            + homes.sorted { $0.key < $1.key }.map {
                "\($0.value ? "WritesHome" : "ReadsHome")=\($0.key)"
            }
            + devices.sorted().map { "Device=\($0)" } + ports.sorted().map { "Port=\($0)" }
            + (peers ?? []).sorted().map { "Peer=\($0)" }
    }
}

extension Baseline {
    var recordLines: [String] {
        let endings = Set(ends.map { "Ending=\($0.result) \($0.mainCode) \($0.mainStatus)" })
        return (processSet?.members ?? [:]).sorted { $0.key < $1.key }.map {
            "Process=\($0.value) \($0.key)"
        } + (footprint?.recordLines ?? []) + endings.sorted()
            + helpers.map {
                "Helper=\($0.directive) \($0.position) \($0.code) \($0.status) \($0.program)"
            }.sorted() + exits.map { "Exit=\($0.code) \($0.status) \($0.name ?? "")" }.sorted()
            + [("NoReload", Stage.reload), ("NoSecondStart", .secondStart)].compactMap {
                name, stage in omissions[stage].map { "\(name)=\($0.replacingLineEnds)" }
            }
    }
}

extension Footprint {
    fileprivate var recordLines: [String] {
        listeners.sorted().map { "Listens=\($0)" }
            + Self.lines("Socket", sockets) + labels.sorted().map { "Label=\($0)" }
            + (names ?? []).sorted().map { "BusName=\($0)" }
            + Self.lines("MadeFile", files ?? [:])
    }

    private static func lines(_ name: String, _ places: [String: Access]) -> [String] {
        places.sorted { $0.key < $1.key }.map { path, access in
            "\(name)=\(String(access.mode, radix: 8)) \(access.user) \(access.group) \(path)"
        }
    }
}

extension Validity {
    var recordLines: [String] {
        let facts = [
            ("Temper", temper), ("Systemd", systemd), ("Manager", manager), ("Kernel", kernel),
            ("Architecture", architecture),
        ]
        return facts.filter { !$0.1.isEmpty }.map { "\($0)=\($1)" }
            + features.sorted().map { "Feature=\($0)" }
            + notInForce.sorted().map { "NotInForce=\($0)" }
            + unitFiles.sorted { $0.key < $1.key }.map { "UnitFile=\($0.value) \($0.key)" }
            + Self.lines("Program", programs) + Self.lines("Library", libraries)
            + calls.sorted { $0.key < $1.key }.map {
                "Calls=\($0.key) \($0.value.sorted().joined(separator: " "))"
            }
    }

    private static func lines(_ name: String, _ files: [String: FileIdentity]) -> [String] {
        files.sorted { $0.key < $1.key }.map { path, file in
            "\(name)=\(file.digest) \(file.package ?? "unknown") \(file.version ?? "unknown") \(path)"
        }
    }
}

extension Duration {
    /// In systemd's notation, exact to the microsecond: `50ms`, `2s`.
    var timeSpan: String {
        let microseconds =
            components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
        if microseconds % 1_000_000 == 0 { return "\(microseconds / 1_000_000)s" }
        if microseconds % 1_000 == 0 { return "\(microseconds / 1_000)ms" }
        return "\(microseconds)us"
    }
}

extension String {
    /// A line `Name=value` with the value as a record has it.
    fileprivate var assignmentInRecord: String {
        // By scalars: the value may begin with what makes one character with the sign.
        let equals = unicodeScalars.firstIndex(of: "=").map(unicodeScalars.index(after:))
        return self[..<(equals ?? endIndex)] + String(self[(equals ?? endIndex)...]).inRecord
    }

    fileprivate var replacingLineEnds: String {
        String(map { $0.isNewline ? " " : $0 })
    }
}
