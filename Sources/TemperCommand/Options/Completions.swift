import ArgumentParser

/// What a shell offers for a word. Each is the same in the syntax of bash, zsh and fish.
extension CompletionKind {
    /// The services that are loaded, instances of templates among them.
    static let service = shellCommand(
        "systemctl list-units --type=service --all --plain --no-legend --no-pager "
            + #"| sed "s/ .*//""#)

    static let directive = shellCommand(#"temper explain | sed "s/ .*//""#)

    /// Those that are up.
    static let lab = shellCommand(#"temper lab list | sed "s/ .*//""#)
}
