import ArgumentParser
import Hardening

/// How a drop-in is written. What it does is the same.
struct StyleOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How the drop-in is written: commented, with what each setting does and what keeps it "
                + "from more; or packager, as a maintainer would, in the order of the manual, "
                + "without comments or needless lines.", valueName: "commented|packager"))
    var style = DropInStyle.commented
}

enum DropInStyle: String, CaseIterable, ExpressibleByArgument {
    case commented, packager

    /// A drop-in in this style.
    ///
    /// - Parameter assigned: the settings that the unit's own files make; nil where that is not
    ///   known.
    func text(of dropIn: String, over assigned: () throws -> Set<String>?) rethrows -> String {
        switch self {
        case .packager where !dropIn.isEmpty: DropIn.forPackager(dropIn, over: try assigned())
        case .commented, .packager: dropIn
        }
    }
}
