import SystemdBus

/// Other units. What is read contains what systemd derived. The default dependencies are a bare
/// unit's, where both have them; what follows from paths and mounts may be said twice.
extension BlueprintDraft {
    mutating func carryDependencies(_ row: CopyRow, _ value: BusValue) {
        let alike = original["DefaultDependencies"] == bare["DefaultDependencies"]
        let defaults = alike ? Set(bare.strings(row.name)) : []
        var kept = (value.strings ?? []).filter { !defaults.contains($0) && isForeign($0) }
        if row.name == "Requires" || row.name == "Requisite" {
            let missing = kept.filter(original.missingUnits.contains)
            kept.removeAll(where: missing.contains)
            nameMissing(row.name, missing)
        }
        if !kept.isEmpty { send(row.name, .strings(kept)) }
    }

    /// Not a unit that belongs to the original: its slice follows from `Slice=`, and its sockets,
    /// timers and paths would start the original or take its ports.
    private func isForeign(_ unit: String) -> Bool {
        !unit.hasSuffix(".slice") && unit != original.name
            && !original.strings("TriggeredBy").contains(unit)
    }

    private mutating func nameMissing(_ setting: String, _ missing: [String]) {
        guard !missing.isEmpty else { return }
        name(
            setting, missing.joined(separator: " "),
            Withheld(
                because: "a transient unit is refused where a unit that it requires is missing",
                so: "the copy starts without"))
    }
}
