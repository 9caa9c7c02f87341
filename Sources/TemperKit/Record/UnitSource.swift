/// A unit file of a source tree, as `--on` names it.
package struct UnitSource: Sendable {
    package let text: String

    /// - Parameter file: by its path from the top of the tree, which is where temper runs.
    /// - Throws: `TemperError.usage` for another path, and for what cannot be read as a text.
    package init(_ file: String) throws(TemperError) {
        let parts = file.split(separator: "/", omittingEmptySubsequences: false)
        if parts.contains(where: { ["", ".", ".."].contains($0) }) {
            throw .usage(
                "--on \(file): a patch names its file from the top of the source tree; go there, "
                    + "and give the path from there")
        }
        guard let text = CheckedPath(file, by: .ofCommands).text else {
            throw .usage(
                "--on \(file): cannot be read; go to the top of the source tree, and give the unit "
                    + "file")
        }
        if text.unicodeScalars.contains(where: { $0 == "\r" || $0 == "\0" }) {
            throw .usage(
                "--on \(file): has carriage returns or null bytes; convert it first")
        }
        self.text = text
    }
}
