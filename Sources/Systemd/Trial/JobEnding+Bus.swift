import SystemdBus
import Trials

extension JobEnding {
    init(_ result: JobResult) { self.init(rawValue: result.rawValue) }
}
