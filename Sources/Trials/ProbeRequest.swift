/// A probe that the user asked for.
public enum ProbeRequest: Hashable, Sendable {
    case command(String)
    /// A URL; `contains` is a text that the body must hold.
    case http(String, contains: String?)
    /// `HOST:PORT`
    case tcp(String)
    case unixSocket(String)
    case busName(String)
    /// Nothing is asked, and less than what others see of the service as it is, is a failure.
    case footprint

    /// What is wrong with it, or nil. Whether anything answers there is seen at the baseline.
    public var problem: String? {
        switch self {
        case .command(let command):
            return command.trimmed.isEmpty ? "a probe needs a command" : nil
        case .http(let url, _): return ProbeRequest.problem(withURL: url)
        case .tcp(let address):
            return ProbeRequest.problem(withAddress: address[...], needsPort: true).map {
                "“\(address)” is not HOST:PORT: \($0); write one such as 127.0.0.1:6379"
            }
        case .unixSocket(let path):
            return path.hasPrefix("/") ? nil : "“\(path)” is not a path that begins with /"
        case .busName(let name):
            return ProbeRequest.isBusName(name)
                ? nil : "“\(name)” is not a bus name; write one such as org.example.Thing"
        case .footprint: return nil
        }
    }

    private static func problem(withURL url: String) -> String? {
        let example = "write one such as http://127.0.0.1/"
        guard let scheme = ["http://", "https://"].first(where: url.hasPrefix) else {
            return "“\(url)” is not a URL; \(example)"
        }
        let authority = url.dropFirst(scheme.count).prefix { !"/?#".contains($0) }
        // A name and a password may stand before it.
        let address = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        return problem(withAddress: address, needsPort: false).map {
            "“\(url)” is not a URL: \($0); \(example)"
        }
    }

    /// What is wrong with `HOST:PORT`, `[IPV6]:PORT` or one of both without its port; or nil.
    private static func problem(withAddress address: Substring, needsPort: Bool) -> String? {
        if address.contains(where: \.isWhitespace) { return "there is white space in it" }
        var (host, port) = (address, Substring?.none)
        if address.hasPrefix("[") {
            guard let end = address.firstIndex(of: "]") else { return "the bracket is not closed" }
            host = address[address.index(after: address.startIndex)..<end]
            let rest = address[address.index(after: end)...]
            if !rest.isEmpty && !rest.hasPrefix(":") { return "a port follows a colon" }
            port = rest.isEmpty ? nil : rest.dropFirst()
        } else if let colon = address.lastIndex(of: ":") {
            host = address[..<colon]
            port = address[address.index(after: colon)...]
            if host.contains(":") { return "an IPv6 address stands in brackets" }
        }
        if host.isEmpty { return "it has no host" }
        guard let port else { return needsPort ? "it has no port" : nil }
        return port.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
            && UInt16(port).map { $0 > 0 } == true ? nil : "a port is a number from 1 to 65535"
    }

    /// A name by the rules of the D-Bus specification, of which a connection's own begins with a
    /// colon.
    private static func isBusName(_ name: String) -> Bool {
        let isUnique = name.hasPrefix(":")
        let elements = name.dropFirst(isUnique ? 1 : 0)
            .split(separator: ".", omittingEmptySubsequences: false)
        return name.utf8.count <= 255 && elements.count > 1
            && elements.allSatisfy { element in
                guard let first = element.first, isUnique || !first.isNumber else { return false }
                return element.allSatisfy {
                    $0.isASCII && ($0.isLetter || $0.isNumber || "_-".contains($0))
                }
            }
    }
}
