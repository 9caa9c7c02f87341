extension Bus {
    /// The signals that match, from now on: the match is in place when this returns, so what
    /// happens because of later calls is not missed.
    ///
    /// Nothing is dropped: signals wait in memory until they are read. The stream ends with the
    /// connection; the match is removed when the stream is no longer read (its task cancelled or
    /// its iterator and itself released). Descriptors in a signal are the reader's to close.
    ///
    /// - Throws: any ``BusError`` but `cannotConnect`; `refused` where the bus's policy or limits
    ///   forbid the match.
    public func signals(
        matching match: BusMatch, deadline: Duration = defaultDeadline
    ) async throws(BusError) -> AsyncStream<BusSignal> {
        let (stream, continuation) = AsyncStream.makeStream(of: BusSignal.self)
        let id = try await subscribe(match, deadline: deadline) {
            continuation.yield($0)
        } onEnd: {
            continuation.finish()
        }
        continuation.onTermination = { [weak self] reason in
            guard case .cancelled = reason else { return }
            Task { await self?.unsubscribe(id) }
        }
        return stream
    }

    /// Returns when the bus has confirmed the match. `onSignal` is called on the bus's thread.
    func subscribe(
        _ match: BusMatch, deadline: Duration,
        onSignal: @escaping (BusSignal) -> Void, onEnd: @escaping () -> Void
    ) async throws(BusError) -> Waiters.ID {
        var subscription: Waiters.ID?
        let call = BusCall.daemon("AddMatch")
        do throws(BusError) {
            try await wait(for: call, limit: deadline) { id throws(BusError) in
                subscription = id
                try connection.subscribe(
                    match, call: call, for: id, onSignal: onSignal, onEnd: onEnd)
            }
        } catch {
            if let subscription { connection.unsubscribe(subscription) }
            throw error
        }
        guard let subscription else { throw .cancelled(call) }
        return subscription
    }

    private func unsubscribe(_ id: Waiters.ID) { connection.unsubscribe(id) }
}
