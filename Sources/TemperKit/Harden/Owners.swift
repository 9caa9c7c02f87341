import Synchronization
import Systemd
import Trials

/// Who owns the service's files, in every place where trials of one campaign are made.
final class Owners: Sendable {
    private struct Places {
        var machines: [Machine] = []
        var ownership: Ownership?
        var undo: [OwnershipUndo] = []
    }

    private let places = Mutex(Places())

    /// One more place, where they belong from now on to whom they belong in the others.
    func join(_ machine: Machine) throws(ExperimentError) {
        try places.withLock { places throws(ExperimentError) in
            if let ownership = places.ownership {
                places.undo.append(try machine.apply(ownership))
            }
            places.machines.append(machine)
        }
    }

    /// Gives them away everywhere.
    func give(_ ownership: Ownership) throws(ExperimentError) {
        try places.withLock { places throws(ExperimentError) in
            for machine in places.machines { places.undo.append(try machine.apply(ownership)) }
            places.ownership = ownership
        }
    }

    /// Gives them back to whom they belonged.
    func takeBack() {
        places.withLock { places in
            for undo in places.undo { undo.run() }
            places.undo = []
            places.ownership = nil
        }
    }
}
