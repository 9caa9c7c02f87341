extension Assessment {
    /// The `json_field` of analyze-security.c, the same in systemd 252 to 262; one of them ends with
    /// a bracket that nobody opened.
    var policyField: String {
        if let odd = Assessment.oddFields[id] { return odd }
        let parts = id.split(separator: "~", maxSplits: 1)
        guard parts.count == 2 else { return id }
        let name = parts[0].filter { $0 != "=" }
        let words = parts[1].replacing("@", with: "").map { "-|".contains($0) ? "_" : $0 }
        let isCapability = name == DirectiveName.capabilityBoundingSet.rawValue
        return "\(name)_\(isCapability ? "CAP_" : "")\(String(words))"
    }

    private static let oddFields: [String: String] = {
        let capabilities = [
            "SETUID|SETGID|SETPCAP": "SET_UID_GID_PCAP",
            "AUDIT_CONTROL|AUDIT_READ|AUDIT_WRITE": "AUDIT",
            "SYS_NICE|SYS_RESOURCE": "SYS_NICE_RESOURCE",
            "DAC_OVERRIDE|DAC_READ_SEARCH|FOWNER|IPC_OWNER": "DAC_FOWNER_IPC_OWNER",
            "NET_BIND_SERVICE|NET_BROADCAST|NET_RAW": "NET_BIND_SERVICE_BROADCAST_RAW)",
            "MAC_ADMIN|MAC_OVERRIDE": "MAC",
        ].map {
            let name = DirectiveName.capabilityBoundingSet
            return ("\(name)=~\($0)", "\(name)_CAP_\($1)")
        }
        let families = [
            "inet": "AF_INET_INET6", "unix": "AF_UNIX", "netlink": "AF_NETLINK",
            "packet": "AF_PACKET", "other": "OTHER",
        ].map {
            let name = DirectiveName.restrictAddressFamilies
            return ("\(name)=~\($0)", "\(name)_\($1)")
        }
        let others = [
            ("User", "UserOrDynamicUser"), ("RootDirectory/RootImage", "RootDirectoryOrRootImage"),
        ]
        return Dictionary(uniqueKeysWithValues: capabilities + families + others)
    }()
}
