import Hardening

extension HardeningRecord {
    /// Reads a record of this or an older schema. What an older one did not write down is unknown;
    /// settings that are not known are left alone.
    ///
    /// - Parameter file: its name, for errors.
    public init(reading text: String, file: String) throws(PlanError) {
        let plan = try Plan(reading: text, file: file)
        var draft = Draft()
        var section = ""
        for line in UnitFileLine.all(in: text) {
            if line.isHeader {
                section = line.text
                continue
            }
            guard section.hasPrefix("[X-Temper-") else { continue }
            // Written again, a backslash at the end would join the next line to it.
            guard !line.text.hasSuffix("\\"), let (name, value) = line.assignment,
                draft.take(section, name, value.readFromRecord)
            else {
                throw PlanError(
                    place: "\(file):\(line.number)",
                    problem: "“\(line.text)” cannot be understood")
            }
        }
        if let problem = draft.problem { throw PlanError(place: file, problem: problem) }
        self.init(
            unit: draft.unit, exposure: (draft.before, draft.after), plan: plan,
            profile: Profile(recorded: draft.taken), usage: draft.usage,
            baseline: draft.baseline, refused: draft.refused,
            dropIn: HardeningRecord.dropIn(in: text),
            validity: draft.validity)
        isStrict = draft.isStrict
        isUntrusted = draft.isUntrusted
        offered = draft.offered
        healthyWithin = draft.healthyWithin
    }

    /// From `[Service]` on, without sections of ours that somebody put behind it.
    private static func dropIn(in text: String) -> String {
        guard let start = text.range(ofLine: "[Service]") else { return "" }
        var isOurs = false
        var lines = text[start...].replacing("\r\n", with: "\n")
            .split(separator: "\n", omittingEmptySubsequences: false)
        lines.removeAll { line in
            if line.hasPrefix("[") { isOurs = line.hasPrefix("[X-Temper") }
            return isOurs
        }
        return lines.joined(separator: "\n")
    }

    /// What was read so far.
    private struct Draft {
        var schema = 0
        var unit = ""
        var before = Exposure(tenths: 100)
        var after = Exposure(tenths: 100)
        var isStrict = false
        var isUntrusted = false
        var taken: Set<String> = []
        var offered: Set<String> = []
        var usage = Usage()
        var ends: [UnitState] = []
        var processSet: [String: Int] = [:]
        var listeners: Set<String> = []
        var sockets: [String: Footprint.Access] = [:]
        var labels: Set<String> = []
        var names: Set<String>?
        var files: [String: Footprint.Access]?
        var helpers: Set<HelperExit> = []
        var exits: Set<ProcessExit> = []
        var omissions: [Stage: String] = [:]
        var healthyWithin: Duration?
        var refused: [Refused] = []
        var validity = Validity()

        var baseline: Baseline {
            Baseline(
                ends: ends, processSet: processSet.isEmpty ? nil : ProcessSet(processSet),
                footprint: footprint == Footprint() ? nil : footprint,
                helpers: helpers, exits: exits, omissions: omissions)
        }

        private var footprint: Footprint {
            Footprint(
                listeners: listeners, sockets: sockets, labels: labels, names: names, files: files)
        }

        var problem: String? {
            if schema == 0 || unit.isEmpty {
                return "this is no record; `temper harden UNIT --record FILE` writes one"
            }
            if UnitName.problem(unit) != nil || UnitName.complete(unit) != unit {
                return "“\(unit)” is no name of a service"
            }
            if schema > HardeningRecord.schema {
                return "written by a newer temper (schema \(schema), this one reads up to "
                    + "\(HardeningRecord.schema)); use that one"
            }
            return taken.isEmpty ? "the record takes no restriction" : nil
        }

        /// Whether the value could be understood.
        mutating func take(_ section: String, _ name: String, _ value: String) -> Bool {
            switch section {
            case "[X-Temper-Record]": return takeHead(name, value)
            case "[X-Temper-Profile]":
                // Schema 1 had them all on one line.
                if name == "Profile" {
                    taken.formUnion(value.split(separator: " ").map(String.init))
                }
                if name == "Take" { taken.insert(value) }
                if name == "Offered" { offered.insert(value) }
                return true
            case "[X-Temper-Usage]": return usage.take(name, value)
            case "[X-Temper-Usual]": return takeBaseline(name, value)
            case "[X-Temper-Refused]": return takeRefused(name, value)
            case "[X-Temper-Fingerprint]": return validity.take(name, value)
            default: return true
            }
        }

        private mutating func takeHead(_ name: String, _ value: String) -> Bool {
            switch name {
            case "Schema":
                guard let number = Int(value), number > 0 else { return false }
                schema = number
            case "Unit": unit = value
            case "ExposureBefore", "ExposureAfter":
                guard let exposure = Exposure(reading: value) else { return false }
                if name == "ExposureBefore" { before = exposure } else { after = exposure }
            case "StrictLogs": isStrict = value == "yes"
            case "Untrusted": isUntrusted = value != "no"
            default: break
            }
            return true
        }

        private mutating func takeRefused(_ name: String, _ value: String) -> Bool {
            switch name {
            case "Refused":
                refused.append(Refused(restriction: value, conflict: [value], because: ""))
            case "With", "Because":
                if refused.isEmpty { return false }
                if name == "With" {
                    refused[refused.count - 1].conflict.append(value)
                } else {
                    refused[refused.count - 1].because = value
                }
            default: break
            }
            return true
        }

