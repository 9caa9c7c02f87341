extension Sandbox {
    /// The sandbox with what systemd adds by itself when it loads the unit (`unit_patch_contexts`
    /// in src/core/unit.c): what its properties then read, and what is scored.
    public func withImplied(by dialect: Dialect) -> Sandbox {
        let rows = Catalogue.standard.directives
        var result = self
        for row in rows { row.loading?(&result, dialect) }
        // A protection drops the capabilities that would undo it.
        let dropped = rows.reduce(into: UInt64(0)) { mask, row in
            if settings[row.name] == .flag(true) { mask |= row.droppedCapabilities }
        }
        if dropped != 0 { result.bound(to: ~dropped) }
        return result
    }
}

extension Directive {
    /// Those that systemd drops beside it, as a mask.
    fileprivate var droppedCapabilities: UInt64 {
        restrictions[0].implies.reduce(into: 0) { mask, id in
            if case .dropCapabilities(let bits) = Catalogue.standard[id]?.change { mask |= bits }
        }
    }
}
