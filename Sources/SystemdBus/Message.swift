import CSystemd
import Glibc
import Linux

/// One message of libsystemd. Its reference count is not atomic, so it stays on the thread of
/// its connection; being noncopyable it is released there, once.
struct Message: ~Copyable {
    let pointer: OpaquePointer

    /// Takes over the caller's reference.
    init(adopting pointer: OpaquePointer) { self.pointer = pointer }

    deinit { sd_bus_message_unref(pointer) }

    /// A method call ready to be sent.
    static func call(
        _ call: BusCall, with arguments: [BusValue], on bus: OpaquePointer
    ) throws(Errno) -> Message {
        var pointer: OpaquePointer?
        // Without a message bus in between there are no names, and so no destination.
        let destination = call.destination.isEmpty ? nil : call.destination
        try check(
            sd_bus_message_new_method_call(
                bus, &pointer, destination, call.path, call.interface, call.member))
        guard let pointer else { throw Errno(code: ENOMEM) }
        let message = Message(adopting: pointer)
        try MessageWriter(pointer: pointer).append(arguments)
        return message
    }
}
