extension ProbeRequest {
    /// A shell command that asks the same, to be run where the service runs. Passwords of URLs are
    /// not in it.
    ///
    /// - Parameter hasCurl: whether curl(1) is there. Where it is not, bash(1) asks plain HTTP.
    public func shellCommand(hasCurl: Bool = true) -> String {
        switch self {
        case .command(let command): command.withoutPasswords
        case .http(let url, let text):
            if !hasCurl, let plain = PlainURL(url) {
                plain.shellCommand(finding: text)
            } else {
                "curl -fsS \(url.withoutPasswords.shellQuoted)"
                    + (text.map { " | grep -qF -- \($0.shellQuoted)" } ?? " >/dev/null")
            }
        case .tcp(let address):
            "bash -c \("exec 3<>/dev/tcp/\(address.tcpPath)".shellQuoted)"
        case .unixSocket(let path):
            "perl -MIO::Socket::UNIX -e 'exit !IO::Socket::UNIX->new(shift)' \(path.shellQuoted)"
        case .busName(let name):
            "busctl call org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus "
                + "NameHasOwner s \(name.shellQuoted) | grep -q true"
        case .footprint: "cat /proc/net/tcp /proc/net/tcp6 /proc/net/udp /proc/net/udp6"
        }
    }
}

/// A URL of plain HTTP, without a name or a password.
private struct PlainURL {
    let address: String
    let target: String

    /// nil for every other URL.
    init?(_ url: String) {
        let scheme = "http://"
        guard url.lowercased().hasPrefix(scheme) else { return nil }
        let rest = url.dropFirst(scheme.count).prefix { $0 != "#" }
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard !authority.isEmpty, !authority.contains("@") else { return nil }
        let host = authority.split(separator: "]", omittingEmptySubsequences: false).last ?? ""
        address = host.contains(":") ? String(authority) : "\(authority):80"
        let path = rest.dropFirst(authority.count)
        target = path.hasPrefix("/") ? String(path) : "/\(path)"
    }

    /// Succeeds where curl(1) would with `--fail`.
    func shellCommand(finding text: String?) -> String {
        let asking =
            #"exec 3<>"/dev/tcp/$0" && printf "GET %s HTTP/1.0\r\nHost: %s\r\n\r\n" "$1" "$2" >&3"#
            + #" && read -r _ status _ <&3 && [[ $status == [23]* ]]"#
        // Behind the headers, of which the last is but the end of a line.
        let finding =
            #" && while IFS= read -r line <&3 && (( ${#line} > 1 )); do :; done"#
            + #" && grep -qF -- "$3" <&3"#
        let script = asking + (text == nil ? "" : finding)
        let words = [script, address.tcpPath, target, address] + (text.map { [$0] } ?? [])
        return "bash -c \(words.map(\.shellQuoted).joined(separator: " "))"
    }
}

extension String {
    /// `HOST:PORT` as bash's /dev/tcp has it.
    fileprivate var tcpPath: String {
        guard let colon = lastIndex(of: ":") else { return self }
        let host = self[..<colon].filter { !"[]".contains($0) }
        return "\(host)/\(self[index(after: colon)...])"
    }
}
