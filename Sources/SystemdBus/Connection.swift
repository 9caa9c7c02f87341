import CSystemd
import Glibc
import Linux

/// The sd-bus connection of one ``Bus``: what is out on it and who waits for what. Not Sendable:
/// only the bus's thread touches it, or the last release of the bus.
final class Connection {
    private var bus: OpaquePointer?
    private var waiters = Waiters()
    private var subscriptions: [Waiters.ID: Subscription] = [:]
    private var lastID: Waiters.ID = 0
    /// Waits for the answer to `Hello`.
    private var greeting: Waiters.ID?
    private var ear: Ear?

    private struct Ear {
        var slot: OpaquePointer?
        let callers: Callers
        var onCall: (HeardCall) -> Void
        var onEnd: () -> Void
    }

    private struct Subscription {
        var slot: OpaquePointer?
        var onSignal: (BusSignal) -> Void
        var onEnd: () -> Void
    }

    /// Messages handled before the jobs get their turn again, so that a flood of signals cannot
    /// starve them.
    private static let messagesPerTurn = 64

    init(_ open: (inout OpaquePointer?) throws(Errno) -> Void) throws(Errno) {
        var bus: OpaquePointer?
        do {
            try open(&bus)
        } catch {
            sd_bus_close_unref(bus)
            throw error
        }
        self.bus = bus
    }

    deinit { close() }

    var isOpen: Bool { bus != nil }

    func nextID() -> Waiters.ID {
        lastID += 1
        return lastID
    }

    /// Calls, subscriptions and all other waits end with `disconnected`, the streams end.
    func close() {
        guard let bus else { return }
        self.bus = nil
        sd_bus_close(bus)
        for waiter in waiters.takeAll() {
            finish(waiter, with: .failure(.disconnected(waiter.call)))
        }
        for subscription in subscriptions.values {
            sd_bus_slot_unref(subscription.slot)
            subscription.onEnd()
        }
        subscriptions = [:]
        sd_bus_slot_unref(ear?.slot)
        ear?.onEnd()
        ear = nil
        sd_bus_unref(bus)
    }

    // MARK: Waiting

    func wait(
        _ id: Waiters.ID, for call: BusCall, limit: Duration, until deadline: Monotonic,
        _ continuation: CheckedContinuation<Waiters.Reply, Never>
    ) {
        guard isOpen else { return continuation.resume(returning: .failure(.disconnected(call))) }
        waiters.add(
            id,
            .init(call: call, limit: limit, deadline: deadline, continuation: continuation))
    }

    /// Ends a wait; without effect if it is over.
    func settle(_ id: Waiters.ID, _ reply: (BusCall) -> Waiters.Reply) {
        guard let waiter = waiters.take(id) else { return }
        finish(waiter, with: reply(waiter.call))
    }

    private func finish(_ waiter: Waiters.Waiter, with reply: Waiters.Reply) {
        // Dropping the slot is what makes sd-bus forget a call that is still out.
        sd_bus_slot_unref(waiter.slot)
        waiter.continuation.resume(returning: reply)
    }

    // MARK: What goes out

    /// `id` waits until the bus knows us.
    func greet(_ id: Waiters.ID) { greeting = id }

    /// Sends the call whose reply settles `id`.
    func send(_ call: BusCall, _ arguments: [BusValue], for id: Waiters.ID) throws(BusError) {
        guard let bus else { throw .disconnected(call) }
        do throws(Errno) {
            let message = try Message.call(call, with: arguments, on: bus)
            let slot = try Ticket.register(self, id) { slot, ticket in
                // The deadline is kept by `waiters`, so sd-bus need not.
                sd_bus_call_async(bus, &slot, message.pointer, Ticket.onReply, ticket, .max)
            }
            waiters.attach(slot, to: id)
        } catch {
            throw error.failure(of: call)
        }
    }

    /// Adds a match; the reply of the bus settles `id`, which then stands for the subscription.
    func subscribe(
        _ match: BusMatch, call: BusCall, for id: Waiters.ID,
        onSignal: @escaping (BusSignal) -> Void, onEnd: @escaping () -> Void
    ) throws(BusError) {
        guard let bus else { throw .disconnected(call) }
        do throws(Errno) {
            let slot = try Ticket.register(self, id) { slot, ticket in
                sd_bus_match_signal_async(
                    bus, &slot, match.sender, match.path, match.interface, match.member,
                    Ticket.onSignal, Ticket.onReply, ticket)
            }
            subscriptions[id] = Subscription(slot: slot, onSignal: onSignal, onEnd: onEnd)
        } catch {
            throw error.failure(of: call)
        }
    }

