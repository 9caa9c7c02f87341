public import Hardening
import Linux
import SystemdBus
public import Trials

extension MachineFacts {
    /// What of `machine` bears on what its systemd can enforce.
    public init(of machine: Machine) async throws(ExperimentError) {
        let (version, features) = try await experiment { () async throws(BusError) in
            (
                try await machine.managerProperty("Version").string ?? "",
                try await machine.managerProperty("Features").string ?? ""
            )
        }
        self.init(
            systemd: version, features: features.split(separator: " ").map(String.init),
            kernel: machine.line(of: "/proc/sys/kernel/osrelease"),
            libraries: Set(Library.allCases.filter(machine.has)),
            securityModules: machine.line(of: "/sys/kernel/security/lsm")
                .split(separator: ",").map(String.init),
            hasBPFFileSystem: machine.hasBPFFileSystem, isCaged: machine.users.first != 0)
    }
}

extension Machine {
    /// systemd 257 and later load the libraries when first needed and go on without a word.
    fileprivate func has(_ library: Library) -> Bool {
        let places = ["/usr/lib", "/lib", "/usr/lib64", "/lib64"]
        let triples = ["x86_64-linux-gnu", "aarch64-linux-gnu", "riscv64-linux-gnu", ""]
        return library.files.contains { file in
            places.contains { place in
                triples.contains {
                    tree.has("\(place)/\($0)/\(file)")
                }
            }
        }
    }

    fileprivate var hasBPFFileSystem: Bool {
        (tree.process(1)?.text(of: "mounts") ?? "").lines.contains {
            $0.contains(" /sys/fs/bpf bpf ")
        }
    }

    /// The one line of a small file of the machine; empty where it cannot be read.
    fileprivate func line(of path: String) -> String {
        tree.text(of: path).map { String($0.prefix { $0 != "\n" }) } ?? ""
    }
}
