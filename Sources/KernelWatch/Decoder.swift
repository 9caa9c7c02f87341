import CKernelWatch
import Glibc
import Hardening
import Trials

/// From the kernel's numbers to requests that people and the search understand.
struct Decoder {
    private let events: [kernel_watch_event]

    init(_ events: [kernel_watch_event]) { self.events = events }

    /// A denied capability belongs to the call that fails right after it in the same thread.
    var requests: [WitnessedRequest] {
        var found: [WitnessedRequest] = []
        var denied: [UInt32: [kernel_watch_event]] = [:]
        func flush(_ thread: UInt32) {
            for event in denied.removeValue(forKey: thread) ?? [] {
                found.append(witnessed(event, .capability(capability(event)), error: 1))
            }
        }
        for event in events {
            switch event.kind {
            case Int32(KERNEL_WATCH_CAPABILITY):
                if event.result == 0 {
                    found.append(witnessed(event, .capability(capability(event))))
                } else {
                    denied[event.thread, default: []].append(event)
                }
            case Int32(KERNEL_WATCH_KILL):
                found.append(witnessed(event, .killed(call: callName(event.number))))
            default:
                let error = event.result < 0 ? Int32(-event.result) : 0
                let (before, earlier) = split(denied[event.thread] ?? [], by: event, error)
                denied[event.thread] = earlier.isEmpty ? nil : earlier
                flush(event.thread)
                found.append(
                    call(event, error: error, lacking: Set(before.map(capability)).sorted()))
            }
        }
        for thread in denied.keys.sorted() { flush(thread) }
        return found
    }

    private func split(
        _ checks: [kernel_watch_event], by call: kernel_watch_event, _ error: Int32
    ) -> (ofCall: [kernel_watch_event], earlier: [kernel_watch_event]) {
        guard error == EPERM || error == EACCES else { return ([], checks) }
        // A call takes microseconds; a millisecond allows for being preempted.
        let isRecent = { (check: kernel_watch_event) in
            call.nanoseconds &- check.nanoseconds < 1_000_000
        }
        return (checks.filter(isRecent), checks.filter { !isRecent($0) })
    }

    private func call(
        _ event: kernel_watch_event, error: Int32, lacking: [String]
    ) -> WitnessedRequest {
        let name = callName(event.number)
        let names = PathCall.of(name)
        let path = names.flatMap { text(event, $0.argument) }
        return witnessed(
            event, .call(name), error: error, path: path,
            isWriting: names?.writes(event.arguments) ?? false, family: family(event, name),
            lacking: lacking)
    }

    private func witnessed(
        _ event: kernel_watch_event, _ subject: KernelRequest.Subject, error: Int32 = 0,
        path: String? = nil, isWriting: Bool = false, family: String? = nil,
        lacking: [String] = []
    ) -> WitnessedRequest {
        let command = withUnsafeBytes(of: event.command) { Decoder.text($0) } ?? ""
        return WitnessedRequest(
            cgroup: event.cgroup,
            request: KernelRequest(
                subject, by: command, error: error, path: path, isWriting: isWriting,
                family: family, lacking: lacking))
    }

    private func capability(_ event: kernel_watch_event) -> String {
        let number = Int(event.number)
        return Capability.names.indices.contains(number)
            ? Capability.names[number] : "capability \(number)"
    }

    private func callName(_ number: Int32) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { name in
            kernel_watch_call_name(number, name.baseAddress!) != 0
                ? String(cString: name.baseAddress!) : "call \(number)"
        }
    }

    private func text(_ event: kernel_watch_event, _ argument: Int) -> String? {
        argument == 0
            ? withUnsafeBytes(of: event.first) { Decoder.text($0) }
            : withUnsafeBytes(of: event.second) { Decoder.text($0) }
    }

    /// The text up to the first zero; nil where there is none.
    private static func text(_ bytes: UnsafeRawBufferPointer) -> String? {
        let used = bytes.prefix { $0 != 0 }
        return used.isEmpty ? nil : String(decoding: used, as: UTF8.self)
    }

    private func family(_ event: kernel_watch_event, _ name: String) -> String? {
        let number: Int
        switch name {
        case "socket": number = Int(event.arguments.0)
        case "bind", "connect":
            number = withUnsafeBytes(of: event.second) { Int($0.loadUnaligned(as: UInt16.self)) }
        default: return nil
        }
        return AddressFamily.name(ofNumber: number)
    }
}
