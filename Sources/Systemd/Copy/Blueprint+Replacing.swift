public import SystemdBus

extension Blueprint {
    /// The copy under other settings, such as those of a sandbox to be tried.
    ///
    /// A replaced property disappears with its siblings, other spellings of the same setting
    /// (`PrivateTmp` and `PrivateTmpEx`), because the one that is sent last would win; and since
    /// lists append on the bus, a list that is replaced must not be sent at all. The new ones
    /// follow in their own order, after everything else, with repetitions kept.
    public func properties(replacing new: [(String, BusValue)]) -> [(String, BusValue)] {
        let replaced = Set(new.flatMap { Siblings.replaced(by: $0.0) })
        return properties.filter { !replaced.contains($0.0) } + new
    }
}

/// Properties that set the same thing under different names.
enum Siblings {
    /// The names whose effect setting `name` takes the place of, itself included.
    static func replaced(by name: String) -> Set<String> {
        // A hard limit sets the soft one as well, but not the other way round.
        if softLimits.contains(name + "Soft") { return [name, name + "Soft"] }
        return families.first { $0.contains(name) } ?? [name]
    }

    private static let softLimits = Set(
        CopyTable.rows.compactMap { row -> String? in
            if case .transform(.softLimit) = row.rule { row.name } else { nil }
        })

    private static let families: [Set<String>] =
        superseding
        + ["Input", "Output", "Error"].map { stream in
            Set(
                ["", "File", "FileToAppend", "FileToTruncate", "FileDescriptorName"].map {
                    "Standard\(stream)\($0)"
                })
        }
        + ["TasksMax", "MemoryMin", "MemoryLow", "MemoryHigh", "MemoryMax", "MemorySwapMax"].map {
            [$0, $0 + "Scale"]
        }
        + [[CopyTable.delegation.whole, CopyTable.delegation.listed]]

    /// Every richer property with the poorer one that it supersedes.
    private static let superseding: [Set<String>] = CopyTable.rows.compactMap { row in
        guard case .superseded(let richer) = row.rule, !richer.hasPrefix("Standard"),
            !richer.hasPrefix("Syslog")
        else { return nil }
        return [row.name, richer]
    }
}
