import SystemdBus
import Trials

/// The socket units of one copy, by which systemd hands it its listening sockets as it does to the
/// original. They live and end with the copy.
///
/// A transient socket starts the service of its own name, and on the bus there is no `Service=`
/// (systemd 252, 257, 262); but descriptors with several names take several socket units. So a
/// drop-in says it, the same for all copies: a socket's name ends in that of its service.
struct HandedSockets {
    let units: [(name: String, properties: [(String, BusValue)])]
    private let originals: [SocketBlueprint]

    init(_ originals: [SocketBlueprint], for copy: String, on machine: Machine) {
        self.originals = originals
        let stem = TrialName.stem(of: copy)
        units = originals.enumerated().map { index, original in
            (
                "\(machine.socketPrefix)-\(index + 1)-\(stem).socket",
                original.properties + [
                    ("Description", .string("temper's copy of \(original.unit)")),
                    ("AddRef", .bool(true)), ("CollectMode", .string("inactive-or-failed")),
                    // A copy that ends is not started again by a connection, and the socket's
                    // place in the order of a boot is nobody's concern.
                    ("BindsTo", .strings([copy])), ("DefaultDependencies", .bool(false)),
                ] + (machine.standIn?.ties ?? [])
            )
        }
    }

    var names: [String] { units.map(\.name) }

    /// What makes the copy start them. They come before it by their nature.
    var properties: [(String, BusValue)] {
        units.isEmpty ? [] : [("Requires", .strings(names))]
    }

    /// Makes way for them: on a machine that is thrown away the originals are stopped, on others
    /// the stand-in has done that.
    func prepare(_ machine: Machine, inPlaceOf service: String) async throws(ExperimentError) {
        if units.isEmpty { return }
        // Another is written, and taken away, with the stand-in.
        if machine.standIn == nil { try SocketDropIn.write(for: machine.socketPrefix, on: machine) }
        guard machine.isDisposable else { return }
        _ = try await experiment { () async throws(BusError) in
            try await machine.stop(service, with: originals.map(\.unit))
        }
    }

    /// Why they could not be opened, which is no fault of the copy, whatever its restrictions; nil
    /// where they could.
    func failure(on machine: Machine) async -> ExperimentError? {
        for (original, name) in zip(originals, names) {
            let result = try? await machine.property(
                "Result", of: Machine.path(ofUnit: name), Machine.socketInterface)
            guard let result = result?.string, result != "success" else { continue }
            return ExperimentError(
                "the sockets of \(original.unit) cannot be opened for a copy (\(result)): is "
                    + "something else at \(original.addresses.joined(separator: ", "))? The journal "
                    + "has more about \(name)")
        }
        return nil
    }
}

extension Machine {
    /// What the names of all socket units of copies begin with, and those of no others.
    fileprivate var socketPrefix: String {
        standIn.map { TrialName.stem(of: $0.name) } ?? "temper"
    }
}

/// What ties socket units to their copies by their names.
enum SocketDropIn {
    private static let (name, text) = ("service.conf", "[Socket]\nService=%j.service\n")

    /// - Parameter prefix: what the names of the socket units begin with.
    fileprivate static func write(
        for prefix: String, on machine: Machine
    ) throws(ExperimentError) {
        let place = directory(for: prefix, on: machine)
        if place.text(of: name) != text { try place.write(text, as: name) }
    }

    /// The same in the directory that systemd removes with a stand-in.
    static func write(with standIn: StandIn, on machine: Machine) throws(ExperimentError) {
        try directory(for: TrialName.stem(of: standIn.name), on: machine)
            .writeWhereItIs(text, as: name)
    }

    private static func directory(for prefix: String, on machine: Machine) -> DropInDirectory {
        DropInDirectory(of: "\(prefix)-.socket", .passing, on: machine)
    }
}
