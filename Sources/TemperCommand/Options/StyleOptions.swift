import ArgumentParser
import Hardening
import Reports

/// How a drop-in is written. What it does to the service is the same.
struct StyleOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How the drop-in is written: commented, with what each setting does and what keeps it "
                + "from more; or packager, as a maintainer would, in the order of the manual, "
                + "without comments or needless lines, and with StateDirectory= and its like where "
                + "harden was told so and they were tried.", valueName: "commented|packager"))
    var style = DropInStyle.commented
}

enum DropInStyle: String, CaseIterable, ExpressibleByArgument {
    case commented, packager

    /// Gives a result its drop-in in this style.
    ///
    /// - Parameter assigned: the settings that the unit's own files make; nil where that is not
    ///   known.
    func write(_ result: inout HardeningResult, over assigned: () throws -> Set<String>?) rethrows {
        guard self == .packager, !result.dropIn.isEmpty else { return }
        if let packaged = result.packaged, packaged.because == nil {
            (result.dropIn, result.preparations) = (packaged.dropIn, packaged.preparations)
        }
        result.dropIn = DropIn.forPackager(result.dropIn, over: try assigned())
    }
}
