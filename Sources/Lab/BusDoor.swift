import Glibc

/// Knocks at the system bus of a lab that boots, until systemd is found there.
struct BusDoor {
    /// `/proc/PID/root` of the lab's pid 1.
    let root: String
    let machineID: String
    private var connection: BusConnection?

    init(root: String, machineID: String) {
        self.root = root
        self.machineID = machineID
    }

    /// One try, which takes about `milliseconds` if it is in vain.
    mutating func isAnswered(within milliseconds: CInt) -> Bool {
        if connection == nil, isInside {
            connection = BusConnection(path: "\(root)/run/dbus/system_bus_socket")
        }
        guard let connection else {
            poll(nil, 0, milliseconds)
            return false
        }
        switch connection.listen(within: milliseconds) {
        case .systemdIsThere: return true
        case .systemdIsNotThere:
            poll(nil, 0, milliseconds)
            connection.ask()
        case .nothing: break
        case .closed: self.connection = nil
        }
        return false
    }

    /// Until the root is changed, `/proc/PID/root` is the host's, where a bus may well answer. It
    /// changes once and for good, so looking first is enough.
    var isInside: Bool {
        (try? TextFile.read("\(root)/etc/machine-id")) == machineID + "\n"
    }
}

private final class BusConnection {
    enum Reply { case systemdIsThere, systemdIsNotThere, nothing, closed }

    private let socket: OpenFile
    private var conversation = BusConversation()

    init?(path: String) {
        let type = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let number = Glibc.socket(AF_UNIX, type, 0)
        guard number >= 0 else { return nil }
        socket = OpenFile(owning: number)

        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard path.utf8.count < room else { return nil }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard connected == 0 else { return nil }
        send(BusConversation.opening)
        ask()
    }

    func ask() { send(conversation.question()) }

    func listen(within milliseconds: CInt) -> Reply {
        guard socket.isReadable(within: milliseconds), let bytes = socket.readSome() else {
            return .nothing
        }
        if bytes.isEmpty { return .closed }
        return switch conversation.receive(bytes) {
        case true?: .systemdIsThere
        case false?: .systemdIsNotThere
        case nil: .nothing
        }
    }

    /// A few hundred bytes, which an idle socket always takes whole.
    private func send(_ bytes: [UInt8]) {
        _ = Glibc.send(socket.number, bytes, bytes.count, CInt(MSG_NOSIGNAL))
    }
}
