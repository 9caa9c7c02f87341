import SystemdBus

/// Properties that are copied under a condition.
extension BlueprintDraft {
    mutating func carry(_ row: CopyRow, _ value: BusValue, with why: Caution) {
        switch why {
        case .type:
            send(row.name, .string(startedAs.rawValue))
            if type == .idle { nameIdle() }
        case .busName:
            nameBusName(value)
        case .abortTimeout:
            if value != original["TimeoutStopUSec"] { send(row.name, value) }
        case .watchdog:
            // Setting it at all would change NotifyAccess.
            if let watchdog = original.watchdog { send(row.name, .uint64(watchdog)) }
        case .onlyWhenTrue:
            if value == .bool(true), difference(row, value) != nil { send(row.name, value) }
        case .standardStream:
            carryStream(row, value)
        case .dependencies:
            carryDependencies(row, value)
        case .delegation:
            if row.name == CopyTable.delegation.listed,
                original.isTrue(CopyTable.delegation.whole)
            {
                send(row.name, value)
            }
        case .fileSystems:
            carryFileSystems(row, value)
        case .deviceAllow:
            carryDeviceAllow(row, value)
        case .systemCallFilter:
            carrySystemCallFilter(row, value)
        case .runtimeDirectoryPreserve:
            carryRuntimeDirectoryPreserve(row, value)
        }
    }

    private mutating func carryFileSystems(_ row: CopyRow, _ value: BusValue) {
        guard difference(row, value) != nil, let fields = value.fields, fields.count == 2 else {
            return
        }
        guard fields[1].elements?.isEmpty == true else { return send(row.name, value) }
        name(
            row.name, original.files.values(of: row.name).joined(separator: " "),
            Withheld(
                because: "this systemd is built without BPF and has not kept the list",
                so: "nothing is lost: it does not hold for the original either"))
    }

    private mutating func nameIdle() {
        name(
            "Type", "idle",
            Withheld(
                because: "an idle service waits for other jobs before its program runs",
                so: "the copy runs at once"))
    }

    private mutating func nameBusName(_ value: BusValue) {
        guard let busName = value.string, !busName.isEmpty else { return }
        name(
            "BusName", busName,
            Withheld(
                because: "two loaded units cannot have the same bus name",
                so:
                    "the copy counts as started when its program runs, and a probe asks whether the "
                    + "name has an owner"))
    }

    /// Beside a running original the copy must not take the directory away with its stop.
    private mutating func carryRuntimeDirectoryPreserve(_ row: CopyRow, _ value: BusValue) {
        let shares = originalStaysUp && !original.directories("Runtime").isEmpty
        guard shares, value != .string("yes") else {
            if difference(row, value) != nil { send(row.name, value) }
            return
        }
        send(row.name, .string("yes"))
        name(
            row.name, value.string ?? "",
            Withheld(
                because: "the original keeps running in the same directory",
                so: "what a trial leaves in it is still there in the next"))
    }

    /// Not readable, but settable, and known from the text alone.
    mutating func carryPermissionsStartOnly() {
        guard let last = original.files.values(of: "PermissionsStartOnly").last,
            ["1", "yes", "y", "true", "t", "on"].contains(last.lowercased())
        else { return }
        send("PermissionsStartOnly", .bool(true))
    }

    /// A drop-in for all services (`service.d`) applies to the copy as well, after what is sent.
    mutating func nameOverruled() {
        let dropIns = bare.strings("DropInPaths")
        let assignments = bare.files.filter { dropIns.contains($0.path) }.flatMap { file in
            file.assignments.map { (file.path, $0.key) }
        }
        for (property, value) in properties {
            guard let path = assignments.last(where: { $0.1 == DirectiveText.name(property) })?.0,
                bare[property].map(\.isScalar) ?? false
            else { continue }
            name(
                DirectiveText.name(property), DirectiveText.value(value, of: property),
                Withheld(
                    because: "\(path) applies to every service and wins over what is sent",
                    so: "the copy has the value of that file"))
        }
    }
}

extension BusValue {
    fileprivate var isScalar: Bool {
        if case .array = self { false } else { true }
    }
}
