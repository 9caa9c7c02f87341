import CLab
import Glibc
import Linux

/// What the keeper of a lab tells its owner.
enum KeeperNews: Equatable {
    case started(keeper: Int32, pid: Int32)
    case failed(stage: Int32, error: Int32)
    case kept
    /// Everything of the lab is removed.
    case ended
    /// The keeper is gone; if `ended` did not come before, it was killed.
    case keeperGone
    /// It says something this side does not know.
    case unknown
}

/// The owner's end of the socket to a keeper: when the last holder lets go of it, or dies, the
/// keeper kills the lab, unless it was told to stay.
extension DeathWatch {
    func say(_ word: lab_word) {
        var byte = UInt8(truncatingIfNeeded: word.rawValue)
        // Where nobody hears, `hear` tells.
        _ = send(socket, &byte, 1, CInt(MSG_NOSIGNAL))
    }

    /// - Returns: `nil` when nothing was said within that time.
    func hear(within milliseconds: CInt) -> KeeperNews? {
        var ready = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        guard poll(&ready, 1, milliseconds) > 0 else { return nil }
        var message = lab_message()
        let size = MemoryLayout<lab_message>.size
        let got = recv(socket, &message, size, CInt(MSG_DONTWAIT))
        if got < 0 { return errno == EAGAIN || errno == EINTR ? nil : .keeperGone }
        if got == 0 { return .keeperGone }
        return got == size ? KeeperNews(message) : .unknown
    }

    /// - Returns: Whether the keeper was gone in time.
    func waitForEnd(within limit: Duration) -> Bool {
        let deadline = ContinuousClock.now + limit
        while ContinuousClock.now < deadline {
            if hear(within: 50) == .keeperGone { return true }
        }
        return false
    }
}

extension KeeperNews {
    init(_ message: lab_message) {
        switch message.news {
        case Int32(LAB_NEWS_STARTED.rawValue):
            self = .started(keeper: message.keeper, pid: message.pid)
        case Int32(LAB_NEWS_FAILED.rawValue):
            self = .failed(stage: message.stage, error: message.error)
        case Int32(LAB_NEWS_KEPT.rawValue): self = .kept
        case Int32(LAB_NEWS_ENDED.rawValue): self = .ended
        default: self = .unknown
        }
    }
}
