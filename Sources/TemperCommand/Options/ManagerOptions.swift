import ArgumentParser
import TemperKit

/// Whose manager the service belongs to.
struct ManagerOptions: ParsableArguments {
    @Flag(help: "A service of a user's own manager, as of `systemctl --user`.")
    var user = false

    @Option(
        name: .customLong("as"),
        help: ArgumentHelp(
            "The user whose service it is. Default: the only ordinary user there is.",
            valueName: "user"))
    var account: String?

    /// What is wrong with a value, or nil. Whether there is such a user is the lab's to say.
    var problem: String? {
        if account != nil && !user { return "--as says whose service it is; add --user" }
        if account?.isEmpty == true { return "--as needs a user's name" }
        return nil
    }

    var choice: ManagerChoice { user ? .user(account) : .system }
}
