/// The ways in which a simulated service breaks, one for each thing that a trial looks at.
public enum SimulatedFault: Sendable, CaseIterable {
    /// systemd will not load such a unit.
    case refused
    /// The start job fails in systemd's own preparation.
    case execStep
    case startTimesOut
    /// Its start job is done and it is dead when looked at.
    case diesAtStart
    /// It is up and its probe fails.
    case probe
    /// Its probe fails, and before the next check it is gone.
    case diesBetweenChecks
    /// Its probe holds and it is gone right after.
    case diesWhenReady
    case reload
    /// It survives its reload and does not work any more.
    case probeAfterReload
    /// It works, and does not stay.
    case diesWhileSettling
    /// It works and stays, as another process.
    case mainProcessReplaced
    case stopTimesOut
    /// It works and ends otherwise than usual.
    case endsOtherwise
    /// It works; a command beside its main process fails, which systemd is told to ignore.
    case helperFails
    /// It works, and one of its processes is killed for a system call.
    case childCrashes
    /// One of its processes is killed, and it does not work for that.
    case probeAfterCrash
    /// It works with a process fewer than usual.
    case workerMissing
    /// A socket that others reach it by is not there.
    case listenerMissing
    /// It works, in the domain of whoever started it, as under SELinux a process does that can gain
    /// no privileges.
    case labelHeld
    /// It works, and its next start fails because of what the first one left behind.
    case secondStart
    /// It works, and starts again, and then does not work.
    case probeAfterSecondStart
    /// It works twice, and ends otherwise than usual the second time.
    case endsOtherwiseAgain
    /// It works, but systemd read its units again meanwhile.
    case managerReloads
    /// It works, but a drop-in of the machine changes the copy.
    case foreignDropIn
    case probeCannotTell

    /// Whether nothing follows from such a trial.
    public var isDoubt: Bool {
        switch self {
        case .managerReloads, .foreignDropIn, .probeCannotTell: true
        default: false
        }
    }

    /// From which look at its state on it is dead; a prompt trial looks after the start, when it
    /// is ready, and when it has settled.
    var diesBeforeLook: Int? {
        switch self {
        case .execStep, .startTimesOut, .diesAtStart: 1
        case .diesBetweenChecks, .diesWhenReady: 2
        case .diesWhileSettling: 3
        default: nil
        }
    }
}