    /// Removes the match. Whoever unsubscribes needs no `onEnd`.
    func unsubscribe(_ id: Waiters.ID) {
        sd_bus_slot_unref(subscriptions.removeValue(forKey: id)?.slot)
    }

    /// Hands on every method call that comes in from now on.
    func hear(
        _ callers: Callers, _ onCall: @escaping (HeardCall) -> Void, onEnd: @escaping () -> Void
    ) throws(BusError) {
        guard let bus else { throw .disconnected(.becomeMonitor) }
        do throws(Errno) {
            let slot = try Ticket.register(self, nextID()) { slot, ticket in
                sd_bus_add_filter(bus, &slot, Ticket.onAny, ticket)
            }
            ear = Ear(slot: slot, callers: callers, onCall: onCall, onEnd: onEnd)
        } catch {
            throw error.failure(of: .becomeMonitor)
        }
    }

    // MARK: What comes in

    /// Handles what has arrived and what is overdue. Nil when the connection is gone.
    func turn() -> Wakeup? {
        guard let bus else { return nil }
        var handled = 0
        var result: Int32 = 1
        while result > 0, handled < Self.messagesPerTurn {
            result = sd_bus_process(bus, nil)
            handled += 1
        }
        guard result >= 0, sd_bus_is_open(bus) > 0 else {
            close()
            return nil
        }
        if let id = greeting, sd_bus_is_ready(bus) > 0 {
            greeting = nil
            settle(id) { _ in .success([]) }
        }
        for waiter in waiters.takeOverdue(at: .now) {
            finish(waiter, with: .failure(.timedOut(waiter.call, after: waiter.limit)))
        }
        return wakeup(bus)
    }

    private func wakeup(_ bus: OpaquePointer) -> Wakeup {
        var time = Monotonic.never
        // Sets the time only where it has one; what else it returns does not matter then.
        if sd_bus_get_timeout(bus, &time.microseconds) < 0 { time = .never }
        return Wakeup(
            descriptor: sd_bus_get_fd(bus),
            events: Int16(truncatingIfNeeded: sd_bus_get_events(bus)),
            time: min(time, waiters.nextDeadline))
    }

    /// A connection that is being torn down answers every call itself; `close` does that better.
    private var takesMessages: Bool { bus.map { sd_bus_is_open($0) > 0 } ?? false }

    func received(replyTo id: Waiters.ID, _ message: OpaquePointer) {
        guard takesMessages else { return }
        settle(id) { call in Self.reply(to: call, message) }
    }

    func received(signalFor id: Waiters.ID, _ message: OpaquePointer) {
        guard takesMessages, let subscription = subscriptions[id],
            let signal = BusSignal(message)
        else { return }
        subscription.onSignal(signal)
    }

    /// Whether it was a call.
    func heard(_ message: OpaquePointer) -> Bool {
        guard let ear, let call = HeardCall(message, ear.callers) else { return false }
        ear.onCall(call)
        return true
    }

    private static func reply(to call: BusCall, _ message: OpaquePointer) -> Waiters.Reply {
        if sd_bus_message_is_method_error(message, nil) > 0,
            let error = sd_bus_message_get_error(message)?.pointee
        {
            return .failure(
                .refused(
                    call, name: error.name.map { String(cString: $0) } ?? "",
                    message: error.message.map { String(cString: $0) } ?? ""))
        }
        do throws(Errno) {
            return .success(try MessageReader.values(of: message))
        } catch {
            let signature = sd_bus_message_get_signature(message, 1)
            return .failure(
                .unexpectedReply(call, signature: signature.map { String(cString: $0) } ?? ""))
        }
    }
}

extension Errno {
    fileprivate func failure(of call: BusCall) -> BusError {
        switch code {
        case ENOTCONN, ECONNRESET, EPIPE, ESHUTDOWN: .disconnected(call)
        default: .unsendable(call, errno: code)
        }
    }
}
