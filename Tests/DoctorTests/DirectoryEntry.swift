import Foundation

/// Whether there is a file, or a link wherever it leads.
func entryExists(_ path: String) -> Bool {
    (try? FileManager.default.attributesOfItem(atPath: path)) != nil
}
