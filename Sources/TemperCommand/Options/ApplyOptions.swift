import ArgumentParser
import TemperKit

/// Whether and where a result is installed.
struct ApplyOptions: ParsableArguments {
    @Flag(
        help: ArgumentHelp(
            "Install the result on this machine: tried on the real unit below /run, then kept; "
                + "undone if anything goes wrong."))
    var apply = false

    @Flag(help: "With --apply: for all instances of the unit's template.")
    var template = false

    var order: ApplyOrder? {
        guard apply else { return nil }
        var order = ApplyOrder()
        order.forTemplate = template
        return order
    }

    /// What is wrong with a combination, or nil.
    func problem(root: String?) -> String? {
        if template && !apply { return "--template says where --apply installs; add --apply" }
        if apply, let root, root != "/" {
            return "--apply installs on this machine, and --root is another; leave one out"
        }
        return nil
    }
}
