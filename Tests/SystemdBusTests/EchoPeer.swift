import BusFixtures
import CSystemd
import Glibc
import Linux

@testable import SystemdBus

/// The other end of a connection without a bus in between: answers each call with the signature
/// that libsystemd found in it, and then the arguments, copied by libsystemd itself. None of the
/// code under test is in between.
final class EchoPeer {
    private let thread: pthread_t
    let bus: Bus

    init() throws {
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0 else {
            throw Errno(code: errno)
        }
        var thread = pthread_t()
        let server = UnsafeMutableRawPointer(bitPattern: UInt(ends[1]))
        pthread_create(&thread, nil, { EchoPeer.serve(Int32(UInt(bitPattern: $0))) }, server)
        self.thread = thread
        bus = try Bus { connection throws(Errno) in
            try check(sd_bus_new(&connection))
            try check(sd_bus_set_fd(connection, ends[0], ends[0]))
            try check(sd_bus_negotiate_fds(connection, 1))
            try check(sd_bus_start(connection))
        }
    }

    /// Closes the connection, upon which the thread ends.
    func end() async {
        await bus.close()
        pthread_join(thread, nil)
    }

    func echo(_ arguments: [BusValue]) async throws(BusError) -> (String, [BusValue]) {
        let call = BusCall(destination: "", path: "/echo", interface: "test.Echo", member: "Echo")
        let reply = try await bus.call(call, arguments)
        return (reply.first?.string ?? "", Array(reply.dropFirst()))
    }

    private static func serve(_ descriptor: Int32) -> UnsafeMutableRawPointer? {
        var bus: OpaquePointer?
        var id = sd_id128_t()
        sd_id128_randomize(&id)
        sd_bus_new(&bus)
        sd_bus_set_fd(bus, descriptor, descriptor)
        sd_bus_set_server(bus, 1, id)
        sd_bus_negotiate_fds(bus, 1)
        sd_bus_start(bus)
        sd_bus_add_object(
            bus, nil, "/echo",
            { call, _, _ in
                var reply: OpaquePointer?
                sd_bus_message_new_method_return(call, &reply)
                let type = CChar(UInt8(ascii: "s"))
                sd_bus_message_append_basic(reply, type, sd_bus_message_get_signature(call, 1))
                let result = sd_bus_message_copy(reply, call, 1)
                if result >= 0 { sd_bus_send(nil, reply, nil) }
                sd_bus_message_unref(reply)
                return result < 0 ? result : 1
            }, nil)
        while true {
            let result = sd_bus_process(bus, nil)
            if result < 0 { break }
            if result == 0, sd_bus_wait(bus, .max) < 0 { break }
        }
        sd_bus_close_unref(bus)
        return nil
    }
}
