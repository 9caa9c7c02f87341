import Hardening
import SystemdBus

extension BlueprintDraft {
    /// Each time it loads a unit whose devices are restricted, systemd adds what other settings
    /// of the unit need, in front of what is there and whether or not it is there already
    /// (measured with 252, 257 and 262). The copy has those settings too.
    mutating func carryDeviceAllow(_ row: CopyRow, _ value: BusValue) {
        guard case .array(let element, var devices) = difference(row, value) else { return }
        for device in impliedDevices {
            if let first = devices.firstIndex(of: device) { devices.remove(at: first) }
        }
        if !devices.isEmpty { send(row.name, .array(element: element, devices.reversed())) }
    }

    private var impliedDevices: [BusValue] {
        let sandbox = Sandbox(properties: original.properties)
        var implied = sandbox.lastingDevices.map { $0.split(separator: " ").map(String.init) }
        if mountsImages {
            implied += [
                ["/dev/loop-control", "rw"], ["/dev/mapper/control", "rw"], ["block-loop", "rwm"],
                ["block-blkext", "rwm"], ["block-device-mapper", "rwm"],
            ]
        }
        return implied.map { .structure($0.map(BusValue.string)) }
    }

    private var mountsImages: Bool {
        !original.string("RootImage").isEmpty
            || ["MountImages", "ExtensionImages"].contains {
                original[$0]?.elements?.isEmpty == false
            }
    }
}
