import Linux
import Trials

extension DeathWatch {
    /// For a unit whose process reads from the other end until there is nothing more to read.
    ///
    /// - Returns: a watch, and the end for the unit, which the caller closes.
    static func forUnit() throws(ExperimentError) -> (watch: DeathWatch, reader: Int32) {
        do throws(Errno) {
            let (watch, other) = try withOtherEnd()
            return (watch, other)
        } catch {
            throw ExperimentError("cannot make a socket: \(error)")
        }
    }
}
