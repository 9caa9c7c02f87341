import CSystemd
import Glibc
public import SystemdBus

/// A connection to a bus that never answers what it is asked.
public final class MutePeer: @unchecked Sendable {
    private var bus: OpaquePointer?
    public let name: String

    public init(on address: BusAddress) throws {
        guard case .address(let address) = address else {
            throw FixtureFailure("a mute peer needs an address")
        }
        var bus: OpaquePointer?
        var name: UnsafePointer<CChar>?
        guard sd_bus_new(&bus) >= 0, sd_bus_set_address(bus, address) >= 0,
            sd_bus_set_bus_client(bus, 1) >= 0, sd_bus_start(bus) >= 0,
            sd_bus_get_unique_name(bus, &name) >= 0, let name
        else { throw FixtureFailure("no connection to \(address)") }
        self.bus = bus
        self.name = String(cString: name)
    }

    deinit { sd_bus_close_unref(bus) }
}
