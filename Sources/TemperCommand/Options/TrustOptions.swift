import ArgumentParser

/// Whether what was given is obeyed.
struct TrustOptions: ParsableArguments {
    @Flag(
        help: ArgumentHelp(
            "Trust neither plan, record nor tree, even where only root could have written them: "
                + "what they ask for is done in a lab that contains it."))
    var untrusted = false

    /// What is wrong with a combination, or nil.
    func problem(isLive: Bool, isToInstall: Bool) -> String? {
        guard untrusted, isLive || isToInstall else { return nil }
        return
            "--untrusted keeps everything in a lab, and \(isLive ? "--live" : "--apply") works on "
            + "this machine itself; leave one out"
    }
}
