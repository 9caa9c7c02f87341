import ArgumentParser
import Lab

/// What a lab is made of.
struct TreeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A root tree to make the lab of instead of this machine's.", valueName: "dir"),
        completion: .directory, transform: absolutePath)
    var root: String?

    @Option(
        help: ArgumentHelp(
            "A directory of the machine that the lab shares. Repeatable.", valueName: "dir"),
        completion: .directory, transform: absolutePath)
    var bind: [String] = []

    var plan: LabPlan {
        var plan = LabPlan()
        if let root { plan.root = root }
        plan.binds = bind
        return plan
    }
}
