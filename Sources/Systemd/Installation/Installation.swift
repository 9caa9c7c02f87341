import Glibc
package import Hardening
import Linux
package import SystemdBus
package import Trials

/// Puts a drop-in on a real unit: below /run for as long as it is tried, then for good; or undoes
/// it all. What is done here is undone by systemd if this process dies.
package struct Installation: Sendable {
    private let service: Service
    private let staged: DropInDirectory
    private let final: DropInDirectory
    private let undoGuard: UndoGuard
    /// Whether a drop-in of temper's is installed in the very place.
    private let replaces: Bool
    /// Whether one of temper's is in force before this one.
    package let supersedes: Bool
    /// Whether the service is to run afterwards: it ran, or it failed under the drop-in that is to
    /// give way.
    package let isToRun: Bool

    private static let name = InstalledDropIn.fileName
    private static let older = ".50-temper.conf.old"

    /// Where the drop-in of a unit is installed for good.
    ///
    /// - Parameter forTemplate: for all instances of its template, not for this one alone.
    package static func place(of service: Service, forTemplate: Bool) -> DropInDirectory {
        let unit = forTemplate ? service.template ?? service.unit : service.unit
        return DropInDirectory(of: unit, .lasting, on: service.machine)
    }

    /// What temper, or somebody under its name, installed there.
    package static func installed(in place: DropInDirectory) -> InstalledDropIn? {
        place.text(of: name).map(InstalledDropIn.init(found:))
    }

    /// Whether a drop-in of temper's name is in force for a unit: its own, or its template's.
    package static func isInstalled(for service: Service) -> Bool {
        [false, true].contains { installed(in: place(of: service, forTemplate: $0)) != nil }
    }

    /// Sets the guard up and keeps failures of the unit from having consequences. The service runs
    /// on as it was.
    package static func begin(
        _ service: Service, forTemplate: Bool
    ) async throws(ExperimentError) -> Installation {
        let final = place(of: service, forTemplate: forTemplate)
        let replaces = installed(in: final) != nil
        let supersedes = isInstalled(for: service)
        let isToRun = service.isActive || (supersedes && service.isFailing)
        let surroundings = try await service.machine.surroundings(
            of: service.unit, evenFailing: supersedes)
        // A file in /etc comes before one of the same name in /run/systemd/system.
        let staged = DropInDirectory(
            of: service.unit, supersedes ? .overriding : .passing, on: service.machine)
        let undoGuard = try await UndoGuard.start(on: service.machine) { kept in
            undoing(
                surroundings, service, staged, final, replaces: replaces, isToRun: isToRun,
                kept: kept)
        }
        let installation = Installation(
            service: service, staged: staged, final: final, undoGuard: undoGuard,
            replaces: replaces, supersedes: supersedes, isToRun: isToRun)
        do {
            try staged.write(HarmlessFailure.dropIn, as: HarmlessFailure.fileName)
            try await service.machine.reload()
        } catch {
            await installation.end()
            throw error
        }
        return installation
    }

    private static func undoing(
        _ surroundings: Surroundings, _ service: Service, _ staged: DropInDirectory,
        _ final: DropInDirectory, replaces: Bool, isToRun: Bool, kept: String
    ) -> String {
        let systemctl = service.machine.user == nil ? "systemctl" : "systemctl --user"
        func file(_ place: DropInDirectory, _ name: String) -> String {
            "\(place.path)/\(name)".shellQuoted
        }
        let old = file(final, older)
        let undo =
            replaces
            ? "if test -e \(old); then mv -f \(old) \(file(final, name)); fi"
            : "rm -f \(file(final, name))"
        let drafts = [name, HarmlessFailure.fileName].map(RootedDirectory.draft)
        let litter =
            [file(staged, name), file(staged, HarmlessFailure.fileName), old]
            + drafts.flatMap { [file(staged, $0), file(final, $0)] }
        let places = [staged, final].map(\.path.shellQuoted)
        let unit = service.unit.shellQuoted
        let listening = socketsFirst(surroundings, unit, systemctl)
        // What stops with the service, and what would start it.
        let others = surroundings.alsoDown.map {
            "\(systemctl) start -- \($0.shellQuoted)\n"
        }
        return """
            # Puts \(service.unit) back as it was.
            cd /
            test -e \(kept) || \(undo)
            rm -f \(litter.joined(separator: " "))
            rmdir \(places.joined(separator: " ")) 2>/dev/null
            sync -- \(places[1]) 2>/dev/null || sync -- \(final.parent.shellQuoted)
            \(systemctl) daemon-reload
            \(systemctl) reset-failed -- \(unit) 2>/dev/null
            \(listening)
            \(systemctl) \(isToRun ? "restart" : "stop") -- \(unit)
            \(others.joined())
            """
    }

    /// A socket is refused to a service that runs.
    private static func socketsFirst(
        _ surroundings: Surroundings, _ unit: String, _ systemctl: String
    ) -> String {
        let sockets = surroundings.triggers.filter { $0.hasSuffix(".socket") }
            .map(\.shellQuoted).joined(separator: " ")
        if sockets.isEmpty { return "" }
        return """
            \(systemctl) stop -- \(unit)
            \(systemctl) reset-failed -- \(sockets) 2>/dev/null
            \(systemctl) start -- \(sockets)
            """
    }

    /// Puts nothing in the place of the drop-in that is in force, so that the unit is as it was
    /// shipped.
    package func stageNothing() async throws(ExperimentError) {
        try staged.write("", as: Installation.name)
        try await service.machine.reload()
    }

    /// Puts the drop-in below /run.
    ///
    /// - Returns: the settings that do not read back as `expected`, one line each.
    package func stage(
        _ dropIn: String, expecting expected: Sandbox
    ) async throws(ExperimentError) -> [String] {
        try staged.write(dropIn, as: Installation.name)
        try await service.machine.reload()
        return try await service.differences(from: expected)
    }

    /// Moves the drop-in to where it stays, and makes sure that systemd finds it there.
    ///
    /// - Returns: the path of the file, as the machine sees it.
    package func install(
        _ dropIn: InstalledDropIn, expecting expected: Sandbox
    ) async throws(ExperimentError) -> String {
        guard await undoGuard.stands else {
            throw ExperimentError(
                "somebody stopped the guard of \(service.unit); nothing was installed")
        }
        if replaces { final.keep(Installation.name, as: Installation.older) }
        try final.write(dropIn.text, as: Installation.name)
        staged.remove(Installation.name)
        try await service.machine.reload()
        if let first = try await service.differences(from: expected).first {
            throw ExperimentError("\(final.path)/\(Installation.name) is not in force: \(first)")
        }
        try undoGuard.keep()
        return "\(final.path)/\(Installation.name)"
    }

    /// Ends the try: what was installed stays, else all is undone; the service is running or not
    /// as it was before.
    package func end() async { await undoGuard.end() }

    /// Takes an installed drop-in away; the service is started again if it runs or is meant to.
    ///
    /// - Parameter before: what was installed there before, and comes back; nil for nothing.
    /// - Returns: how the restart went; nil where there was none.
    package static func revert(
        _ service: Service, in place: DropInDirectory, to before: InstalledDropIn? = nil
    ) async throws(ExperimentError) -> JobResult? {
        if let before {
            try place.write(before.text, as: name)
        } else {
            place.remove(name, older, RootedDirectory.draft(of: name))
            guard place.text(of: name) == nil else {
                throw ExperimentError("\(place.path)/\(name) cannot be taken away")
            }
        }
        try await service.machine.reload()
        guard service.isActive || service.isFailing else { return nil }
        return try await experiment { () async throws(BusError) in
            try await service.machine.bus.restartUnit(service.unit)
        }
    }
}

extension Service {
    /// The template that it is an instance of: `x@.service` of `x@1.service`.
    package var template: String? {
        guard let at = unit.firstIndex(of: "@") else { return nil }
        return String(unit[...at]) + ".service"
    }
}

extension Machine {
    /// Takes away, on a machine that is thrown away, what an earlier temper installed for a unit:
    /// the search begins at the unit as it was shipped.
    ///
    /// - Returns: whether there was anything.
    package func setAside(
        unit: String, evenIfTouched: Bool
    ) async throws(ExperimentError) -> Bool {
        var found = false
        let template = unit.firstIndex(of: "@").map { String(unit[...$0]) + ".service" }
        for name in [unit, template].compactMap({ $0 }) {
            let place = DropInDirectory(of: name, .lasting, on: self)
            guard let installed = Installation.installed(in: place),
                installed.isUntouched || evenIfTouched
            else { continue }
            place.remove(InstalledDropIn.fileName)
            found = true
        }
        if found { try await reload() }
        return found
    }
}
