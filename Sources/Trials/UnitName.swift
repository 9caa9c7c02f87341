/// Names of units as people write them.
package enum UnitName {
    /// Its whole name: that of a service where no type is given.
    package static func complete(_ name: String) -> String {
        name.contains(".")
            && name.split(separator: ".").last.map { types.contains(String($0)) } == true
            ? name : name + ".service"
    }

    private static let types: Set<String> = [
        "service", "socket", "device", "mount", "automount", "swap", "target", "path", "timer",
        "slice", "scope",
    ]

    /// What is wrong with the name, or nil. Whether there is such a unit is systemd's to say.
    package static func problem(_ name: String) -> String? {
        let whole = complete(name)
        let allowed = whole.allSatisfy {
            $0.isASCII && ($0.isLetter || $0.isNumber || ":-_.\\@".contains($0))
        }
        if name.allSatisfy({ $0 == "." }) || !allowed || whole.utf8.count > 255 {
            return "“\(name)” is not a unit's name"
        }
        if !whole.hasSuffix(".service") {
            return "\(name) is not a service; temper hardens units that end in .service"
        }
        if whole.hasSuffix("@.service") {
            return "\(name) is a template; name an instance, such as "
                + whole.replacing("@.service", with: "@name.service")
        }
        return nil
    }
}
