/// A text as one word of a POSIX shell.
package enum ShellWord {
    package static func quoted(_ text: String) -> String {
        "'\(text.replacing("'", with: "'\\''"))'"
    }
}
