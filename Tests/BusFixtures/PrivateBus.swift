import Foundation
public import SystemdBus

/// A dbus-daemon of one's own, with no services but itself.
public final class PrivateBus: Sendable {
    public let address: BusAddress
    public let pid: Int32
    private let process: TiedProcess

    /// - Parameter policy: more rules for the default policy, as in dbus-daemon(1).
    public init(policy: String = "") throws {
        let directory = URL(fileURLWithPath: "/tmp/bus-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let configuration = directory.appendingPathComponent("bus.conf")
        try """
        <!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
         "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
        <busconfig>
          <listen>unix:path=\(directory.path)/socket</listen>
          <auth>EXTERNAL</auth>
          <policy context="default">
            <allow send_destination="*" eavesdrop="true"/>
            <allow eavesdrop="true"/>
            <allow own="*"/>
            \(policy)
          </policy>
        </busconfig>
        """.write(to: configuration, atomically: true, encoding: .utf8)
        process = try TiedProcess(
            "/bin/sh",
            [
                "-c",
                #"""
                sh -c 'echo $$; exec dbus-daemon --config-file="$1" --nofork --nopidfile \
                    --print-address' sh "$1" 2>/dev/null </dev/null &
                exec >&-
                cat >/dev/null
                kill -KILL $! 2>/dev/null
                rm -r "${1%/*}"
                """#, "sh", configuration.path,
            ])
        guard let pid = Int32(process.line()) else {
            throw FixtureFailure("dbus-daemon did not start")
        }
        self.pid = pid
        let address = process.line()
        guard !address.isEmpty else { throw FixtureFailure("dbus-daemon dislikes its policy") }
        self.address = .address(address)
    }

    deinit { end() }

    /// As a crash would end it.
    public func kill() { _ = Foundation.kill(pid, SIGKILL) }

    /// Stops it from running, so that it answers nothing, until it is thawed.
    public func freeze() { _ = Foundation.kill(pid, SIGSTOP) }

    public func thaw() { _ = Foundation.kill(pid, SIGCONT) }

    public func end() {
        thaw()
        process.end()
    }
}