        private mutating func takeBaseline(_ name: String, _ value: String) -> Bool {
            func words(_ count: Int) -> [String]? {
                let words = value.words(atMost: count)
                return words.count == count ? words : nil
            }
            switch name {
            case "Process":
                guard let words = words(2), let count = Int(words[0]) else { return false }
                processSet[words[1]] = count
            case "Listens": listeners.insert(value)
            case "Socket", "MadeFile":
                guard let words = words(4), let mode = UInt32(words[0], radix: 8),
                    let user = UInt32(words[1]), let group = UInt32(words[2])
                else { return false }
                let access = Footprint.Access(user: user, group: group, mode: mode)
                if name == "Socket" {
                    sockets[words[3]] = access
                } else {
                    files = (files ?? [:]).merging([words[3]: access]) { $1 }
                }
            case "BusName": names = (names ?? []).union([value])
            case "Label": labels.insert(value)
            case "Ending":
                guard let words = words(3), let code = Int32(words[1]),
                    let status = Int32(words[2])
                else { return false }
                ends.append(
                    UnitState(
                        type: "", active: "inactive", sub: "dead", result: words[0], mainCode: code,
                        mainStatus: status))
            case "Helper":
                guard let words = words(5), let position = Int(words[1]),
                    let code = Int32(words[2]), let status = Int32(words[3])
                else { return false }
                helpers.insert(
                    HelperExit(
                        directive: words[0], position: position, program: words[4], code: code,
                        status: status))
            case "Exit":
                let words = value.words(atMost: 3)
                guard words.count >= 2, let code = Int32(words[0]), let status = Int32(words[1])
                else { return false }
                exits.insert(
                    ProcessExit(name: words.count > 2 ? words[2] : nil, code: code, status: status))
            case "NoSecondStart": omissions[.secondStart] = value
            case "NoReload": omissions[.reload] = value
            case "HealthyWithin":
                guard let time = Duration(timeSpan: value) else { return false }
                healthyWithin = time
            default: break
            }
            return true
        }
    }
}

extension Usage {
    /// Whether the value could be understood: a path leads to one place only, and to none that a unit
    /// file would take for something else.
    fileprivate mutating func take(_ name: String, _ value: String) -> Bool {
        switch name {
        case "Writes", "Owns", "File":
            guard value.isDirectPath else { return false }
        case "Device": guard value.isDirectPath, value.hasPrefix("/dev/") else { return false }
        case "WritesHome", "ReadsHome":
            guard value.isDirectPath, Places.isInHomes(value) else { return false }
        case "WritesTemporary": guard Places.temporary(of: value) == value else { return false }
        case "User": guard Plan.problem(withUser: value) == nil else { return false }
        default: break
        }
        switch name {
        case "User": user = value
        case "NewUser":
            guard let kind = NewUser(rawValue: value) else { return false }
            newUser = kind
        case "Capability": capabilities.insert(value)
        case "Writes": written.insert(value)
        case "WritesTemporary": temporary = (temporary ?? []).union([value])
        case "Owns": own = (own ?? []).union([value])
        case "File": files.insert(value)
        case "Makes":
            let words = value.split(separator: " ").map(String.init)
            guard words.count == 2, let mode = UInt32(words[0], radix: 8),
                "/\(words[1])".isDirectPath, !words[1].contains("/"),
                // Whoever may write there may also exchange what is another's.
                mode <= 0o7777, mode & 0o1002 != 0o002
            else { return false }
            runtimeDirectories = (runtimeDirectories ?? [:]).merging([words[1]: mode]) { $1 }
        case "WritesHome": homes[value] = true
        case "ReadsHome": homes[value] = false
        case "Device": devices.insert(value)
        case "Port": ports.insert(value)
        case "Peer": peers = (peers ?? []).union([value])
        default: break
        }
        return true
    }
}

extension String {
    /// What stands between blanks, the last with all that is left. By scalars: a name may begin with
    /// what makes one character with the blank before it.
    fileprivate func words(atMost count: Int) -> [String] {
        unicodeScalars.split(
            separator: " ", maxSplits: count - 1, omittingEmptySubsequences: false
        ).map { String(self[$0.startIndex..<$0.endIndex]) }
    }

    /// Whether it is an absolute path that can stand in a unit file, without steps that lead nowhere.
    fileprivate var isDirectPath: Bool {
        Places.isPlain(self) && self != "/" && !hasSuffix("/")
            && !dropFirst().split(separator: "/", omittingEmptySubsequences: false)
                .contains { $0.isEmpty || $0 == "." }
    }
}

extension Validity {
    fileprivate mutating func take(_ name: String, _ value: String) -> Bool {
        switch name {
        case "Temper": temper = value
        case "Systemd": systemd = value
        case "Manager": manager = value
        case "Kernel": kernel = value
        case "Architecture": architecture = value
        case "Feature": features.insert(value)
        case "NotInForce": notInForce.insert(value)
        case "UnitFile":
            let words = value.words(atMost: 2)
            guard words.count == 2 else { return false }
            unitFiles[words[1]] = words[0]
        case "Program", "Library":
            let words = value.words(atMost: 4)
            guard words.count == 4 else { return false }
            let file = FileIdentity(
                digest: words[0], package: words[1] == "unknown" ? nil : words[1],
                version: words[2] == "unknown" ? nil : words[2])
            if name == "Program" { programs[words[3]] = file } else { libraries[words[3]] = file }
        case "Calls":
            let words = value.split(separator: " ").map(String.init)
            guard let group = words.first else { return false }
            calls[group] = Set(words.dropFirst())
        default: break
        }
        return true
    }
}

extension Exposure {
    /// `9.6`, as systemd prints it.
    init?(reading text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].count == 1, let whole = Int(parts[0]),
            let tenth = Int(parts[1]), (0...10).contains(whole), tenth >= 0
        else { return nil }
        self.init(tenths: whole * 10 + tenth)
    }
}
