import Foundation
import Hardening
import SystemdBus
import Trials

extension Dialect {
    /// What the systemd of `machine` understands: its version, the system calls of every group
    /// and what the machine can enforce.
    ///
    /// Groups are read from the manager itself: a transient unit whose condition never holds is
    /// loaded with the filter, its property shows the calls, no process runs.
    public init(of machine: Machine) async throws(ExperimentError) {
        let version = try await experiment { () async throws(BusError) in
            try await machine.managerProperty("Version").string ?? ""
        }
        let features = try await experiment { () async throws(BusError) in
            try await machine.managerProperty("Features").string ?? ""
        }
        var calls: [String: Set<String>] = [:]
        for group in Catalogue.callGroupNames {
            calls[group] = try await machine.names(in: group, of: "SystemCallFilter")
        }
        var fileSystems: [String: Set<String>] = [:]
        for group in Catalogue.fileSystemGroupNames {
            fileSystems[group] = try await machine.names(in: group, of: "RestrictFileSystems")
        }
        var available = machine.available(features: features)
        if try await machine.enforcesFileSystems { available.insert(.bpfSecurityModule) }
        self.init(
            version: Dialect.number(version), calls: calls, fileSystems: fileSystems,
            available: available, scope: machine.user == nil ? .system : .user)
    }

    /// `257.13-1~deb13u1`, `v252`: the first number in it.
    static func number(_ version: String) -> Int {
        Int(version.drop { !$0.isNumber }.prefix { $0.isNumber }) ?? 0
    }
}

extension Machine {
    /// The members of `group` in a filter, empty where this systemd does not know it.
    fileprivate func names(
        in group: String, of property: String
    ) async throws(ExperimentError) -> Set<String> {
        let filter = BusValue.structure([.bool(false), .strings([group])])
        do {
            let properties = try await neverStarted(with: [(property, filter)])
            return Set(properties[property]?.fields?.last?.strings ?? [])
        } catch {
            if error.isRefusal { return [] }
            throw ExperimentError(error)
        }
    }

    /// Loads a transient service with these properties under a condition that never holds, and
    /// returns its properties of the interface Service as the manager reads them.
    public func neverStarted(
        with properties: [(String, BusValue)]
    ) async throws(BusError) -> [String: BusValue] {
        let name = TrialName.fresh()
        let never = BusValue.array(
            element: "(sbbs)",
            [
                .structure([
                    .string("ConditionPathExists"), .bool(false), .bool(true), .string("/"),
                ])
            ])
        let nothing = BusValue.array(
            element: "(sasb)",
            [.structure([.string("/bin/true"), .strings(["/bin/true"]), .bool(false)])])
        let all: [(String, BusValue)] =
            [
                ("AddRef", .bool(true)), ("CollectMode", .string("inactive-or-failed")),
                ("Conditions", never), ("ExecStart", nothing),
            ] + properties
        _ = try await bus.startTransientUnit(name, properties: all)
        let read = try await self.properties(
            of: Machine.path(ofUnit: name), Machine.serviceInterface)
        try await manager("UnrefUnit", .string(name))
        return read
    }

    /// Whether a process that may not open files on proc is stopped: a kernel may list the BPF
    /// security module and still refuse its programs, and systemd then goes on without a word.
    fileprivate var enforcesFileSystems: Bool {
        get async throws(ExperimentError) {
            let name = TrialName.fresh()
            let reader = ["/bin/cat", "/proc/self/stat"]
            let properties: [(String, BusValue)] = [
                ("Type", .string("oneshot")), ("AddRef", .bool(true)),
                ("CollectMode", .string("inactive-or-failed")),
                ("StandardOutput", .string("null")),
                ("RestrictFileSystems", .structure([.bool(false), .strings(["proc"])])),
                (
                    "ExecStart",
                    .array(
                        element: "(sasb)",
                        [.structure([.string(reader[0]), .strings(reader), .bool(false)])])
                ),
            ]
            let job = try? await bus.startTransientUnit(name, properties: properties)
            await forget(name)
            return job == .failed
        }
    }

    /// The needs that this machine meets, but for what only a canary can tell.
    ///
    /// - Parameter features: the manager's `Features`, such as `+SECCOMP -BPF_FRAMEWORK`.
    func available(features: String) -> Set<Need> {
        let built = Set(features.split(separator: " "))
        var met: Set<Need> = []
        if built.contains("+SECCOMP") && hasLibrary("libseccomp.so.2") { met.insert(.seccomp) }
        if built.contains("+BPF_FRAMEWORK")
            && (hasLibrary("libbpf.so.1") || hasLibrary("libbpf.so.0"))
        {
            met.insert(.bpfFramework)
        }
        if hasBPFFileSystem { met.insert(.bpfFileSystem) }
        if !isDisposable { met.insert(.realNetwork) }
        return met
    }

    /// systemd 257 and later load the libraries when first needed and go on without a word.
    private func hasLibrary(_ name: String) -> Bool {
        let places = ["/usr/lib", "/lib", "/usr/lib64", "/lib64"]
        let triples = ["x86_64-linux-gnu", "aarch64-linux-gnu", "riscv64-linux-gnu", ""]
        return places.contains { place in
            triples.contains {
                FileManager.default.fileExists(atPath: "\(root)\(place)/\($0)/\(name)")
            }
        }
    }

    private var hasBPFFileSystem: Bool {
        contents(of: "/proc/1/mounts").split(separator: "\n").contains {
            $0.contains(" /sys/fs/bpf bpf ")
        }
    }

    /// A small file of the machine; empty where it cannot be read.
    private func contents(of path: String) -> String {
        (try? String(contentsOfFile: root + path, encoding: .utf8)) ?? ""
    }
}

/// Names for transient units: without a dash, so that no `PREFIX-.service.d` drop-in of the
/// machine applies to them.
enum TrialName {
    static func fresh() -> String {
        let number = UInt64.random(in: 0..<(1 << 48))
        let digits = String(number, radix: 16)
        return "temper\(String(repeating: "0", count: 12 - digits.count))\(digits).service"
    }
}
