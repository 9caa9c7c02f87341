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
            calls[group] = try await machine.calls(in: group)
        }
        self.init(
            version: Dialect.number(version), calls: calls,
            available: machine.available(features: features))
    }

    /// `257.13-1~deb13u1`, `v252`: the first number in it.
    static func number(_ version: String) -> Int {
        Int(version.drop { !$0.isNumber }.prefix { $0.isNumber }) ?? 0
    }
}

extension Machine {
    /// The system calls of `group`, empty where this systemd does not know it.
    fileprivate func calls(in group: String) async throws(ExperimentError) -> Set<String> {
        let filter = BusValue.structure([.bool(false), .strings([group])])
        do {
            let properties = try await neverStarted(with: [("SystemCallFilter", filter)])
            return Set(properties["SystemCallFilter"]?.fields?.last?.strings ?? [])
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

    /// The needs that this machine meets.
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
        if contents(of: "/sys/kernel/security/lsm").split(separator: ",").contains("bpf")
            && canUseBPFModules
        {
            met.insert(.bpfSecurityModule)
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

    /// systemd prints `bpf-lsm` support into its own log only; a kernel that lists the module may
    /// still refuse its programs, which shows in the BTF that they need.
    private var canUseBPFModules: Bool { FileManager.default.isReadableFile(atPath: root + "/sys/kernel/btf/vmlinux") }

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
